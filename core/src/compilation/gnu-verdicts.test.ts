import { describe, expect, it } from 'vitest';
import { clangDialect, gccDialect, languageOf, splitResponseFile, type Compilation, type CompilerKind, type Verdict } from './index.js';

const files: Readonly<Record<string, string>> = { '/job/rsp': '-DFROM="a b" -O2', '/job/nested': '@rsp -g', '/job/loop': '@loop' };

function parse(line: string, more: { kind?: CompilerKind; plusplus?: boolean; env?: readonly (readonly [string, string])[] } = {}): Verdict {
  const kind = more.kind ?? 'gcc';
  const request = { compiler: '/usr/bin/cc', args: splitResponseFile(line), cwd: '/job', env: more.env ?? [] };
  const facts = { kind, plusplus: more.plusplus === true, version: '1', apple: false };
  return (kind === 'gcc' ? gccDialect : clangDialect).parse(request, facts, (path) => files[path]);
}
function taken(line: string, kind: CompilerKind = 'gcc'): Compilation {
  const verdict = parse(line, { kind });
  if (verdict.kind === 'decline') throw new Error(`${line}: declined because of ${verdict.reason}`);
  return verdict.compilation;
}
const rows = (text: string): string[][] => text.trim().split('\n').map((row) => row.split('|').map((cell) => cell.trim()));
/** `both`, or the one compiler that a row is about. */
const kinds = (cell = ''): readonly CompilerKind[] => (cell === 'both' ? ['gcc', 'clang'] : [cell as CompilerKind]);

describe('what is no compile', () => {
  it.each(rows(`
    a.o b.o -o a           | no -c
    -v                     | no -c
    a.c                    | no -c
    --version              | --version
    -dumpmachine           | -dumpmachine
    -dumpspecs             | -dumpspecs
    -print-prog-name=as    | -print-prog-name=
    -E a.c                 | -E
    -c -E a.c              | -E
    -S a.c                 | -S
    -M a.c                 | -M
    -MM -c a.c             | -MM
    -c -fsyntax-only a.c   | -fsyntax-only
    -### -c a.c            | -###
    --help=optimizers      | --help=
    -E -                   | -E
  `))('%s', (line = '', reason = '') => {
    for (const kind of ['gcc', 'clang'] as const) expect(parse(line, { kind })).toEqual({ kind: 'decline', why: 'not-compile', reason });
  });
});

