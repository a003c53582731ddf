// Knows: compile commands by table.
import { describe, expect, it } from 'vitest';
import { compileCommand, flagsFrom, programPath } from './compile-command.js';

const options = { compiler: '/usr/bin/g++', flags: ['-O2'], source: '/s/a.cc', object: 'o/a.o' };

describe('compile commands', () => {
  it.each([
    [true, '-O2 -MD -MT o/a.o -MF o/a.o.d -o o/a.o -c /s/a.cc', ['o/a.o', 'o/a.o.d']],
    [false, '-O2 -o o/a.o -c /s/a.cc', ['o/a.o']],
  ])('with a dependency file: %s', (dependencies, words, outputs) => {
    expect(compileCommand({ ...options, dependencies })).toEqual({ command: ['/usr/bin/g++', ...words.split(' ')], outputs });
  });

  it('include folders become absolute', () => {
    expect(flagsFrom(['-Ire2', '-I/usr/x', '-DA=-Ib', '-Wall'], '/lib')).toEqual(['-I/lib/re2', '-I/usr/x', '-DA=-Ib', '-Wall']);
  });

  it('programs are found in PATH or missed aloud', () => {
    expect(programPath('sh')).toMatch(/^\/.*\/sh$/);
    expect(() => programPath('no-such-program')).toThrow('no-such-program is not installed');
  });
});
