import { describe, expect, it } from 'vitest';
import { envValue } from './environment.js';

describe('envValue', () => {
  it.each([
    ['A', '1'],
    ['B', ''],
    ['C', undefined],
    ['a', undefined],
    ['__proto__', undefined],
  ])('%s → %j', (name, value) => {
    expect(envValue([['A', '1'], ['B', ''], ['A', '2']], name)).toBe(value);
  });
});
