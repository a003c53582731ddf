import { describe, expect, it } from 'vitest';
import { isQuietLlvmWord, mayNameFile } from './named-files.js';

describe('words that no table describes', () => {
  it.each([
    '-fnew-file=f', '-fnew-list=f', '-fnew-ignorelist=f', '-fnew-path=f', '-fnew-use=f', '-fnew-map=f', '-fnew-index=f', '-fnew-overlay=f', '-fnew-plugin=f',
    '-fnew=file:f', '-fnew=a,list=f', '-fnew=a/f', '-fnew=C:\\f', '-fnew/f', '-mnew-file=f', '-mnew=d/f',
  ])('%s may name a file', (word) => expect(mayNameFile(word)).toBe(true));

  it.each([
    '-fnew', '-fno-new-list', '-fnew=3', '-fnew=address,undefined', '-fvisibility=hidden', '-fabi-version=11', '-ftemplate-depth=900', '-fexec-charset=utf-8', '-falign-functions=32:16',
    '-fopenmp=libomp', '-ffp-contract=off', '-mcmodel=large', '-mno-red-zone', '-msse4.2', '-mstack-protector-guard-reg=gs', '-Wlarger-than=3', '-Wl,-rpath,/x', '-std=c++17',
  ])('%s does not', (word) => expect(mayNameFile(word)).toBe(false));
});

describe('words for LLVM', () => {
  it.each([
    '-stats', '-time-passes', '-print-after-all', '-debug-only=isel', '-info-output-file=f', '-training-log=f', '-dot-cfg-dir=d', '-pass-remarks-output=f',
    // Of clang 14 to 22, all that read files.
    '-cgscc-inline-replay=f', '-sample-profile-inline-replay=f', '-chr-function-list=f', '-chr-module-list=f', '-codegen-data-use-path=f', '-cs-profile-path=f', '-dfsan-abilist=f',
    '-extract-blocks-file=f', '-exec-on-ir-change=f', '-forceattrs-csv-path=f', '-fs-profile-file=f', '-fs-remapping-file=f', '-internalize-public-api-file=f',
    '-inliner-interactive-channel-base=f', '-ir2vec-vocab-path=f', '-load=f', '-lowertypetests-read-summary=f', '-memprof-import-summary=f', '-mir2vec-vocab-path=f', '-ml-inliner-ir2vec-vocab-file=f',
    '-ms-secure-hotpatch-functions-file=f', '-pgo-test-profile-file=f', '-pgo-test-profile-remapping-file=f', '-polly-import-jscop-dir=d', '-polly-import-jscop', '-prefetch-hints-file=f',
    '-regalloc-evict-interactive-channel-base=f', '-rewrite-map-file=f', '-sample-profile-file=f', '-sample-profile-remapping-file=f', '-summary-file=f', '-thinlto-workload-def=f',
    '-use-ctx-profile=f', '-wholeprogramdevirt-read-summary=f', '-x86-lvi-load-opt-plugin=f', '-dfsan-abilist', '-new=d/f', '-new=f.txt', 'f.txt', 'd/f',
  ])('%s is not quiet', (word) => expect(isQuietLlvmWord(word)).toBe(false));

  it.each([
    '-inline-threshold=10', '-enable-load-pre', '-align-all-functions=5', '-x86-indirect-branch-tracking', '-unroll-threshold=1.5', '-pre-RA-sched=list-ilp', '-polly', '-vectorize-loops',
    '-split-threshold-for-reg-with-hint=0', '-instcombine-lower-dbg-declare=0', '-wasm-enable-sjlj', '10',
  ])('%s is', (word) => expect(isQuietLlvmWord(word)).toBe(true));
});
