// Knows: medians, quantiles and ratios by table.
import { describe, expect, it } from 'vitest';
import { median, milliseconds, quantile, ratio, textOf } from './figures.js';

describe('figures', () => {
  it.each([
    [[3], 3],
    [[3, 1, 2], 2],
    [[4, 1, 2, 3], 2.5],
  ])('median of %j is %d', (values, expected) => expect(median(values)).toBe(expected));

  it.each([
    [0.5, 5],
    [0.99, 10],
    [0, 1],
  ])('quantile %d of 1…10 is %d', (share, expected) => {
    expect(quantile([10, 1, 9, 2, 8, 3, 7, 4, 6, 5], share)).toBe(expected);
  });

  it.each([
    [1.234, '1.23'],
    [12.34, '12.3'],
    [1234.5, '1235'],
    [Number.NaN, '–'],
  ])('%d ms reads %s', (ms, expected) => expect(milliseconds(ms)).toBe(expected));

  it('ratios have three digits', () => expect(ratio(1, 48)).toBe('0.0208 ×'));

  it('tables line up', () => {
    const text = textOf({ title: 'T', note: 'n', head: ['a', 'long'], rows: [['wide', 'b']] });
    expect(text.split('\n').slice(4)).toEqual(['| a    | long |', '| ---- | ---- |', '| wide | b    |']);
  });
});