describe('what must not be cached', () => {
  it.each(rows(`
    both  | -c -                                  | -
    both  | -c                                    | no input file
    both  | -c -xc /dev/fd/63 -o a.o              | file of the calling process
    both  | -c @/dev/fd/63                        | @
    both  | -c a.c -include /dev/fd/63            | file of the calling process
    both  | -c a.c b.c                            | multiple input files
    both  | -c a.c b.o                            | multiple input files
    both  | -c a.c -o                             | argument parse
    both  | -c a.c -I                             | argument parse
    both  | -c a.xyz                              | unknown source language
    both  | -c noextension                        | unknown source language
    both  | -c -x ada a.c                         | -x
    both  | -c -xcuda a.cu                        | -x
    both  | -c @none a.c                          | @
    both  | -c @loop a.c                          | @
    both  | -c a.h                                | precompiled header
    both  | -c -x c++-header a.hpp                | precompiled header
    both  | -c a.c -P                             | -P
    both  | -c a.c -C                             | -C
    both  | -c a.c -CC                            | -CC
    both  | -c a.c -H                             | -H
    both  | -c a.c -v                             | -v
    both  | -c a.c --verbose                      | --verbose
    both  | -c a.c -Q                             | -Q
    both  | -c a.c -MG -MD                        | -MG
    both  | -c a.c -save-temps                    | -save-temps
    both  | -c a.c -save-temps=obj                | -save-temps=
    both  | -c a.c --save-temps=cwd               | --save-temps=
    both  | -c a.c -fdump-tree-all                | -fdump-tree-all
    both  | -c a.c -dA                            | -dA
    both  | -c a.c -da                            | -da
    both  | -c a.c -dumpdir x/                    | -dumpdir
    both  | -c a.c -dumpbase x                    | -dumpbase
    both  | -c a.c -aux-info f                    | -aux-info
    both  | -c a.c -aux-info=f                    | -aux-info=
    both  | -c a.c -fvtv-counts                   | -fvtv-counts
    both  | -c a.c -time                          | -time
    both  | -c a.c -time=f                        | -time=
    both  | -c a.c -ftime-report                  | -ftime-report
    both  | -c a.c -ftime-trace                   | -ftime-trace
    both  | -c a.c -ftime-trace=f                 | -ftime-trace=
    both  | -c a.c -fsave-optimization-record     | -fsave-optimization-record
    both  | -c a.c -fcallgraph-info=su            | -fcallgraph-info=
    both  | -c a.c -fopt-info-vec=f               | -fopt-info-vec=
    both  | -c a.c -fmodules                      | -fmodules
    both  | -c a.c -fmodules-ts                   | -fmodules-ts
    both  | -c a.c -fmodule-file=a=a.pcm          | -fmodule-file=
    both  | -c a.c -fmodule-output=a.pcm          | -fmodule-output=
    both  | -c a.c -repo -frepo                   | -frepo
    both  | -c a.c -fpreprocessed                 | -fpreprocessed
    both  | -c a.c -fdirectives-only              | -fdirectives-only
    both  | -c a.c -no-integrated-cpp             | -no-integrated-cpp
    both  | -c a.c -index-store-path d            | -index-store-path
    both  | -c a.c -MJ f                          | -MJ
    both  | -c a.c -MJf                           | -MJ
    both  | -c a.c -B/opt/bin                     | -B
    both  | -c a.c -B d                           | -B
    both  | -c a.c -specs=f                       | -specs
    both  | -c a.c --specs f                      | --specs
    both  | -c a.c -wrapper gdb,--args            | -wrapper
    both  | -c a.c -fcompare-debug                | -fcompare-debug
    both  | -c a.c -fdiagnostics-format=sarif-file | -fdiagnostics-format=sarif-file
    both  | -c a.c -fdiagnostics-format=json-file | -fdiagnostics-format=json-file
    both  | -c a.c -fdiagnostics-add-output=sarif | -fdiagnostics-add-output=
    both  | -c a.c -fno-profile-use               | -fno-profile-use
    both  | -c a.c -fplugin=libcc1plugin          | -fplugin=
    gcc   | -c a.c -fplugin=x.so                  | -fplugin=
    gcc   | -c a.c -fprofile-use                  | -fprofile-use
    gcc   | -c a.c -fprofile-use=dir              | -fprofile-use=
    gcc   | -c a.c -fbranch-probabilities         | -fbranch-probabilities
    both  | -c a.c -Wa,-adhln=f                   | -Wa,
    both  | -c a.c -Wa,-ahl                       | -Wa,
    both  | -c a.c -Wa,--MD,f                     | -Wa,
    both  | -c a.c -Wa,@f                         | -Wa,
    both  | -c a.c -Wa,-o,x                       | -Wa,
    both  | -c a.c -Xassembler -ahl               | -Xassembler
    both  | -c a.c -Wp,-MD                        | -Wp,
    both  | -c a.c -Wp,-MD,f,-MT,t                | -Wp,
    gcc   | -c a.c -Wp,-MD,f -MF g                | -Wp,
    gcc   | -c a.c -Wp,-MD,f -MD                  | -Wp,
    both  | -c a.c -MF g -Wp,-MD,f                | -Wp,
    both  | -c a.c -Wp,-C                         | -Wp,
    both  | -c a.c -Wp,-P,-DX                     | -Wp,
    both  | -c a.c -Xpreprocessor -P              | -Xpreprocessor
    both  | -c a.c -Xarch_arm64 -O2               | -Xarch_arm64
    both  | -c a.c -MF f                          | dependency flags without -MD
    both  | -c a.c -MP                            | dependency flags without -MD
    both  | -c a.c -MD -MMD                       | -MD -MMD
    both  | -c a.c -MD -MF -                      | -MF -
    both  | -c a.c -MD -MF /dev/stdout            | -MF /dev/stdout
    both  | -c a.c -o -                           | -o -
    both  | -c a.c -o /dev/stdout                 | -o /dev/stdout
    both  | -c a.c -o /dev/fd/3                   | -o /dev/fd/3
    both  | -c a.c -o /proc/self/fd/1             | -o /proc/self/fd/1
    both  | -c a.c -o /dev/null -MD               | -o /dev/null with files beside it
    both  | -c a.c -o /dev/null --coverage        | -o /dev/null with files beside it
    both  | -c a.c -o a.o -o b.o                  | multiple -o
    both  | -c a.c -arch arm64 -arch x86_64       | multiple different -arch, and SCCACHE_CACHE_MULTIARCH not set
    both  | -c a.c --unknown-long-option          | --unknown-long-option
    both  | -c a.c -working-directory d           | -working-directory
    both  | -c a.s -fdiagnostics-color            | -fdiagnostics-color
    clang | -c a.c -fcxx-modules                  | -fcxx-modules
    clang | -c a.c -fprebuilt-module-path=d       | -fprebuilt-module-path=
    clang | -c a.c -fno-integrated-as             | -fno-integrated-as
    clang | -c a.c -frecord-command-line          | -frecord-command-line
    clang | -c a.c -resource-dir d                | -resource-dir
    clang | -c a.c --config f                     | --config
    clang | -c a.c --config=f                     | --config
    clang | -c a.c -ivfsoverlay f                 | -ivfsoverlay
    clang | -MD -c a.c -include-pch p             | precompiled header with -MD
    clang | -MD -c a.c -Xclang -include-pch -Xclang p | precompiled header with -MD
    clang | -c a.c -Xclang -emit-pch              | -emit-pch
    clang | -c a.c -Xclang -unknown-cc1           | -unknown-cc1
    clang | -c a.c -Xclang -load                  | -Xclang
    clang | -c a.c -Xclang stray                  | -Xclang
    clang | -c a.c -mllvm -time-passes            | -mllvm
    clang | -c -- a.c b.c                         | multiple input files
    clang | -c a.c -save-stats=obj                | -save-stats=
    clang | -c a.c -fproc-stat-report=f           | -fproc-stat-report=
    clang | -c a.c -fopenmp-targets=nvptx64       | -fopenmp-targets=
    gcc   | -c a.c -mdevices-csv-loc=f            | -mdevices-csv-loc=
    both  | -c a.c -fwhatever-file=f              | -fwhatever-file= may name a file
    both  | -c a.c -fwhatever-list=f              | -fwhatever-list= may name a file
    both  | -c a.c -fwhatever-use=f               | -fwhatever-use= may name a file
    both  | -c a.c -fwhatever=list=f              | -fwhatever= may name a file
    both  | -c a.c -fwhatever=d/f                 | -fwhatever= may name a file
    both  | -c a.c -mwhatever=d/f                 | -mwhatever= may name a file
    both  | -c a.c -Wp,-fwhatever-file=f          | -Wp,
    both  | -c a.c -Wp,-fprofile-use=f            | -Wp,
    both  | -c a.c -Xpreprocessor -fauto-profile=f | -Xpreprocessor
    clang | -c a.c -Xclang -fbasic-block-sections=list=f | -fbasic-block-sections=
    clang | -c a.c -Xclang -foverride-record-layout=f | -foverride-record-layout=
    clang | -c a.c -Xclang -fthin-link-bitcode=f  | -fthin-link-bitcode=
    clang | -c a.c -Xclang -fms-extensions        | -fms-extensions
    clang | -c a.c -Xclang -fcoverage-mapping     | -fcoverage-mapping
    clang | -c a.c -Xclang -fixit                 | -fixit
    clang | -c a.c -Xclang -fwhatever-file=f      | -fwhatever-file=
    clang | -c a.c -mllvm=-stats                  | -mllvm
    clang | -c a.c -mllvm -sample-profile-file=f  | -mllvm
    clang | -c a.c -mllvm -dfsan-abilist=f        | -mllvm
    clang | -c a.c -mllvm -dfsan-abilist -mllvm f | -mllvm
    clang | -c a.c -mllvm -whatever=d/f           | -mllvm
    clang | -c a.c -mllvm -whatever -mllvm f.txt  | -mllvm
    clang | -c a.c -fcodegen-data-use=f           | -fcodegen-data-use=
    clang | -c a.c -fcodegen-data-use             | -fcodegen-data-use
    clang | -c a.c -fapinotes                     | -fapinotes
    clang | -c a.c -iapinotes-modules d           | -iapinotes-modules
    clang | -c a.c -fimplicit-module-maps         | -fimplicit-module-maps
    clang | -c a.c -fmodule-map-file=f            | -fmodule-map-file=
    clang | -c a.c -multi-lib-config=f            | -multi-lib-config=
    clang | -c a.c -gen-reproducer=always         | -gen-reproducer=
    clang | -c a.c -ivfsoverlay f                 | -ivfsoverlay
    clang | -c a.c -fthinlto-index=f              | -fthinlto-index=
    clang | -c a.c -fembed-offload-object=f       | -fembed-offload-object=
    gcc   | -c a.c -fauto-profile=f               | -fauto-profile=
    gcc   | -c a.c -fprofile-use=f                | -fprofile-use=
    both  | -c a.c -fbranch-probabilities         | -fbranch-probabilities
    both  | -c a.c -iplugindir=d                  | -iplugindir=
  `))('%s: %s', (compiler, line = '', reason = '') => {
    for (const kind of kinds(compiler)) expect(parse(line, { kind })).toEqual({ kind: 'decline', why: 'not-cacheable', reason });
  });

  it.each(['DEPENDENCIES_OUTPUT', 'SUNPRO_DEPENDENCIES', 'GCC_COMPARE_DEBUG', 'CC_PRINT_OPTIONS', 'CCC_OVERRIDE_OPTIONS'])('with %s set', (name) => {
    expect(parse('-c a.c', { env: [[name, '']] })).toMatchObject({ why: 'not-cacheable', reason: name });
  });
});

