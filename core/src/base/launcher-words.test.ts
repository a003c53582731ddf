import { expect, it } from 'vitest';
import { isLauncher, isOtherCache, isOurs, withLauncher } from './launcher-words.js';

it.each<[string, 'ours' | 'other' | undefined]>([
  ['sccache-ts', 'ours'], ['/opt/bin/sccache-ts', 'ours'], ['C:\\x\\sccache-ts.exe', 'ours'], ['/x/sccache-ts.js', 'ours'], ['/own/name', 'ours'],
  ['ccache', 'other'], ['/usr/bin/ccache-4.8', 'other'], ['sccache', 'other'], ['distcc', 'other'], ['buildcache.exe', 'other'], ['/opt/goma/gomacc', 'other'],
  ['gcc', undefined], ['/src/ccache/gcc', undefined], ['ccacher', undefined], ['', undefined],
])('%s: %s', (program, whose) => {
  expect([isOurs(program, '/own/name'), isOtherCache(program)]).toEqual([whose === 'ours', whose === 'other']);
  expect(isLauncher(program)).toBe(whose !== undefined && program !== '/own/name');
});

it.each<[string, string | undefined]>([
  ['gcc', 'L gcc'], [' gcc  -m32 ', 'L gcc  -m32'], ['/usr/bin/gcc', 'L /usr/bin/gcc'], ['', undefined], ['  ', undefined], ['L gcc', undefined],
  ['sccache-ts gcc', undefined], ['/usr/bin/ccache gcc', undefined], ['gcc ccache', 'L gcc ccache'],
])('%j with a launcher: %j', (value, wanted) => {
  expect(withLauncher(value, 'L')).toBe(wanted);
});
