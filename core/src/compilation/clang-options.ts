// Knows: clang's options beyond gcc's. Refuses to know: what the parser does with an effect.
import { gnuGroups } from './gcc-options.js';
import { type OptionGroup, optionTable } from './option-table.js';

const clangGroups: readonly OptionGroup[] = [
  { effect: 'common',
    separate: '-target -mthread-model -meabi',
    flag: '--no-default-config -fbasic-block-sections=all -fbasic-block-sections=labels -fbasic-block-sections=none -fmemory-profile',
    joined: '--target= --rtlib= --unwindlib= --stdlib= --system-header-prefix= --no-system-header-prefix= ' +
      '-fcrash-diagnostics-dir= -fmemory-profile= -fms-secure-hotpatch-functions-list= -funique-source-file-identifier= -fthinlto-distributor= -fdepfile-entry=',
    equals: '-stdlib' },
  { effect: 'stays',
    separate: '-gcc-toolchain -cxx-isystem',
    either: '-isystem-after',
    // Sanitizers read lists of their own, which line markers do not show (they are part of the compiler's identity).
    joined: '-fsanitize= --gcc-toolchain= --gcc-install-dir= -stdlib++-isystem -iwithsysroot' },
  { effect: 'unhashed', joined: '-parallel-jobs=' },
  { effect: 'own-search', flag: '-fms-compatibility -fms-extensions' },
  { effect: 'not-compile', flag: '-fdriver-only -emit-ast -rewrite-objc -rewrite-legacy-objc -verify-pch --analyze --precompile', joined: '--autocomplete=' },
  { effect: 'not-cacheable',
    // With a record of its command line, an object would hold the words that we add.
    flag: '-frecord-command-line -grecord-command-line -frecord-gcc-switches -grecord-gcc-switches ' +
      '-fcxx-modules -fprebuilt-implicit-modules -fno-profile-instr-generate -fno-profile-instr-use -fno-integrated-as -no-integrated-as -verify ' +
      // Files beside the headers, which no list of what was read names.
      '-fapinotes -fapinotes-modules -fimplicit-module-maps -fbuiltin-module-map ' +
      '-emit-symbol-graph -extract-api -emit-interface-stubs -emit-merged-ifs',
    separate: '-ivfsoverlay -ivfsstatcache -add-plugin -exported_symbols_list -unexported_symbols_list -darwin-target-variant',
    joined: '-fprebuilt-module-path -fproc-stat-report -foptimization-record -fthinlto-index= -fbuild-session ' +
      '-fdepscan -fcas- -fembed-offload-object= -fopenmp-targets= -objcmt- -arcmt- -ccc- -ivfsoverlay -stats -save-stats -offload -gen-cdb-fragment-path ' +
      '-gen-reproducer -iapinotes-modules -multi-lib-config= -fcodegen-data-generate -fcodegen-data-use -fthin-link-bitcode= ' +
      '-fixit -fix- -foverride-record-layout= -fverify-debuginfo-preserve -ftest-module-file-extension=',
    equals: '--config -resource-dir' },
  { effect: 'dependency-file', separate: '-dependency-file' },
  { effect: 'colour', flag: '-fcolor-diagnostics -fno-color-diagnostics' },
  { effect: 'split-dwarf', flag: '-gsplit-dwarf=split' },
  { effect: 'debug', separate: '-fdebug-compilation-dir', joined: '-ffile-compilation-dir=' },
  { effect: 'serialized-diagnostics', separate: '-serialize-diagnostics', equals: '--serialize-diagnostics' },
  { effect: 'reads',
    joined: '-fsanitize-ignorelist= -fsanitize-blacklist= -fsanitize-system-ignorelist= -fsanitize-coverage-allowlist= -fsanitize-coverage-ignorelist= ' +
      '-fsanitize-coverage-whitelist= -fsanitize-coverage-blacklist= -fprofile-sample-use= -fauto-profile= -fprofile-list= -fprofile-remapping-file= ' +
      '-fxray-always-instrument= -fxray-never-instrument= -fxray-attr-list= --warning-suppression-mappings= ' +
      '-fbasic-block-sections= -fbasic-block-sections=list= -frandomize-layout-seed-file= -fms-secure-hotpatch-functions-file= ' +
      '-fmemory-profile-use= -fexperimental-sanitize-metadata-ignorelist= -fsanitize-system-blacklist= -frewrite-map-file=' },
  { effect: 'reads-profile', flag: '-fprofile-use -fprofile-instr-use', joined: '-fprofile-use= -fprofile-instr-use=' },
  { effect: 'loads', separate: '-fplugin -load -include-pch', joined: '-fplugin= -fpass-plugin=' },
  { effect: 'plugin-argument', joined: '-fplugin-arg-' },
  { effect: 'cc1-word', separate: '-Xclang' },
  { effect: 'llvm-word', separate: '-mllvm', joined: '-mllvm=' },
  { effect: 'bitcode', flag: '-emit-llvm' },
  { effect: 'end-of-options', flag: '--' },
];

export const clangTable = optionTable(...gnuGroups, ...clangGroups);
