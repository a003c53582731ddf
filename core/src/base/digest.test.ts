import { describe, expect, it } from 'vitest';
import { digestOf, type KeyPart, keyOf, parseDigest } from './digest.js';

const part = (label: string, value: string): KeyPart => ({ label, value });

describe('keys', () => {
  it.each<[readonly KeyPart[], readonly KeyPart[]]>([
    [[part('a', 'bc')], [part('ab', 'c')]],
    [[part('a', 'b'), part('c', 'd')], [part('c', 'd'), part('a', 'b')]],
    [[part('a', '')], []],
    [[part('a', ''), part('', '')], [part('a', '')]],
    [[part('a', 'b'), part('', '')], [part('a', 'b'), part('\0\0\0\0', '')]],
    [[part('a', 'é')], [part('a', 'e\u0301')]],
    [[part('a', 'x'.repeat(70_000))], [part('a', 'x'.repeat(70_001))]],
  ])('%j and %j differ', (a, b) => {
    expect(keyOf(a)).not.toBe(keyOf(b));
    expect(keyOf(a)).toBe(keyOf([...a]));
  });

  it('follow the grammar, so that keys outlive the program', () => {
    const bytes = Buffer.concat([Buffer.from([1, 0, 0, 0]), Buffer.from('a'), Buffer.from([2, 0, 0, 0]), Buffer.from('é')]);
    expect(keyOf([part('a', 'é')])).toBe(digestOf(bytes));
  });
});

describe('digests', () => {
  it('are SHA-256 in hex', () => {
    expect(digestOf('')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
    expect(digestOf('é')).toBe(digestOf(Buffer.from('é')));
  });

  it.each([
    ['a'.repeat(64), true],
    ['A'.repeat(64), false],
    ['a'.repeat(63), false],
    [`${'a'.repeat(64)}\n`, false],
    ['../'.repeat(21), false],
  ])('%j parses: %s', (text, yes) => {
    expect(parseDigest(text) !== undefined).toBe(yes);
  });
});
