# Knows: which cache entries make a project read sccache-ts.cmake. Refuses to know: what that does.
#
# For `cmake … -C initial-cache.cmake`, last on the command line, so that all that was given before, a preset too, is known here and kept.

if(CMAKE_VERSION VERSION_LESS 3.24)
  # The one file that is read there may be somebody's already: ours reads it in turn.
  set(_sccache_ts_include "${CMAKE_CURRENT_LIST_DIR}/include-before.cmake")
  if(NOT "$CACHE{CMAKE_PROJECT_INCLUDE_BEFORE}" STREQUAL "${_sccache_ts_include}")
    if(NOT "$CACHE{CMAKE_PROJECT_INCLUDE_BEFORE}" STREQUAL "" AND NOT "$CACHE{CMAKE_PROJECT_INCLUDE_BEFORE}" MATCHES "/adapter-cmake/cmake/include-before[.]cmake$")
      set(SCCACHE_TS_INCLUDE_BEFORE "$CACHE{CMAKE_PROJECT_INCLUDE_BEFORE}" CACHE INTERNAL "What CMAKE_PROJECT_INCLUDE_BEFORE was")
    endif()
    set(CMAKE_PROJECT_INCLUDE_BEFORE "${_sccache_ts_include}" CACHE STRING "Read by the first project()" FORCE)
  endif()
else()
  set(_sccache_ts_include "${CMAKE_CURRENT_LIST_DIR}/sccache-ts.cmake")
  set(_sccache_ts_includes $CACHE{CMAKE_PROJECT_TOP_LEVEL_INCLUDES})
  # One of ours that stood elsewhere before makes room.
  list(FILTER _sccache_ts_includes EXCLUDE REGEX "/adapter-cmake/cmake/sccache-ts[.]cmake$")
  list(REMOVE_ITEM _sccache_ts_includes "${_sccache_ts_include}")
  list(APPEND _sccache_ts_includes "${_sccache_ts_include}")
  set(CMAKE_PROJECT_TOP_LEVEL_INCLUDES "${_sccache_ts_includes}" CACHE STRING "Read by the first project()" FORCE)
endif()

# Projects written for a CMake before 3.25 leave this policy open: it makes CMAKE_MSVC_DEBUG_INFORMATION_FORMAT count.
set(CMAKE_POLICY_DEFAULT_CMP0141 NEW CACHE STRING "Debug information of MSVC by its abstract name")
mark_as_advanced(CMAKE_POLICY_DEFAULT_CMP0141)
