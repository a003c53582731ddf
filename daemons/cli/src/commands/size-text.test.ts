import { expect, it } from 'vitest';
import { sizeText } from './size-text.js';

it.each([
  [0, '0 bytes'], [1023, '1023 bytes'], [1024, '1.0 KiB'], [1536 * 1024, '1.5 MiB'], [33_133_363, '31.6 MiB'], [5 * 1024 ** 3, '5.0 GiB'], [3 * 1024 ** 5, '3072.0 TiB'],
])('%i is %s', (bytes, text) => {
  expect(sizeText(bytes)).toBe(text);
});