describe('classes of arguments', () => {
  it.each(rows(`
    both  | -c a.c -O2                       | -O2                    | common
    both  | -c a.c -funknown-flag            | -funknown-flag         | common
    both  | -c a.c -D A=1                    | -D A=1                 | common
    both  | -c a.c -DA=1                     | -DA=1                  | common
    both  | -c a.c -U A                      | -U A                   | common
    both  | -c a.c -include f.h              | -include f.h           | common
    both  | -c a.c -imacros f.h              | -imacros f.h           | common
    both  | -c a.c -isysroot d               | -isysroot d            | common
    both  | -c a.c --sysroot d               | --sysroot d            | common
    both  | -c a.c --sysroot=d               | --sysroot=d            | common
    both  | -c a.c --param max=1             | --param max=1          | common
    both  | -c a.c --param=max=1             | --param=max=1          | common
    both  | -c a.c -x c                      | -x c                   | common
    both  | -c a.c -T script                 | -T script              | common
    both  | -c a.c -Xlinker -z               | -Xlinker -z            | common
    both  | -c a.c -lfoo                     | -lfoo                  | common
    both  | -c a.c -u symbol                 | -u symbol              | common
    both  | -c a.c -Wp,-DX,-UY               | -Wp,-DX,-UY            | common
    both  | -c a.c -Xpreprocessor -fopenmp   | -Xpreprocessor -fopenmp | common
    both  | -c a.c -Wa,--noexecstack         | -Wa,--noexecstack      | common
    both  | -c a.c -Wa,--defsym,x=1          | -Wa,--defsym,x=1       | common
    both  | -c a.c -fstack-usage             | -fstack-usage          | common
    both  | -c a.c -Wpadded -Wabi            | -Wpadded               | common
    both  | -c a.c -fmodulo-sched            | -fmodulo-sched         | common
    both  | -c a.c -fno-modules              | -fno-modules           | common
    both  | -c a.c --std=c11                 | --std=c11              | common
    both  | -c a.c -arch arm64 -arch arm64   | -arch arm64            | common
    both  | -c a.c -I d                      | -I d                   | preprocessor
    both  | -c a.c -Id                       | -Id                    | preprocessor
    both  | -c a.c -isystem d                | -isystem d             | preprocessor
    both  | -c a.c -isystemd                 | -isystemd              | preprocessor
    both  | -c a.c -iquote d                 | -iquote d              | preprocessor
    both  | -c a.c -idirafter d              | -idirafter d           | preprocessor
    both  | -c a.c -MD                       | -MD                    | dependency
    both  | -c a.c -MMD                      | -MMD                   | dependency
    both  | -c a.c -MD -MP                   | -MP                    | dependency
    both  | -c a.c -MD -MF f                 | -MF f                  | dependency
    both  | -c a.c -MD -MFf                  | -MFf                   | dependency
    both  | -c a.c -MD -MT t                 | -MT t                  | dependency
    both  | -c a.c -MD -MQ t                 | -MQ t                  | dependency
    both  | -c a.c -Wp,-MMD,f                | -Wp,-MMD,f             | dependency
    both  | -c a.c -pipe                     | -pipe                  | unhashed
    both  | -c a.c                           | -c                     | mode
    both  | -c a.c                           | a.c                    | input
    both  | -c a.c -o a.o                    | -o a.o                 | output
    both  | -c a.c -oa.o                     | -oa.o                  | output
    clang | -c a.c -target x                 | -target x              | common
    clang | -c a.c --target=x                | --target=x             | common
    clang | -c a.c -mllvm -enable-x          | -mllvm -enable-x       | common
    clang | -c a.c -Xclang -target-feature -Xclang +avx | -Xclang +avx | common
    clang | -c a.c -Xclang -Wno-x            | -Xclang -Wno-x         | common
    both  | -c a.c -fpch-preprocess          | -fpch-preprocess       | common
    clang | -c a.c -fcrash-diagnostics-dir=d | -fcrash-diagnostics-dir=d | common
    clang | -c a.c -parallel-jobs=4          | -parallel-jobs=4       | unhashed
    clang | -c a.c -MD -dependency-file f    | -dependency-file f     | dependency
    clang | -c a.c --serialize-diagnostics f | --serialize-diagnostics f | side-output
    clang | -c -O2 -- a.c                    | -- a.c                 | input
  `))('%s: %s: %s is %s', (compiler, line = '', words, expected) => {
    for (const kind of kinds(compiler)) {
      const argument = taken(line, kind).args.find((candidate) => candidate.words.join(' ') === words);
      expect(argument?.class).toBe(expected);
    }
  });
});

