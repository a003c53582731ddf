import { expect, it } from 'vitest';
import { type FileState, isSameState } from './file-state.js';

const state: FileState = { dev: 1n, ino: 2n, size: 3n, mtimeNs: 4n, ctimeNs: 5n };

it('is the same when all of it is', () => {
  expect(isSameState(state, { ...state })).toBe(true);
});
it.each(Object.keys(state) as (keyof FileState)[])('is another when %s differs', (field) => {
  expect(isSameState(state, { ...state, [field]: 9n })).toBe(false);
});
