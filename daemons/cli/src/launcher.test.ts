// The real launchers, native and JavaScript, before a compiler that is a shell script: what the build sees must be what the compiler did.
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createStage, hasNative, isBuilt, type LauncherKind, type Stage } from '../../../fixtures/src/launcher-stage/index.js';

const kinds: readonly LauncherKind[] = hasNative() ? ['native', 'fallback'] : ['fallback'];
if (!isBuilt()) throw new Error('run npm run build first: these tests start built programs');

describe.each(kinds)('%s launcher', (kind) => {
  let stage: Stage;
  beforeAll(() => {
    stage = createStage(kind);
  });
  afterAll(() => stage.dispose());

  describe.each(['become', 'final', 'both', 'throw', 'missing'])('plan %s', (plan) => {
    it('gives exit code and both streams', async () => {
      const ended = await stage.run({ plan, args: ['-c', 'a b', ''], script: 'printf "out %s|" "$@"; echo err >&2; exit 7' });
      expect(ended).toMatchObject({ code: 7, signal: null });
      expect(ended.stdout.toString()).toBe('out -c|out a b|out |');
      expect(ended.stderr.toString()).toBe('err\n');
    });
    it('dies by the signal that killed the compiler', async () => {
      expect(await stage.run({ plan, script: 'kill -SEGV $$' })).toMatchObject({ code: null, signal: 'SIGSEGV' });
    });
  });

  it('prints what the daemon has, without running the compiler', async () => {
    const ended = await stage.run({ plan: 'print', script: 'touch ran; exit 1' });
    expect(ended).toMatchObject({ code: 0 });
    expect([ended.stdout.toString(), ended.stderr.toString()]).toEqual(['from the cache\n', 'and its warning\n']);
  });
  it('waits for a daemon that works longer than the first frame may take', async () => {
    const ended = await stage.run({ plan: 'slow', env: { SCCACHE_TS_FIRST_MS: '5000' }, script: 'exit 1' });
    expect(ended.code).toBe(0);
  });
  it('hands standard input to the compiler', async () => {
    const input = Buffer.from('int x;\n');
    expect((await stage.run({ plan: 'final', script: 'cat', input })).stdout).toEqual(input);
    expect((await stage.run({ plan: 'become', script: 'cat', input })).stdout).toEqual(input);
  });
  it('passes 10 MB on either stream', async () => {
    const script = 'head -c 10000000 /dev/zero >&2; head -c 10000000 /dev/zero | tr "\\0" x';
    const ended = await stage.run({ plan: 'both', script });
    expect([ended.code, ended.stdout.length, ended.stderr.length]).toEqual([0, 10_000_000, 10_000_000]);
    expect(stage.notes()).toContain('streamed 10000000 gathered 0 exit 0');
  });
  it('does not wait for a grandchild that keeps the streams open', async () => {
    const ended = await stage.run({ plan: 'final', script: 'echo done; (sleep 20 >/dev/null 2>&1 </dev/null 3>&1 &) ; exit 3' });
    expect(ended.code).toBe(3);
    const held = await stage.run({ command: ['/bin/sh', '-c', '"$L" tool >out 2>err </dev/null; echo $?'], plan: 'final', env: { L: stage.launcher }, script: 'echo done; sleep 20 & exit 4' });
    expect(held.stdout.toString()).toBe('4\n');
    expect(held.ms).toBeLessThan(10_000);
    expect(readFileSync(join(stage.work, 'out'), 'utf8')).toBe('done\n');
  });
  it('shows a live child\'s words while it runs', async () => {
    // The second word comes only when somebody has read the first.
    const script = 'echo first >&2; n=0; while [ ! -e read ] && [ $n -lt 100 ]; do sleep 0.05; n=$((n + 1)); done; [ -e read ] && echo second; exit 5';
    const command = ['/bin/sh', '-c', '{ "$L" tool 3>&1 >&2 2>&3; echo "code $?" >&2; } | { read -r word; : > read; echo "$word"; cat; }'];
    const ended = await stage.run({ command, plan: 'live', env: { L: stage.launcher }, script });
    expect([ended.stdout.toString(), ended.stderr.toString()]).toEqual(['first\n', 'second\ncode 5\n']);
    expect(stage.notes()).toContain('heard 7 6');
  });
  it.each(['become', 'final', 'live'])('bears closed descriptors (%s)', async (plan) => {
    for (const closed of ['>&-', '2>&-', '<&-', '>&- 2>&- <&-']) {
      const ended = await stage.run({ command: ['/bin/sh', '-c', `"$L" tool ${closed}`], plan, env: { L: stage.launcher }, script: 'exit 5' });
      expect([closed, ended.code, ended.signal]).toEqual([closed, 5, null]);
    }
  });
  it('never asks the daemon about what is not UTF-8', async () => {
    const script = 'for a in "$@"; do printf %s "$a" | od -An -tx1; done; printf %s "$ODD" | od -An -tx1';
    for (const [args, env] of [["$(printf 'a\\377b') '' \"it's\"", ''], ['plain', "ODD=$(printf 'x\\377')"]] as const) {
      const direct = await stage.run({ command: ['/bin/sh', '-c', `${env} tool ${args}`], script });
      const ours = await stage.run({ command: ['/bin/sh', '-c', `${env} "$L" tool ${args}`], plan: 'print', env: { L: stage.launcher }, script });
      expect(ours.stdout.toString()).toBe(direct.stdout.toString());
      expect(ours.code).toBe(0);
    }
  });
  it('bears a huge environment and a very long command line', async () => {
    const env = Object.fromEntries(Array.from({ length: 8 }, (_, at) => [`HUGE_${at}`, 'x'.repeat(100_000)]));
    const args = Array.from({ length: 6000 }, (_, at) => `-DARGUMENT_${at}=${'y'.repeat(100)}`);
    const ended = await stage.run({ plan: 'final', env, args, script: 'echo $# ${#HUGE_7}' });
    expect(ended.stdout.toString()).toBe('6000 100000\n');
  });
  it('tells the daemon the umask, directory and the compiler as found in PATH', async () => {
    await stage.run({ command: ['/bin/sh', '-c', 'umask 027; exec "$L" tool one'], plan: 'print', env: { L: stage.launcher } });
    expect(stage.notes().filter((line) => line.startsWith('compile ')).at(-1)).toMatch(new RegExp(`compile print 1 args, \\d+ variables, umask 27, ${stage.tool}$`));
  });
  it('keeps the jobserver of make working for the compiler', async () => {
    writeFileSync(join(stage.work, 'Makefile'), 'all: a b\na b:\n\t+@"$(L)" tool $@\n');
    const script = 'fds=$(echo "$MAKEFLAGS" | sed -n "s/.*--jobserver-[a-z]*=\\([0-9]*\\),\\([0-9]*\\).*/\\1 \\2/p"); for f in $fds; do [ -e /proc/self/fd/$f ] && printf "open "; done; exit 0';
    for (const plan of ['become', 'final']) {
      const ended = await stage.run({ command: ['make', '-s', '-j2'], plan, env: { L: stage.launcher }, script });
      expect([plan, ended.code, ended.stdout.toString()]).toEqual([plan, 0, 'open open open open ']);
    }
  });

  describe('under a compiler\'s name', () => {
    let masquerade: string;
    let path: string;
    beforeAll(() => {
      masquerade = join(stage.root, 'masquerade');
      const wrappers = join(stage.root, 'wrappers');
      for (const folder of [masquerade, wrappers]) mkdirSync(folder);
      symlinkSync(stage.launcher, join(masquerade, 'tool'));
      writeFileSync(join(wrappers, 'ccache'), '#!/bin/sh\necho ccache was called\n', { mode: 0o755 });
      symlinkSync('ccache', join(wrappers, 'tool'));
      path = `${masquerade}:${wrappers}:${stage.env['PATH'] ?? ''}`;
    });
    it('acts as that compiler, past itself and past other wrappers', async () => {
      const ended = await stage.run({ command: ['/bin/sh', '-c', 'tool -c x'], plan: 'become', env: { PATH: path }, script: 'echo "$0 $*"' });
      expect(ended.stdout.toString()).toBe(`${stage.tool} -c x\n`);
    });
    it.each(['tool', 'masquerade', 'wrappers'])('finds the real one when called with %s in front', async (name) => {
      const called = name === 'tool' ? 'tool' : join(stage.root, name, 'tool');
      const ended = await stage.run({ command: [stage.launcher, called], plan: 'final', env: { PATH: path }, script: 'echo "$0"' });
      expect(ended.stdout.toString()).toBe(`${stage.tool}\n`);
    });
    it('drops its own name when two layers put it in front', async () => {
      const ended = await stage.run({ command: [stage.launcher, stage.launcher, 'tool'], plan: 'final', script: 'echo "$0"' });
      expect(ended.stdout.toString()).toBe(`${stage.tool}\n`);
    });
    it('says what sccache says when there is no such compiler, and which', async () => {
      const ended = await stage.run({ command: [stage.launcher, 'no-such-compiler', '-c'] });
      expect(ended.code).toBe(2);
      expect(ended.stderr.toString()).toBe('sccache: error: failed to execute compile\nsccache: caused by: no-such-compiler: cannot find binary path\n');
    });
    it('takes a relative compiler as a shell does', async () => {
      symlinkSync(stage.tool, join(stage.work, 'cc-here'));
      const ended = await stage.run({ command: [stage.launcher, './cc-here'], plan: 'become', script: 'echo "$0"' });
      expect(ended.stdout.toString()).toBe('./cc-here\n');
    });
  });
});
