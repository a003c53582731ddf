// Knows: clang's options beyond gcc's. Refuses to know: what the parser does with an effect.
import { gnuGroups } from './gcc-options.js';
import { type OptionGroup, optionTable } from './option-table.js';

const clangGroups: readonly OptionGroup[] = [
  { effect: 'common',
    separate: '-target -mthread-model -meabi',
    flag: '--no-default-config',
    joined: '--target= --rtlib= --unwindlib= --stdlib= --system-header-prefix= --no-system-header-prefix= -fplugin-arg-',
    equals: '-stdlib' },
  { effect: 'stays',
    separate: '-gcc-toolchain -cxx-isystem',
    // Sanitizers read lists of their own, which line markers do not show (they are part of the compiler's identity).
    joined: '-fsanitize= --gcc-toolchain= --gcc-install-dir= -stdlib++-isystem -iwithsysroot' },
  { effect: 'unhashed', joined: '-parallel-jobs=' },
  { effect: 'own-search', flag: '-fms-compatibility -fms-extensions' },
  { effect: 'not-compile', flag: '-fdriver-only -emit-ast -rewrite-objc -rewrite-legacy-objc -verify-pch --analyze --precompile', joined: '--autocomplete=' },
  { effect: 'not-cacheable',
    // With a record of its command line, an object would hold the words that we add.
    flag: '-frecord-command-line -grecord-command-line -frecord-gcc-switches -grecord-gcc-switches ' +
      '-fcxx-modules -fprebuilt-implicit-modules -fno-profile-instr-generate -fno-profile-instr-use -fno-integrated-as -no-integrated-as -verify',
    separate: '-ivfsoverlay -ivfsstatcache -add-plugin -exported_symbols_list -unexported_symbols_list -darwin-target-variant',
    joined: '-fprebuilt-module-path -fproc-stat-report -foptimization-record -fthinlto-index= -fbuild-session ' +
      '-fdepscan -fcas- -fembed-offload-object= -fopenmp-targets= -objcmt- -arcmt- -ccc- -ivfsoverlay -stats -save-stats -offload -gen-cdb-fragment-path',
    equals: '--config -resource-dir' },
  { effect: 'dependency-file', separate: '-dependency-file' },
  { effect: 'colour', flag: '-fcolor-diagnostics -fno-color-diagnostics' },
  { effect: 'split-dwarf', flag: '-gsplit-dwarf=split' },
  { effect: 'debug', separate: '-fdebug-compilation-dir', joined: '-ffile-compilation-dir=' },
  { effect: 'serialized-diagnostics', separate: '-serialize-diagnostics', equals: '--serialize-diagnostics' },
  { effect: 'reads',
    joined: '-fsanitize-ignorelist= -fsanitize-blacklist= -fsanitize-system-ignorelist= -fsanitize-coverage-allowlist= -fsanitize-coverage-ignorelist= ' +
      '-fsanitize-coverage-whitelist= -fsanitize-coverage-blacklist= -fprofile-sample-use= -fauto-profile= -fprofile-list= -fprofile-remapping-file= ' +
      '-fxray-always-instrument= -fxray-never-instrument= -fxray-attr-list= --warning-suppression-mappings=' },
  { effect: 'reads-profile', flag: '-fprofile-use -fprofile-instr-use', joined: '-fprofile-use= -fprofile-instr-use=' },
  { effect: 'loads', separate: '-fplugin -load -include-pch', joined: '-fplugin= -fpass-plugin=' },
  { effect: 'cc1-word', separate: '-Xclang' },
  { effect: 'llvm-word', separate: '-mllvm' },
  { effect: 'bitcode', flag: '-emit-llvm' },
  { effect: 'end-of-options', flag: '--' },
];

export const clangTable = optionTable(...gnuGroups, ...clangGroups);
