# Knows: where compilers that speak like cl are told to gather debug information in one file, and what to say instead.
# Refuses to know: which compiler it is; others have no such flag.
#
# As CMAKE_USER_MAKE_RULES_OVERRIDE it is read when a language is enabled, before its flags go into the cache.

if(NOT DEFINED _sccache_ts_suffix)
  set(_sccache_ts_suffix _INIT)
endif()
foreach(_sccache_ts_lang C CXX)
  foreach(_sccache_ts_config DEBUG RELWITHDEBINFO)
    set(_sccache_ts_name CMAKE_${_sccache_ts_lang}_FLAGS_${_sccache_ts_config}${_sccache_ts_suffix})
    if("${${_sccache_ts_name}}" MATCHES "(^| )[/-]Z[iI]( |$)")
      string(REGEX REPLACE "(^| )([/-])Z[iI]( |$)" "\\1\\2Z7\\3" ${_sccache_ts_name} "${${_sccache_ts_name}}")
    endif()
  endforeach()
endforeach()
unset(_sccache_ts_lang)
unset(_sccache_ts_config)
unset(_sccache_ts_name)
unset(_sccache_ts_suffix)
