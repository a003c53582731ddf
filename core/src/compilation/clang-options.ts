// Knows: clang's options beyond gcc's. Refuses to know: what the parser does with an effect.
import { gnuGroups } from './gcc-options.js';
import { type OptionGroup, optionTable } from './option-table.js';

const clangGroups: readonly OptionGroup[] = [
  { effect: 'common',
    separate: '-target',
    joined: '--target= --rtlib= --unwindlib= --stdlib= -fplugin-arg- -dynamic -ObjC',
    equals: '-stdlib' },
  { effect: 'stays',
    separate: '-gcc-toolchain -resource-dir -cxx-isystem -isystem-after -iwithsysroot',
    joined: '--gcc-toolchain= --gcc-install-dir= -resource-dir= -stdlib++-isystem -fmodule-file-none' },
  { effect: 'unhashed', joined: '-parallel-jobs=' },
  { effect: 'not-compile', flag: '-fdriver-only --autocomplete -emit-ast -rewrite-objc -rewrite-legacy-objc --analyze --precompile -verify-pch' },
  { effect: 'not-cacheable',
    flag: '-fcxx-modules -fno-profile-instr-generate -fno-profile-instr-use -fprebuilt-implicit-modules -frecord-command-line -grecord-command-line ' +
      '-frecord-gcc-switches -grecord-gcc-switches -print-stats -ftime-report= -emit-interface-stubs -extract-api -verify -fno-integrated-as -no-integrated-as -fintegrated-cc1-off ' +
      '--cuda-device-only --cuda-host-only -no-opaque-pointers-list',
    separate: '-index-store-path -ivfsoverlay -ivfsstatcache -add-plugin -arcmt-migrate-report-output -exported_symbols_list -unexported_symbols_list --config -isystem-prefix',
    joined: '-fprebuilt-module-path -ftime-report -ftime-trace -fproc-stat-report -foptimization-record -fsave-optimization-record -fthinlto-index= -fbuild-session ' +
      '-objcmt- -ccc- --config= --config- --driver-mode= -fmodule -fcrash-diagnostics-dir= -fdepscan -ivfsoverlay -stats -save-stats --save-stats ' +
      '--offload -offload -fopenmp-targets= --cuda -fcas- -gen-cdb-fragment-path -mllvm= -fembed-offload-object=' },
  { effect: 'dependency-file', separate: '-dependency-file' },
  { effect: 'colour', flag: '-fcolor-diagnostics -fno-color-diagnostics' },
  { effect: 'split-dwarf', flag: '-gsplit-dwarf=split' },
  { effect: 'debug', flag: '-gsplit-dwarf=single -gno-split-dwarf', separate: '-fdebug-compilation-dir', joined: '-fdebug-compilation-dir= -ffile-compilation-dir=' },
  { effect: 'serialized-diagnostics', equals: '--serialize-diagnostics', separate: '-serialize-diagnostics' },
  { effect: 'reads',
    joined: '-fsanitize-ignorelist= -fsanitize-blacklist= -fsanitize-system-ignorelist= -fsanitize-coverage-allowlist= -fsanitize-coverage-ignorelist= ' +
      '-fsanitize-coverage-whitelist= -fsanitize-coverage-blacklist= -fprofile-sample-use= -fauto-profile= -fprofile-list= -fprofile-remapping-file= ' +
      '-fxray-always-instrument= -fxray-never-instrument= -fxray-attr-list= -ftrivial-auto-var-init-list= -fsanitize-memory-ignorelist= -fwarning-suppression-mappings= --warning-suppression-mappings=' },
  { effect: 'reads-profile', flag: '-fprofile-use -fprofile-instr-use', joined: '-fprofile-use= -fprofile-instr-use=' },
  { effect: 'loads', separate: '-fplugin -load -include-pch', joined: '-fplugin= -fpass-plugin=' },
  { effect: 'cc1-word', separate: '-Xclang' },
  { effect: 'llvm-word', separate: '-mllvm' },
  { effect: 'bitcode', flag: '-emit-llvm' },
  { effect: 'end-of-options', flag: '--' },
];

export const clangTable = optionTable(...gnuGroups, ...clangGroups);