describe('outputs', () => {
  it.each(rows(`
    both  | -c a.c                                    | obj a.o
    both  | -c src/a.b.cc                             | obj a.b.o
    both  | -c -x c src/name                          | obj name.o
    both  | -c a.c -o d/b.o                           | obj d/b.o
    both  | -c a.c -o d.x/b -MD                       | obj d.x/b, d d.x/b.d
    both  | -c d/a.c -MMD                             | obj a.o, d a.d
    both  | -c a.c -o b.o -MD -MF deps                | obj b.o, d deps
    both  | -c a.c -o b.o -Wp,-MD,.b.o.d              | obj b.o, d .b.o.d
    both  | -c a.s -o b.o -MD                         | obj b.o
    both  | -c a.i -o b.o -MD -MF x                   | obj b.o
    both  | -c a.c -g -gsplit-dwarf -o d/b.o          | obj d/b.o, dwo d/b.dwo
    both  | -c a.c --coverage -o d/b.x.o              | obj d/b.x.o, gcno d/b.x.gcno
    both  | -c a.c -ftest-coverage                    | obj a.o, gcno a.gcno
    both  | -c a.c -fprofile-arcs                     | obj a.o
    both  | -c a.c -fstack-usage -o b.obj             | obj b.obj, su b.su
    both  | -c a.c -o /dev/null                       | obj /dev/null
    both  | -c a.c -o /dev/null -MD -MF d             | obj /dev/null, d d
    clang | -c a.c --serialize-diagnostics x.dia      | obj a.o, dia x.dia
    clang | -c a.c --serialize-diagnostics=x.dia      | obj a.o, dia x.dia
    clang | -c a.c -emit-llvm                         | obj a.bc
    clang | -c a.c -gsplit-dwarf=single -g            | obj a.o
  `))('%s: %s -> %s', (compiler, line = '', expected) => {
    for (const kind of kinds(compiler)) {
      expect(taken(line, kind).outputs.map((output) => `${output.role} ${output.path}`).join(', ')).toBe(expected);
    }
  });
});

