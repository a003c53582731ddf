# Knows: how settings of sccache-ts speak of a compiler whose archive somebody made by hand (docs/settings.md). Refuses to know: whether anybody wants that.

# Writes sccache-ts/toolchains.toml in the build folder: for each compiler that CMake found, the text that would go into the settings.
function(_sccache_ts_toolchains)
  set(seen "")
  set(text "# For settings of sccache-ts, when the automatic packing of a toolchain does not do. Make the archive first, then copy the table.\n")
  foreach(lang C CXX OBJC OBJCXX)
    if(NOT CMAKE_${lang}_COMPILER OR NOT "${CMAKE_${lang}_COMPILER_LAUNCHER}" STREQUAL "${SCCACHE_TS_LAUNCHER}")
      continue()
    endif()
    # The archive names a compiler by where it really is.
    file(REAL_PATH "${CMAKE_${lang}_COMPILER}" compiler BASE_DIRECTORY "${CMAKE_BINARY_DIR}")
    if(compiler IN_LIST seen)
      continue()
    endif()
    list(APPEND seen "${compiler}")
    get_filename_component(name "${compiler}" NAME)
    set(archive "${CMAKE_BINARY_DIR}/sccache-ts/${name}.tar.gz")
    foreach(word compiler archive)
      string(REPLACE "\\" "\\\\" ${word}_toml "${${word}}")
      string(REPLACE "\"" "\\\"" ${word}_toml "${${word}_toml}")
    endforeach()
    string(APPEND text "\n# ${lang}: ${CMAKE_${lang}_COMPILER_ID} ${CMAKE_${lang}_COMPILER_VERSION}\n"
      "# sccache-ts --package-toolchain \"${compiler}\" \"${archive}\"\n"
      "[[dist.toolchains]]\ntype = \"path_override\"\ncompiler_executable = \"${compiler_toml}\"\narchive = \"${archive_toml}\"\narchive_compiler_executable = \"${compiler_toml}\"\n")
  endforeach()
  if(seen)
    file(CONFIGURE OUTPUT "${CMAKE_BINARY_DIR}/sccache-ts/toolchains.toml" CONTENT "@text@" @ONLY)
  endif()
endfunction()
