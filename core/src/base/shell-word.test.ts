import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { quotedWord, shellWord } from './shell-word.js';

it.each<[string, string]>([
  ['/opt/a-b_c.d+e@f%g,h', '/opt/a-b_c.d+e@f%g,h'], ['--file=x', '--file=x'], ['A=b', "'A=b'"], ['', "''"], ['a b', "'a b'"], ["it's", `'it'\\''s'`], ['$x`y`"z"\n;', '\'$x`y`"z"\n;\''], ['ä', "'ä'"],
])('%j', (text, word) => {
  expect(shellWord(text)).toBe(word);
  expect(execFileSync('/bin/sh', ['-c', `printf %s ${word}; printf %s ${quotedWord(text)}`], { encoding: 'utf8' })).toBe(text + text);
});
