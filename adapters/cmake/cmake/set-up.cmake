# Knows: how a project is taught, from within CMake and before its first line counts, to compile through sccache-ts.
# Refuses to know: the project. Everything that somebody has decided already is left alone.
#
# Always read by include(), which keeps our policies to ourselves.

if(CMAKE_VERSION VERSION_LESS 3.22)
  message(WARNING "sccache-ts needs CMake 3.22 or newer; nothing is set.")
  return()
endif()
include_guard(GLOBAL)
cmake_policy(VERSION 3.22)

if(CMAKE_GENERATOR MATCHES "^(Visual Studio|Xcode|Green Hills)")
  message(WARNING "sccache-ts: the generator \"${CMAKE_GENERATOR}\" puts nothing before its compilers, so nothing is cached; configure with -G Ninja in a build folder of its own.")
  return()
endif()

# npm puts the command beside this package; else it is in PATH. It runs here, whatever is built for.
find_program(SCCACHE_TS_LAUNCHER NAMES sccache-ts
  HINTS "${CMAKE_CURRENT_LIST_DIR}/../../../sccache-ts/bin" DOC "The launcher of sccache-ts" NO_CMAKE_FIND_ROOT_PATH)
mark_as_advanced(SCCACHE_TS_LAUNCHER)
if(NOT SCCACHE_TS_LAUNCHER)
  message(WARNING "sccache-ts is neither in PATH nor where SCCACHE_TS_LAUNCHER names it; nothing is set.")
  return()
endif()

# CUDA, HIP and the others are left alone: their compilers are not understood.
foreach(_sccache_ts_lang C CXX OBJC OBJCXX)
  set(_sccache_ts_name CMAKE_${_sccache_ts_lang}_COMPILER_LAUNCHER)
  if(DEFINED CACHE{SCCACHE_TS_APPLIED_LAUNCHER} AND "${${_sccache_ts_name}}" STREQUAL "$CACHE{SCCACHE_TS_APPLIED_LAUNCHER}")
    # Ours, from an earlier run; it may have moved since.
    set(${_sccache_ts_name} "${SCCACHE_TS_LAUNCHER}" CACHE STRING "Put before each compile" FORCE)
  elseif(NOT DEFINED ${_sccache_ts_name} AND NOT DEFINED ENV{${_sccache_ts_name}})
    set(${_sccache_ts_name} "${SCCACHE_TS_LAUNCHER}" CACHE STRING "Put before each compile")
  endif()
  # What configure tries out is compiled through us too, and so is cached; a launcher of somebody else's does there what it does without us.
  if("${${_sccache_ts_name}}" STREQUAL "${SCCACHE_TS_LAUNCHER}")
    list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES ${_sccache_ts_name})
  endif()
endforeach()
unset(_sccache_ts_lang)
unset(_sccache_ts_name)
set(SCCACHE_TS_APPLIED_LAUNCHER "${SCCACHE_TS_LAUNCHER}" CACHE INTERNAL "What was put into CMAKE_<LANG>_COMPILER_LAUNCHER")

# Debug information in one file for many objects (/Zi) can be neither cached nor made elsewhere; inside each object (/Z7) it can.
if(NOT DEFINED CMAKE_MSVC_DEBUG_INFORMATION_FORMAT)
  set(CMAKE_MSVC_DEBUG_INFORMATION_FORMAT "$<$<CONFIG:Debug,RelWithDebInfo>:Embedded>")
endif()
# That variable counts only with policy CMP0141 (CMake 3.25); before it, and in older projects, the flags themselves say it.
if(NOT DEFINED CMAKE_USER_MAKE_RULES_OVERRIDE)
  set(CMAKE_USER_MAKE_RULES_OVERRIDE "${CMAKE_CURRENT_LIST_DIR}/msvc-flags.cmake")
endif()
get_property(_sccache_ts_enabled GLOBAL PROPERTY ENABLED_LANGUAGES)
if(NOT _sccache_ts_enabled MATCHES "^(NONE)?$")
  # Read late, by find_package: the flags are there already.
  set(_sccache_ts_suffix "")
  include("${CMAKE_CURRENT_LIST_DIR}/msvc-flags.cmake")
endif()
unset(_sccache_ts_enabled)

# Links are not distributed: with a -j for many machines, this one would start them all. Two GiB for each, and no more than there are processors.
if(CMAKE_GENERATOR MATCHES "Ninja" AND NOT DEFINED CMAKE_JOB_POOLS AND NOT DEFINED CMAKE_JOB_POOL_LINK)
  if(NOT DEFINED SCCACHE_TS_LINK_JOBS)
    cmake_host_system_information(RESULT _sccache_ts_cores QUERY NUMBER_OF_LOGICAL_CORES)
    cmake_host_system_information(RESULT _sccache_ts_memory QUERY TOTAL_PHYSICAL_MEMORY)
    math(EXPR SCCACHE_TS_LINK_JOBS "${_sccache_ts_memory} / 2048")
    if(SCCACHE_TS_LINK_JOBS GREATER _sccache_ts_cores)
      set(SCCACHE_TS_LINK_JOBS ${_sccache_ts_cores})
    endif()
    if(SCCACHE_TS_LINK_JOBS LESS 1)
      set(SCCACHE_TS_LINK_JOBS 1)
    endif()
    unset(_sccache_ts_cores)
    unset(_sccache_ts_memory)
  endif()
  if(SCCACHE_TS_LINK_JOBS GREATER 0)
    set(CMAKE_JOB_POOL_LINK sccache_ts_link)
  endif()
endif()

# At the end, when nothing that the project sets can take the pool away again: a pool that is named but not there would fail the build.
function(_sccache_ts_pool jobs)
  get_property(pools GLOBAL PROPERTY JOB_POOLS)
  if(NOT pools)
    set(pools ${CMAKE_JOB_POOLS})
  endif()
  if(NOT pools MATCHES "(^|;)sccache_ts_link=")
    list(APPEND pools sccache_ts_link=${jobs})
    set_property(GLOBAL PROPERTY JOB_POOLS ${pools})
  endif()
endfunction()
if("${CMAKE_JOB_POOL_LINK}" STREQUAL "sccache_ts_link")
  # The number of now: at the end, a function that reads this file by find_package has taken it along.
  cmake_language(EVAL CODE "cmake_language(DEFER CALL _sccache_ts_pool ${SCCACHE_TS_LINK_JOBS})")
endif()

include("${CMAKE_CURRENT_LIST_DIR}/toolchains.cmake")
cmake_language(DEFER CALL _sccache_ts_toolchains)
