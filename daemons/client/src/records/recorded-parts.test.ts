import { digestOf } from '@sccache-ts/core/base';
import { describe, expect, it } from 'vitest';
import { clipped, isDigest, recordedParts } from './recorded-parts.js';

const only = (label: string, value: string): string => recordedParts([{ label, value }])[0]?.[1] ?? '';

describe('recordedParts', () => {
  it.each([['variable TOKEN', 'hush'], ['variable CPATH', ''], ['variable A\nB', 'hush']])('keeps no value of %j', (label, value) => {
    expect(isDigest(only(label, value))).toBe(true);
    expect(only(label, value)).toBe(only(label, value));
    expect(only(label, value)).not.toBe(only(label, `${value}x`));
  });
  it('does not tell that two variables are equal', () => expect(only('variable A', 'x')).not.toBe(only('variable B', 'x')));
  it('keeps arguments', () => expect(only('argument 3', '-DX=1')).toBe('-DX=1'));
  it('keeps a short piece of digests', () => expect(only('file a.h', digestOf('x'))).toBe(digestOf('x').slice(0, 16)));
});

describe('clipped', () => {
  const long = 'x'.repeat(1000);
  it('keeps different texts different', () => {
    expect(clipped(`${long}a`)).not.toBe(clipped(`${long}b`));
    expect(clipped(long).length).toBe(400);
    expect(clipped('short')).toBe('short');
  });
});
