# Knows: the one file of CMAKE_PROJECT_INCLUDE_BEFORE (CMake before 3.24) and what stood there before us. Refuses to know: both.

if(NOT "$CACHE{SCCACHE_TS_INCLUDE_BEFORE}" STREQUAL "")
  include("$CACHE{SCCACHE_TS_INCLUDE_BEFORE}")
endif()
include("${CMAKE_CURRENT_LIST_DIR}/set-up.cmake")