describe('where a compile may run', () => {
  it.each(rows(`
    both  | -c a.c -O2 -Iinc -DX -include f.h     |
    both  | -c a.c -ffile-prefix-map=/a=/b -frandom-seed=d/a.o -fuse-ld=/d/ld |
    both  | -c a.c -fmacro-prefix-map=/a=/b -fprofile-prefix-map=/a=/b |
    both  | -c a.c -finstrument-functions-exclude-file-list=/usr/include |
    both  | -c a.c -fprofile-filter-files=/a/.*   |
    both  | -c a.c -fconstexpr-depth=9 -fvisibility=hidden -mfpmath=sse |
    both  | -c a.c -fmax-errors=3 -fstrict-flex-arrays=3 |
    clang | -c a.c -fcrash-diagnostics-dir=/d -fprofile-update=atomic |
    clang | -c a.c -mllvm -inline-threshold=10 -mllvm=-x86-indirect-branch-tracking |
    clang | -c a.c -Xclang -fcf-protection=full -Xclang -fdefault-calling-conv=cdecl |
    both  | -c a.c -imacros f.h                   |
    both  | -c a.c -march=x86-64-v3               |
    both  | -c a.c -march=native                  | -march=native
    both  | -c a.c -mtune=native                  | -mtune=native
    both  | -c a.c -mcpu=native                   | -mcpu=native
    both  | -c a.c -I-                            | -I-
    both  | -c a.c -iprefix d -iwithprefix e      | -iprefix
    both  | -c a.c -Wa,-Id                        | -Wa,-I
    both  | -c conftest.c -g                      | a probe of autoconf
    both  | -c a.i                                | already preprocessed
    both  | -c a.s                                | already preprocessed
    clang | -c a.c -fplugin=x.so                  | -fplugin=
    clang | -c a.c -Xclang -load -Xclang x.so     | -Xclang -load
    clang | -c a.c -include-pch x.pch             | -include-pch
    clang | -c a.c -fsanitize=address             | -fsanitize=
    clang | -c a.c -fsanitize-ignorelist=f        |
    clang | -c a.c -fprofile-use=x.profdata       |
  `))('%s: %s: %s', (compiler, line = '', reason = '') => {
    for (const kind of kinds(compiler)) expect(taken(line, kind).homeOnly ?? '').toBe(reason);
  });

  it('asks for the processor where the code is made for it', () => {
    expect(taken('-c a.c -march=native').nativeCpu).toBe(true);
    expect(taken('-c a.c -march=x86-64').nativeCpu).toBe(false);
  });
});

