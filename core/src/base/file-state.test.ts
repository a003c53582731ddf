import { expect, it } from 'vitest';
import { changedMs, type FileState, isSameState, isYoungAt } from './file-state.js';

const state: FileState = { dev: 1n, ino: 2n, size: 3n, mtimeNs: 4n, ctimeNs: 5n };

it('is the same when all of it is', () => {
  expect(isSameState(state, { ...state })).toBe(true);
});
it.each(Object.keys(state) as (keyof FileState)[])('is another when %s differs', (field) => {
  expect(isSameState(state, { ...state, [field]: 9n })).toBe(false);
});

it.each([
  [5_000_000_000n, 1n, 5_000],
  [1n, 5_000_999_999n, 5_000],
])('with mtime %d and ctime %d it changed at %d', (mtimeNs, ctimeNs, ms) => {
  expect(changedMs({ mtimeNs, ctimeNs })).toBe(ms);
});

it.each([
  [1_000, true],
  [1_019, true],
  [1_021, false],
  [900, true],
])('changed at 1000 ms, at %d ms it is young: %j', (atMs, young) => {
  expect(isYoungAt({ mtimeNs: 1_000_000_000n, ctimeNs: 1n }, atMs)).toBe(young);
});
