// Knows: the options of cl.exe and clang-cl, all that may stand on a command line that we take; written with `-`, which `/` is the same as.
// Refuses to know: what the parser does with an effect. A word that no row describes is declined.
import { type OptionGroup, type OptionTable, optionTable } from '@sccache-ts/core/compilation';

export type ClEffect =
  | 'common' | 'unhashed' | 'mode' | 'not-compile' | 'declined'
  /** Whether the object holds the time. */
  | 'reproducible'
  /** A folder to search for included files. */
  | 'search'
  /** A folder beneath which folders to search are found. */
  | 'sysroot'
  /** Diagnostics name the working directory. */
  | 'absolute-names'
  | 'target'
  /** `/X`: no folders from INCLUDE. */
  | 'no-include'
  | 'include'
  /** Debug information in the object. */
  | 'debug'
  /** Debug information in a database that compiles share. */
  | 'database'
  | 'precompiled'
  /** A precompiled header is used, made, kept under a name; or none at all, whatever else is said. */
  | 'precompiled-use' | 'precompiled-make' | 'precompiled-file' | 'precompiled-off'
  /** Documentation comments go to a file. */
  | 'documentation'
  /** How many compiles run at once; clang warns of it. */
  | 'parallel'
  | 'object' | 'listing' | 'listing-file'
  /** Tells of files on standard output; not for the preprocessor. */
  | 'shows'
  | 'source-dependencies'
  | 'language' | 'source'
  | 'driver-mode' | 'end-of-options' | 'colour'
  /** A word for clang's own driver behind `/clang:`. */
  | 'clang'
  /** A word for clang's cc1. */
  | 'cc1-word'
  | 'llvm-word'
  /** Of clang's own driver. */
  | 'clang-own';

const both: readonly OptionGroup<ClEffect>[] = [
  { effect: 'common',
    flag: '-C -GA -Gd -GF -GF- -Gm- -GR -GR- -Gr -GS -GS- -Gv -Gw -Gw- -GX -GX- -Gy -Gy- -Gz -Ge -Gh -GH -GT -GZ -GL -GL- ' +
      '-homeparams -hotpatch -J -JMC -JMC- -kernel -kernel- -LD -LDd -MD -MDd -MT -MTd -nologo -openmp -openmp- -permissive -permissive- ' +
      '-Qvec -Qvec- -QIntel-jcc-erratum -Qpar -Qpar- -Qspectre -Qspectre- -Qspectre-load -Qspectre-load-cf -Qfast_transcendentals -Qimprecise_fwaits -Qsafe_fp_loads ' +
      '-sdl -sdl- -utf-8 -validate-charset -validate-charset- -vmb -vmg -vmm -vms -vmv -w -Wall -WX -WX- -WL -X- -Za -Ze -Zl -Zo -Zo- -bigobj -analyze- -await ' +
      '-external:anglebrackets -external:templates- -fsanitize=address -fsanitize-address-use-after-return -fno-sanitize-address-vcasan-lib ' +
      '-d2FastFail -d2notypeopt',
    joined: '-arch: -EH -execution-charset: -source-charset: -diagnostics: -external:W -favor: -fp: -Gs -guard: -O -openmp: -Qpar-report: -Qvec-report: -RTC -std: -tune: -vd -volatile: ' +
      '-W0 -W1 -W2 -W3 -W4 -wd -we -wo -w1 -w2 -w3 -w4 -Wv: -Zc: -Zm -Zp -ZH: -cgthreads -errorReport:',
    either: '-D -U' },
  { effect: 'reproducible', flag: '-Brepro -Brepro-' },
  // Who may write to a database at the same time.
  { effect: 'unhashed', flag: '-FS' },
  { effect: 'absolute-names', flag: '-FC' },
  { effect: 'search', either: '-I -external:I' },
  { effect: 'no-include', flag: '-X' },
  { effect: 'include', either: '-FI' },
  { effect: 'mode', flag: '-c' },
  { effect: 'not-compile', flag: '-E -EP -P -PD -PH -Zs -? -help -HELP' },
  // They write or read what we do not follow.
  { effect: 'declined',
    flag: '-link -Fx -FA- -Zd -Zg -Gm -d1reportAllClassLayout -interface -internalPartition -exportHeader -translateInclude -ifcOnly -showResolvedHeader',
    joined: '-Fe -Fi -Fm -FR -Fr -analyze -fastfail -experimental: -headerName -clr -ZW -Bt -Bv -B1 -B2 -Bx -d1 -d2 -fsanitize-coverage -sourceDependencies:directives -scanDependencies -external:env: -headerUnit -dxifc -feature -module',
    either: '-FU -reference -ifcMap -ifcOutput -ifcSearchDir -stdIfcDir -stdifcdir' },
  { effect: 'precompiled', joined: '-Yd -Yl' },
  { effect: 'debug', flag: '-Z7' },
  { effect: 'object', joined: '-Fo', either: '-o' },
  { effect: 'shows', flag: '-showIncludes -showIncludes:user' },
  { effect: 'language', flag: '-TC -TP' },
  { effect: 'source', either: '-Tc -Tp' },
];

