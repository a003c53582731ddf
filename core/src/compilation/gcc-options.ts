// Knows: gcc's options as far as they matter: which take a value, which we must refuse and which need care. What is not
// here is one word, harmless, hashed and passed on. Refuses to know: what the parser does with an effect.
import { type OptionGroup, optionTable } from './option-table.js';

/** Shared by gcc and clang. */
export const gnuGroups: readonly OptionGroup[] = [
  // Options of the linker stand here for their values, which are no inputs.
  { effect: 'common',
    separate: '-T -R -e -b -Xlinker -filelist -framework -install_name -imultilib -imultiarch',
    flag: '--pedantic --pedantic-errors --no-warnings -gz -dead_strip -dynamic -dynamiclib',
    // What looks like files in these are patterns, strings, or only told to other programs.
    joined: '--std= -gz= -ffile-prefix-map= -fmacro-prefix-map= -fprofile-prefix-map= -fprofile-prefix-path= -frandom-seed= -fuse-ld= ' +
      '-fprofile-exclude-files= -fprofile-filter-files= -finstrument-functions-exclude-file-list= -finstrument-functions-exclude-function-list=',
    either: '-D -U -A -G -L -l -u -V -z -isysroot',
    equals: '--param --sysroot' },
  { effect: 'preprocessor', either: '-I -iquote -isystem -idirafter' },
  { effect: 'framework', either: '-F -iframework' },
  { effect: 'own-search', flag: '-remap -traditional-cpp -fsearch-include-path -fpch-preprocess' },
  { effect: 'stays', flag: '-I-', either: '-iprefix -iwithprefix -iwithprefixbefore' },
  { effect: 'include', either: '-include -imacros' },
  { effect: 'unhashed', flag: '-pipe --pipe' },

  { effect: 'not-compile',
    flag: '-E -M -MM -S -fsyntax-only -### -dumpversion -dumpfullversion -dumpmachine -dumpspecs --version --help --target-help --preprocess --assemble',
    joined: '--help= -print- --print-' },
  // They write files or report times that we do not know, read files that we do not see, or change what a step means.
  { effect: 'not-cacheable',
    flag: '- -P -C -CC -H -Q -v --verbose -MG -Mno-modules -traditional -fpreprocessed -fdirectives-only -no-integrated-cpp ' +
      '-fmem-report -fpre-ipa-mem-report -fpost-ipa-mem-report -fprofile-report -fstats -fcompare-debug -fbranch-probabilities -frepo ' +
      '-fno-profile-generate -fno-profile-use -fvtv-debug -fvtv-counts -gen-decls -fdiagnostics-format=json-file -fdiagnostics-format=sarif ' +
      '-fdiagnostics-format=sarif-file -fdiagnostics-format=sarif-stderr',
    separate: '-aux-info -dumpbase -dumpbase-ext -dumpdir -index-store-path -wrapper',
    joined: '-d -X -time -save-temps --save-temps -ftime-report -ftime-trace -fdump- -fcallgraph-info -fsave-optimization-record -fopt-info- -fopt-info= ' +
      '-fmodule -fdeps- -fplugin=libcc1plugin -fcompare-debug= -fauto-profile -fprofile-note= -fdiagnostics-add-output= -fdiagnostics-set-output= ' +
      '-fself-test -aux-info= -iplugindir= -working-directory',
    either: '-B -MJ',
    equals: '-specs --specs -working-directory' },

  { effect: 'compile', flag: '-c' },
  { effect: 'output', either: '-o' },
  { effect: 'language', either: '-x' },
  { effect: 'dependency-mode', flag: '-MD -MMD' },
  { effect: 'dependency-file', either: '-MF' },
  { effect: 'dependency-target', either: '-MT -MQ' },
  { effect: 'dependency-phony', flag: '-MP' },
  { effect: 'preprocessor-words', joined: '-Wp,' },
  { effect: 'preprocessor-word', separate: '-Xpreprocessor' },
  { effect: 'assembler-words', joined: '-Wa,' },
  { effect: 'assembler-word', separate: '-Xassembler' },

  { effect: 'colour', flag: '-fdiagnostics-color -fno-diagnostics-color', joined: '-fdiagnostics-color=' },
  { effect: 'debug', joined: '-g -fdebug-' },
  { effect: 'split-dwarf', flag: '-gsplit-dwarf' },
  { effect: 'coverage-notes', flag: '--coverage -coverage -ftest-coverage' },
  { effect: 'own-name-inside',
    flag: '-fprofile-arcs -frecord-gcc-switches',
    joined: '-fprofile-generate -fprofile-instr-generate -fcs-profile-generate -fprofile-dir= -fcoverage- -fembed-bitcode -flto' },
  { effect: 'stack-usage', flag: '-fstack-usage' },
  { effect: 'architecture', separate: '-arch' },
  { effect: 'processor', joined: '-march= -mtune= -mcpu=' },
];

/** Options of gcc alone. A plugin of gcc may read and write what it likes. */
const gccGroups: readonly OptionGroup[] = [
  { effect: 'not-cacheable', joined: '-fprofile-use -fplugin= -fplugin-arg- -mdevices-csv-loc=' },
];

export const gccTable = optionTable(...gnuGroups, ...gccGroups);
