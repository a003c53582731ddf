# Knows: find_package(SccacheTs) for projects that want to name sccache-ts themselves. Refuses to know: what is set; set-up.cmake does.
#
# Sets SccacheTs_FOUND, and SCCACHE_TS_LAUNCHER to the launcher's path. Counts for targets that are made afterwards.

include("${CMAKE_CURRENT_LIST_DIR}/set-up.cmake")
if(SCCACHE_TS_LAUNCHER)
  set(SccacheTs_FOUND TRUE)
else()
  set(SccacheTs_FOUND FALSE)
  set(SccacheTs_NOT_FOUND_MESSAGE "sccache-ts is neither in PATH nor where SCCACHE_TS_LAUNCHER names it.")
endif()