const clangGroups: readonly OptionGroup<ClEffect>[] = [
  { effect: 'target', joined: '--target=' },
  { effect: 'absolute-names', flag: '-fdiagnostics-absolute-paths' },
  { effect: 'parallel', joined: '-MP' },
  { effect: 'precompiled-use', joined: '-Yu' },
  { effect: 'precompiled-make', joined: '-Yc' },
  { effect: 'precompiled-file', joined: '-Fp' },
  { effect: 'precompiled-off', flag: '-Y-' },
  { effect: 'declined', joined: '-doc' },
  { effect: 'common', joined: '-Gregcall', flag: '-Qunused-arguments', either: '-winsdkversion -vctoolsversion' },
  { effect: 'search', either: '-imsvc' },
  { effect: 'sysroot', either: '-winsysroot -vctoolsdir -winsdkdir -diasdkdir' },
  { effect: 'debug', flag: '-Zi' },
  // No database is written.
  { effect: 'unhashed', joined: '-Fd' },
  { effect: 'shows', flag: '-showFilenames -showFilenames-' },
  { effect: 'listing', flag: '-FA' },
  { effect: 'declined', flag: '-v', joined: '-save-temps -ftime-trace -ftime-report -fproc-stat-report -fmodule -fimplicit-module -fcrash-diagnostics -vfsoverlay' },
  { effect: 'listing-file', joined: '-Fa' },
  { effect: 'not-compile', flag: '--version -fsyntax-only -### --analyze -print-supported-cpus', joined: '-print- --print-' },
  { effect: 'declined', either: '-sourceDependencies' },
  { effect: 'driver-mode', joined: '--driver-mode= --rsp-quoting=' },
  { effect: 'end-of-options', flag: '--' },
  { effect: 'clang', joined: '-clang:' },
  { effect: 'cc1-word', separate: '-Xclang' },
  { effect: 'llvm-word', separate: '-mllvm' },
  { effect: 'colour', flag: '-fcolor-diagnostics -fno-color-diagnostics' },
  { effect: 'clang-own', joined: '-f -g -m -W -flto' },
];

const msvcGroups: readonly OptionGroup<ClEffect>[] = [
  { effect: 'common', joined: '-Fd' },
  // How many compiles run at once is no matter of a single one.
  { effect: 'unhashed', joined: '-MP' },
  { effect: 'precompiled', joined: '-Yu -Yc -Fp' },
  { effect: 'common', flag: '-Y-' },
  { effect: 'documentation', joined: '-doc' },
  { effect: 'database', flag: '-Zi -ZI' },
  { effect: 'declined', joined: '-FA -Fa' },
  { effect: 'source-dependencies', either: '-sourceDependencies' },
];

export const clangClTable: OptionTable<ClEffect> = optionTable(...both, ...clangGroups);
export const msvcTable: OptionTable<ClEffect> = optionTable(...both, ...msvcGroups);

/** Rows that only a leading `-` stands for; behind `/` such words are no options. */
export const isDashOnly = (flag: string): boolean => /^-(?:-|Xclang$|mllvm$|[fgmW]$|flto$|f(?:no-)?color|fdiagnostics|fsyntax|save-temps|ftime|fproc|fmodule|fimplicit|fcrash|print|Qunused|###|v$)/.test(flag);
