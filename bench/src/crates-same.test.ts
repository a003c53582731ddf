import { expect, test } from 'vitest';
import { differing, samenessOf } from './crates-same.js';

const made = (...files: readonly (readonly [string, string])[]) => new Map(files);

test.each([
  ['the same files', [made(['a', '1'])], made(['a', '1']), [], []],
  ['other bytes', [made(['a', '1'], ['b', '1'])], made(['a', '2'], ['b', '1']), ['a'], []],
  ['a file too few', [made(['a', '1'])], made(), ['a'], []],
  ['a file too many', [made(['a', '1'])], made(['a', '1'], ['b', '1']), ['b'], []],
  ['a file that plain builds make now so, now so', [made(['a', '1'], ['b', '1']), made(['a', '2'], ['b', '1'])], made(['a', '3'], ['b', '2']), ['b'], ['a']],
  ['a file that plain builds make now and then', [made(['a', '1']), made()], made(), [], ['a']],
])('%s', (_, plain, other, different, unsteady) => {
  const sameness = samenessOf(plain);
  expect(differing(sameness, other)).toEqual(different);
  expect(sameness.unsteady).toEqual(unsteady);
});