describe('files that arguments name', () => {
  it.each(rows(`
    -c a.c -fsanitize-ignorelist=f -fsanitize-blacklist=g | f g |
    -c a.c -fprofile-use                                  | default.profdata |
    -c a.c -fprofile-instr-use=d/                         | d/default.profdata |
    -c a.c -fprofile-use=x.profdata                       | x.profdata |
    -c a.c -fplugin x.so                                  | x.so |
    -c a.c -fbasic-block-sections=list=f                  | f |
    -c a.c -fbasic-block-sections=f                       | f |
    -c a.c -fbasic-block-sections=all                     |   |
    -c a.c -frandomize-layout-seed-file=f                 | f |
    -c a.c -frandomize-layout-seed=seed                   |   |
    -c a.c -fms-secure-hotpatch-functions-file=f          | f |
    -c a.c -fms-secure-hotpatch-functions-list=g,h        |   |
    -c a.c -fmemory-profile-use=f                         | f |
    -c a.c -fmemory-profile=d/e                           |   |
    -c a.c -fexperimental-sanitize-metadata-ignorelist=f  | f |
    -c a.c -fsanitize-system-ignorelist=f -fsanitize-system-blacklist=g | f g |
    -c a.c -fsanitize-coverage-allowlist=f -fsanitize-coverage-ignorelist=g | f g |
    -c a.c -fsanitize-coverage-whitelist=f -fsanitize-coverage-blacklist=g | f g |
    -c a.c -fprofile-sample-use=f -fauto-profile=g        | f g |
    -c a.c -fprofile-list=f -fprofile-remapping-file=g    | f g |
    -c a.c -fxray-always-instrument=f -fxray-never-instrument=g | f g |
    -c a.c -fxray-attr-list=f                             | f |
    -c a.c --warning-suppression-mappings=f               | f |
    -c a.c -frewrite-map-file=f                           | f |
    -c a.c -fpass-plugin=x.so                             | x.so |
    -c a.c -Xclang -load -Xclang x.so                     | x.so |
    -c a.c -Xclang -include-pch -Xclang x.pch             | x.pch |
    -c a.c -include f.h                                   |     | f.h.pch f.h.gch
    -c a.c -imacros f.h                                   |     |
  `))('%s', (line = '', extra = '', absent = '') => {
    const compilation = taken(line, 'clang');
    expect(compilation.extraInputs.join(' ')).toBe(extra);
    expect(compilation.absentInputs.join(' ')).toBe(absent);
    if (line.startsWith('-c a.c -include f.h')) expect(taken(line, 'gcc').absentInputs).toEqual([]);
  });
});

