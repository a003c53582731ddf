import { describe, expect, it } from 'vitest';
import { isCrowded, whenNotCrowded } from './sandbox-crowded.js';
import type { SandboxProcessEnd } from './sandbox-process.js';

const end = (stderr: string, parts: Partial<SandboxProcessEnd> = {}): SandboxProcessEnd =>
  ({ childPid: undefined, exitCode: undefined, code: 1, stdout: Buffer.alloc(0), stderr: Buffer.from(stderr), ...parts });

const refused = "bwrap: Can't fork for pid 1: Resource temporarily unavailable\n";

describe('isCrowded', () => {
  it.each<[string, SandboxProcessEnd, boolean]>([
    ['bubblewrap was refused a process', end(refused), true],
    ['sandbox-enter was', end('sandbox-enter: running /usr/bin/bwrap: Resource temporarily unavailable\n', { code: 125 }), true],
    ['unshare was', end('unshare: fork failed: Resource temporarily unavailable\n'), true],
    ['the shell was', end('sh: 1: Cannot fork\n', { code: 2 }), true],
    ['another failure of bubblewrap', end("bwrap: Can't mount proc on /newroot/proc: Operation not permitted\n"), false],
    ['a command that says the same and ends', end(refused, { childPid: 4, exitCode: 1 }), false],
    ['a compiler that was refused one', end('gcc: fatal error: cannot execute cc1: vfork: Resource temporarily unavailable\n', { exitCode: 1 }), false],
    ['killed', end(refused, { code: undefined }), false],
  ])('%s', (_, given, crowded) => {
    expect(isCrowded(given)).toBe(crowded);
  });
});

describe('whenNotCrowded', () => {
  it('tries until there is room', async () => {
    const ends = [end(refused), end(refused), end('', { code: 0, exitCode: 0 })];
    expect(await whenNotCrowded(() => Promise.resolve(ends.shift() ?? end('too often')))).toMatchObject({ exitCode: 0 });
    expect(ends).toEqual([]);
  });

  it('tells what the last attempt said when there never is', async () => {
    let attempts = 0;
    const last = await whenNotCrowded(() => Promise.resolve(end(`${refused}${attempts += 1}`)), 350);
    expect(attempts).toBeGreaterThan(3);
    expect(last.stderr.toString()).toContain(String(attempts));
  });
});
