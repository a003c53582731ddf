// Knows: a process's status by example.
import { describe, expect, it } from 'vitest';
import { parseStatus, residentMemory } from './resident-memory.js';

describe('resident memory', () => {
  it('is told in bytes', () => {
    expect(parseStatus('Name:\tnode\nVmHWM:\t   2048 kB\nVmRSS:\t   1024 kB\n')).toEqual({ now: 1_048_576, highest: 2_097_152 });
  });

  it('is missed aloud, as of a process that is ending', () => expect(() => parseStatus('Name:\tnode\n')).toThrow('VmRSS'));

  it('is that of a real process', () => {
    const { now, highest } = residentMemory(process.pid);
    expect(now).toBeGreaterThan(1e6);
    expect(highest).toBeGreaterThanOrEqual(now);
  });
});