describe('what plugins are told', () => {
  it.each(rows(`
    -c a.c -fplugin=x.so -fplugin-arg-name-rules=d/f      | rules=d/f d/f
    -c a.c -fplugin=x.so -fplugin-arg-name-f              | f
    -c a.c -Xclang -plugin-arg-name -Xclang rules=f       | rules=f f
    -c a.c -O2                                            |
  `))('%s: perhaps %s', (line = '', perhaps = '') => {
    expect((taken(line, 'clang').readIfThere ?? []).join(' ')).toBe(perhaps);
  });
});

describe('names inside outputs', () => {
  it.each(rows(`
    -c a.c -O2                            | no  | no
    -c a.c -g                             | yes | no
    -c a.c -g0                            | no  | no
    -c a.c -ggdb3                         | yes | no
    -c a.c -gz                            | no  | no
    -c a.c -fdebug-prefix-map=a=b         | yes | no
    -c a.c -Wa,-g                         | yes | no
    -c a.c -Wa,--gdwarf-5                 | yes | no
    -c a.c -Wa,--generate-missing-build-notes=no | no | no
    -c a.c -gsplit-dwarf                  | yes | yes
    -c a.c --coverage                     | yes | yes
    -c a.c -fprofile-generate=d           | yes | yes
    -c a.c -fprofile-arcs                 | yes | yes
    -c a.c -fstack-usage                  | no  | no
  `))('%s: directory %s, output %s', (line = '', cwd, output) => {
    const { cwdInOutputs, outputNameInOutputs } = taken(line);
    expect([cwdInOutputs, outputNameInOutputs]).toEqual([cwd === 'yes', output === 'yes']);
  });
});

