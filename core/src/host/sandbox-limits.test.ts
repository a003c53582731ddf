import { describe, expect, it } from 'vitest';
import { exceeded, limitOptions, parseHardLimits, type SandboxLimits, type SandboxUse } from './sandbox-limits.js';

const limits: SandboxLimits = { timeMs: 1000, streamBytes: 100, cpuSeconds: 10, memoryBytes: 1 << 20, processes: 5, diskBytes: 4096, files: 7 };
const use: SandboxUse = { cpuSeconds: 10, memoryBytes: 1 << 20, processes: 5, diskBytes: 4096, files: 7 };

describe('exceeded', () => {
  it('lets a job have all that it may have', () => {
    expect(exceeded(use, limits)).toBeUndefined();
    expect(exceeded({}, limits)).toBeUndefined();
  });

  it.each<[Partial<SandboxUse>, string, RegExp]>([
    [{ cpuSeconds: 10.01 }, 'JOB_OVER_CPU', /more than 10 seconds of processor time \(job_cpu_seconds/],
    [{ memoryBytes: (1 << 20) + 1 }, 'JOB_OVER_MEMORY', /1048576 bytes of memory \(job_memory/],
    [{ processes: 6 }, 'JOB_OVER_PROCESSES', /more than 5 processes and threads at once \(job_processes/],
    [{ diskBytes: 4097 }, 'JOB_OVER_DISK', /4096 bytes on the disk \(job_disk/],
    [{ files: 8 }, 'JOB_OVER_DISK', /more than 7 files \(job_files/],
  ])('%j is %s', (part, code, message) => {
    expect(exceeded({ ...use, ...part }, limits)).toMatchObject({ code, message: expect.stringMatching(message) as unknown });
  });
});

const table = `Limit                     Soft Limit           Hard Limit           Units     
Max cpu time              unlimited            unlimited            seconds   
Max file size             unlimited            2048                 bytes     
Max data size             unlimited            unlimited            bytes     
Max core file size        0                    unlimited            bytes     
Max processes             96364                96364                processes 
Max open files            1024                 512                  files     
`;

describe('limitOptions', () => {
  it('reads the hard limits of this process', () => {
    expect(parseHardLimits(table)).toEqual({ core: undefined, fsize: 2048, data: undefined, cpu: undefined, nofile: 512, nproc: 96364 });
    expect(parseHardLimits('')).toEqual({ core: undefined, fsize: undefined, data: undefined, cpu: undefined, nofile: undefined, nproc: undefined });
  });

  it('never asks for more than there is, and counts processes by user', () => {
    const none = parseHardLimits('');
    expect(limitOptions(limits, none, 0)).toEqual(['--core=0', '--fsize=4096', '--data=1048576', '--cpu=12', '--nofile=4096', '--nproc=37']);
    expect(limitOptions(limits, parseHardLimits(table), undefined)).toEqual(['--core=0', '--fsize=2048', '--data=1048576', '--cpu=12', '--nofile=512']);
    expect(limitOptions(limits, none, 100)).toContain('--nproc=649');
    expect(limitOptions({ ...limits, memoryBytes: Infinity }, none, undefined)).not.toContainEqual(expect.stringContaining('data'));
  });
});
