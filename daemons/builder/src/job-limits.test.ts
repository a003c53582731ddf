import { describe, expect, it } from 'vitest';
import { limitsOf } from './job-limits.js';
import { createJobEnds, endOf } from './job-ends.js';
import { usualJob, usualSandbox } from './settings.js';

describe('limitsOf', () => {
  it('derives what is not said from the machine', () => {
    const limits = limitsOf({ jobSeconds: 60 }, 32 * 1024 ** 3);
    expect(limits).toMatchObject({ timeMs: 60_000, cpuSeconds: 240, memoryBytes: 16 * 1024 ** 3, processes: 1000, outputBytes: 1024 ** 3 });
    expect(limitsOf({ jobSeconds: 60 }, 1024 ** 3).memoryBytes).toBe(1024 ** 3);
  });

  it('lets inputs and streams be no larger than what the job may have', () => {
    const limits = limitsOf({ jobSeconds: 1, job: { ...usualJob, cpuSeconds: 7, memory: 5, disk: 1000, files: 100, output: 10 } }, 0);
    expect(limits).toMatchObject({ inputs: { maxBytes: 1000, maxEntries: 100 }, diskBytes: 1000, files: 100, outputBytes: 10, streamBytes: 10, cpuSeconds: 7, memoryBytes: 5 });
  });

  it('makes a disk in memory no larger than the memory', () => {
    const sandbox = { ...usualSandbox, disk: 'memory' } as const;
    expect(limitsOf({ jobSeconds: 1, job: { ...usualJob, memory: 5000 }, sandbox }, 0)).toMatchObject({ diskBytes: 5000, inputs: { maxBytes: 5000 } });
    expect(limitsOf({ jobSeconds: 1, job: { ...usualJob, memory: 5000, disk: 300 }, sandbox }, 0)).toMatchObject({ diskBytes: 300, memoryBytes: 5000 });
  });
});

describe('outcomes', () => {
  it('are counted by what the client was told', () => {
    const outcomes = createJobEnds();
    expect(outcomes.counts()).toEqual({});
    const complete = (code: number) => ({ kind: 'Complete', output: { code, stdout: new Uint8Array(), stderr: new Uint8Array() }, outputs: [] }) as const;
    for (const reply of [complete(0), complete(0), complete(1), { kind: 'JobNotFound' } as const]) outcomes.count(endOf(reply));
    outcomes.count('JOB_OVER_MEMORY');
    expect(outcomes.counts()).toEqual({ done: 2, failed: 1, JOB_UNKNOWN: 1, JOB_OVER_MEMORY: 1 });
  });
});
