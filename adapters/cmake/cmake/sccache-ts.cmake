# Knows: the door of this package for CMAKE_PROJECT_TOP_LEVEL_INCLUDES (CMake 3.24 and newer). Refuses to know: what is set; set-up.cmake does.
#
# Read: SCCACHE_TS_LAUNCHER    path of the launcher; looked for beside this package and in PATH when not given
#       SCCACHE_TS_LINK_JOBS   how many links Ninja runs at once; 0: as many as it likes

# What such a file says of policies would count for the whole project, were it not for this include().
include("${CMAKE_CURRENT_LIST_DIR}/set-up.cmake")
