import { describe, expect, it } from 'vitest';
import { commandHash } from './command-hash.js';

const command = (size: number): string => (size === 1 ? ':' : `: ${'a'.repeat(size - 2)}`);

// What ninja 1.11.1 and 1.13.0 wrote into their logs for these very commands.
describe('hashes are those of ninja', () => {
  it.each([[1, '2e49d2477c6737f0'], [3, 'f2d1360f1675bfb3'], [17, '67e18a2362380faf'], [49, '4d3392217e8e9bfd'], [100, '29e240aaae7888a2']])('1.11, %i bytes', (size, hash) => {
    expect(commandHash('murmur', command(size))).toBe(hash);
  });

  it.each([[1, 'a2da22321247804b'], [3, 'bae980166742c4ce'], [17, 'ded1152188b01307'], [49, '4ccce8f4e410591e'], [100, 'c6164dd429fbc49a']])('1.13, %i bytes', (size, hash) => {
    expect(commandHash('rapid', command(size))).toBe(hash);
  });

  it('takes bytes for bytes', () => {
    expect(commandHash('murmur', 'é')).not.toBe(commandHash('murmur', Buffer.from('é').toString('latin1')));
  });
});
