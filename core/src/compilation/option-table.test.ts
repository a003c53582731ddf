import { describe, expect, it } from 'vitest';
import { clangTable } from './clang-options.js';
import { findOption, flagOf, optionName } from './option-table.js';

it.each([['-fa=b', '-fa='], ['-fa=b=c', '-fa='], ['-fa', '-fa'], ['', '']])('the flag of %s is %s', (word, flag) => expect(flagOf(word)).toBe(flag));

describe('the name of an option has no value in it', () => {
  it.each([
    ['-MJobj/a.json', '-MJ'], ['-Bobj/bin', '-B'], ['-save-temps=obj', '-save-temps='], ['-foptimization-record-file=a.yaml', '-foptimization-record-file='],
    ['-fmodule-file=a=a.pcm', '-fmodule-file='], ['-fmodules-ts', '-fmodules-ts'], ['-fdump-tree-all', '-fdump-tree-all'], ['-fdump-tree-all=a.txt', '-fdump-tree-all='],
    ['-time=a', '-time='], ['--config=a.cfg', '--config'], ['-specs=a', '-specs'], ['-working-directory=/a', '-working-directory'], ['-ftime-trace', '-ftime-trace'],
    ['-fplugin=a.so', '-fplugin='], ['-dA', '-dA'],
  ])('%s: %s', (word, name) => {
    const found = findOption(clangTable, word, 'next');
    expect(typeof found === 'object' ? optionName(found) : found).toBe(name);
  });
});
