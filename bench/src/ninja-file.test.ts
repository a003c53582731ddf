// Knows: the build file by example.
import { describe, expect, it } from 'vitest';
import { ninjaFile } from './ninja-file.js';

describe('the build file', () => {
  it('has one rule, and escapes what ninja and the shell would understand', () => {
    const text = ninjaFile({ prefix: ['/o/ours'], compiler: '/usr/bin/g++', flags: ['-DA="x y"', '-DB=$c'], edges: [{ source: '/s p/a.cc', object: 'o/a.o' }, { source: '/s/b$.cc', object: 'o/b:1.o' }] });
    expect(text.split('\n')).toEqual([
      'rule CXX_COMPILER',
      '  depfile = $out.d',
      '  deps = gcc',
      `  command = /o/ours /usr/bin/g++ '-DA="x y"' '-DB=$$c' -MD -MT $out -MF $out.d -o $out -c $in`,
      '  description = Building CXX object $out',
      '',
      'build o/a.o: CXX_COMPILER /s$ p/a.cc',
      'build o/b$:1.o: CXX_COMPILER /s/b$$.cc',
      '',
    ]);
  });
});
