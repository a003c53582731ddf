// Knows: gcc's options as far as they matter: which take a value, which we must refuse and which need care. What is not
// here is one word, harmless, hashed and passed on. Refuses to know: what the parser does with an effect.
import { type OptionGroup, optionTable } from './option-table.js';

/** Shared by gcc and clang. */
export const gnuGroups: readonly OptionGroup[] = [
  { effect: 'common',
    flag: '-undef -ansi -traditional-cpp -trigraphs -remap -nostdinc -nostdinc++ -s -r -gz -dead_strip -dynamic -dynamiclib --coverage-none',
    separate: '-b -e -R -T -filelist -framework -install_name -imultilib -imultiarch -multiply_defined -sectcreate -segaddr -seg1addr -Xlinker',
    joined: '-fno- -gz= -Wl, -Werror -Wno- --std= --pedantic',
    either: '-D -U -A -G -L -l -u -V -z -isysroot',
    equals: '--param --sysroot' },
  { effect: 'preprocessor',
    either: '-I -F -iquote -isystem -idirafter -iframework' },
  { effect: 'stays',
    either: '-iprefix -iwithprefix -iwithprefixbefore',
    flag: '-I-' },
  { effect: 'include', either: '-include -imacros' },
  { effect: 'unhashed', flag: '-pipe' },
  { effect: 'not-compile',
    flag: '-E -M -MM -S -fsyntax-only --version -### -dumpversion -dumpmachine -dumpspecs -dumpfullversion --help --target-help --preprocess --assemble',
    joined: '--help= -print- --print-' },
  { effect: 'not-cacheable',
    flag: '- -P -C -CC -MG -H -Q -v --verbose -time -pass-exit-codes -fpreprocessed -fdirectives-only -no-integrated-cpp -fmem-report -ftime-report ' +
      '-ftime-report-details -fstats -fpre-ipa-mem-report -fpost-ipa-mem-report -fprofile-report -frepo -fno-profile-generate -fno-profile-use ' +
      '-fcompare-debug -fbranch-probabilities -fdeps-format=p1689r5 -gen-decls -traditional',
    separate: '-aux-info -dumpbase -dumpbase-ext -dumpdir -index-store-path -wrapper -iplugindir',
    joined: '-save-temps --save-temps -time= -fdump- -fcallgraph-info -fsave-optimization-record -fmodule -fmodules -fdeps- -fplugin=libcc1plugin ' +
      '-fcompare-debug= -fauto-profile -ftime-trace -fdiagnostics-add-output= -fdiagnostics-set-output= -fself-test -iplugindir= -fopenmp-targets -d',
    either: '-B',
    equals: '--specs -specs -MJ' },
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
    flag: '-fprofile-arcs -frecord-gcc-switches -fprofile-generate -fprofile-instr-generate -fcs-profile-generate -fcoverage-mapping -pg -p',
    joined: '-fprofile-dir= -fprofile-update= -fprofile-generate= -fprofile-instr-generate= -fcs-profile-generate= -fprofile-note= ' +
      '-fprofile-filter-files= -fprofile-exclude-files= -fcoverage- -flto -fembed-bitcode' },
  { effect: 'stack-usage', flag: '-fstack-usage' },
  { effect: 'architecture', separate: '-arch' },
  { effect: 'processor', joined: '-march= -mtune= -mcpu=' },
];

/** Options of gcc alone. */
const gccGroups: readonly OptionGroup[] = [
  { effect: 'not-cacheable', joined: '-fprofile-use -fplugin= -fplugin-arg- -fopt-info- -fada-spec', flag: '-fpch-preprocess' },
  { effect: 'common', flag: '-fopt-info' },
];

export const gccTable = optionTable(...gnuGroups, ...gccGroups);
