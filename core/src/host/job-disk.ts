// Knows: a file system of a fixed size, in memory, for the files of one job: mounted where nobody sees it but a process of ours that does nothing
// else, and reached by a descriptor. Nothing has to be unmounted: it is gone with that process, which ends with us, however we end.
// Refuses to know: what lies in it.
import { type ChildProcess, spawn } from 'node:child_process';
import { close, constants, openSync, statfsSync } from 'node:fs';
import { promisify } from 'node:util';
import { Fault } from '../base/index.js';
import { keepWords } from './sandbox-enter.js';
import type { SandboxLimits } from './sandbox-limits.js';
import type { InsideDisk, SandboxMode } from './sandbox-mount.js';

export interface DiskLook {
  /** They are memory. */
  readonly usedBytes: number;
  /** What there is no room for any more. */
  readonly full: 'diskBytes' | 'files' | undefined;
}

export interface JobDisk {
  /** With `upper`, `work` and `target` in it. Good until `close`. */
  readonly path: string;
  /** How a job's process comes to it. */
  readonly inside: InsideDisk;
  look(): DiskLook;
  /** Resolves when all of it is gone. */
  close(): Promise<void>;
}

export interface JobDiskOptions {
  /** sandbox-enter */
  readonly program: string;
  readonly as: SandboxMode['as'];
  /** An empty folder; the same may serve for many, since each sees its own only. */
  readonly at: string;
  readonly size: Pick<SandboxLimits, 'diskBytes' | 'files'>;
}

const longestMs = 10_000;
/** Files that are ours: the folders named above, and what an overlay makes in `work`. */
const ownFiles = 16;

/** Resolves when it is mounted. */
function kept(child: ChildProcess, at: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let [said, complaint] = ['', ''];
    const fail = (why: string): void => {
      clearTimeout(timer);
      child.kill('SIGKILL');
      reject(new Fault('SANDBOX_FAILED', `no disk for a job at ${at}: ${why}`));
    };
    const timer = setTimeout(() => fail(`not there after ${longestMs} ms`), longestMs);
    child.on('error', (cause) => fail(cause.message));
    child.on('close', (code) => fail(complaint.trim().slice(0, 500) || `exit ${code}`));
    child.stderr?.on('data', (chunk: Buffer) => (complaint += chunk.toString()));
    child.stdout?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (said !== 'kept\n') return;
      clearTimeout(timer);
      resolve();
    });
  });
}

const closed = promisify(close);

/** @throws Fault SANDBOX_FAILED */
export async function openJobDisk({ program, as, at, size }: JobDiskOptions): Promise<JobDisk> {
  const words = keepWords(as, at, [`size=${Math.floor(size.diskBytes)}`, `nr_inodes=${Math.floor(size.files) + ownFiles}`, 'mode=700']);
  const child = spawn(program, words, { cwd: '/', env: {}, detached: true, stdio: ['pipe', 'pipe', 'pipe'] });
  // It may have ended before; then its end tells.
  child.stdin.on('error', () => undefined);
  const gone = new Promise<void>((resolve) => child.on('close', () => resolve()));
  await kept(child, at);
  const opened: number[] = [];
  const hold = (name: string, flags: number): number => {
    const fd = openSync(`/proc/${child.pid}/${name}`, flags);
    opened.push(fd);
    return fd;
  };
  async function letGo(): Promise<void> {
    // The process last: taking a large file system down takes a while, and shall be done by whoever nobody waits for.
    for (const fd of opened) await closed(fd);
    child.stdin.end();
    await gone;
  }
  try {
    // A number of a process can be another's tomorrow; descriptors stay. In this very turn it is not: node has not heard of its end.
    if (child.exitCode !== null || child.signalCode !== null) throw new Fault('SANDBOX_FAILED', `the disk for a job at ${at} has gone again`);
    const path = `/proc/self/fd/${hold('cwd', constants.O_RDONLY | constants.O_DIRECTORY)}`;
    const shown = (fd: number): string => `/proc/${process.pid}/fd/${fd}`;
    const inside = { folder: at, mounts: shown(hold('ns/mnt', constants.O_RDONLY)), user: as === 'user' ? shown(hold('ns/user', constants.O_RDONLY)) : undefined };
    return {
      path,
      inside,
      look() {
        const { blocks, bfree, bsize, ffree } = statfsSync(path);
        return { usedBytes: (blocks - bfree) * bsize, full: bfree === 0 ? 'diskBytes' : ffree === 0 ? 'files' : undefined };
      },
      close: letGo,
    };
  } catch (cause) {
    await letGo();
    throw new Fault('SANDBOX_FAILED', `the disk for a job at ${at} cannot be reached: ${(cause as Error).message}`, { cause });
  }
}