describe('colours', () => {
  it.each(rows(`
    gcc   | -c a.c                                  | auto
    gcc   | -c a.c -fdiagnostics-color              | always
    both  | -c a.c -fdiagnostics-color=always       | always
    both  | -c a.c -fdiagnostics-color=never        | never
    both  | -c a.c -fdiagnostics-color=auto         | auto
    both  | -c a.c -fno-diagnostics-color           | never
    both  | -c a.c -fdiagnostics-color -fdiagnostics-color=never | never
    clang | -c a.c -fcolor-diagnostics              | always
    clang | -c a.c -fno-color-diagnostics           | never
  `))('%s: %s is %s', (compiler, line = '', mode) => {
    for (const kind of kinds(compiler)) {
      const compilation = taken(line, kind);
      expect(compilation.colour).toBe(mode);
      expect(compilation.args.flatMap((argument) => argument.words).filter((word) => word.includes('color'))).toEqual([]);
    }
  });
});

describe('languages', () => {
  it.each([
    ['a.c', 'c', 'c++'], ['a.i', 'cPreprocessed', 'c++Preprocessed'], ['a.h', 'cHeader', 'c++Header'],
    ['a.C', 'c++', 'c++'], ['a.cc', 'c++', 'c++'], ['a.cp', 'c++', 'c++'], ['a.cpp', 'c++', 'c++'], ['a.CPP', 'c++', 'c++'],
    ['a.cxx', 'c++', 'c++'], ['a.c++', 'c++', 'c++'], ['a.ii', 'c++Preprocessed', 'c++Preprocessed'], ['a.hpp', 'c++Header', 'c++Header'],
    ['a.m', 'objc', 'objc'], ['a.mm', 'objc++', 'objc++'], ['a.M', 'objc++', 'objc++'], ['a.mi', 'objcPreprocessed', 'objcPreprocessed'],
    ['a.mii', 'objc++Preprocessed', 'objc++Preprocessed'], ['a.s', 'assembler', 'assembler'], ['a.S', 'assemblerToPreprocess', 'assemblerToPreprocess'],
    ['a.sx', 'assemblerToPreprocess', 'assemblerToPreprocess'], ['a.cppm', undefined, undefined], ['a.b/c', undefined, undefined], ['a.constructor', undefined, undefined],
  ] as const)('%s', (name, plain, plusplus) => {
    expect(languageOf(name, undefined, false)).toBe(plain);
    expect(languageOf(name, 'none', true)).toBe(plusplus);
  });
  it('obeys the -x in force where the input stands', () => {
    expect(languageOf('a.c', 'c++', false)).toBe('c++');
    expect(languageOf('a.cc', 'c', true)).toBe('c');
    expect(languageOf('a.c', 'toString', false)).toBeUndefined();
    expect(taken('-x c++ -c a.c -x none').language).toBe('c++');
    expect(taken('-c a.c -x c++').language).toBe('c');
    expect(taken('-x c++ -x none -c a.c').language).toBe('c');
  });
});

describe('response files', () => {
  it('are spelled out', () => {
    expect(taken('-c @nested a.c').args.flatMap((argument) => argument.words)).toEqual(['-c', '-DFROM=a b', '-O2', '-g', 'a.c']);
  });
});
