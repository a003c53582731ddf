// The daemon breaks at every step of a compile; the build must not notice, but for time.
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { encodeToLauncher, type ToLauncher } from '@sccache-ts/core/wire';
import { createStage, hasNative, isBuilt, type LauncherKind, type Stage } from '../../../fixtures/src/launcher-stage/index.js';

const kinds: readonly LauncherKind[] = hasNative() ? ['native', 'fallback'] : ['fallback'];
if (!isBuilt()) throw new Error('run npm run build first: these tests start built programs');

describe.each(kinds)('%s launcher', (kind) => {
  let stage: Stage;
  let strangers: Server[] = [];
  beforeEach(() => {
    stage = createStage(kind);
    strangers = [];
  });
  afterEach(() => {
    for (const stranger of strangers) stranger.close();
    stage.dispose();
  });

  /** Listens in the daemon's place and does what it likes with a connection. */
  async function inPlaceOfDaemon(deed: (socket: Socket) => void): Promise<void> {
    const folder = join(stage.env['XDG_RUNTIME_DIR'] ?? '', 'sccache-ts');
    mkdirSync(folder, { mode: 0o700 });
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      deed(socket);
    });
    strangers.push(server);
    await new Promise<void>((resolve) => server.listen(join(folder, 'daemon.sock'), resolve));
  }
  const says = (...frames: readonly ToLauncher[]) => (socket: Socket): void => {
    socket.on('data', () => undefined);
    for (const frame of frames) socket.write(encodeToLauncher(frame));
  };

  describe.each(['die-at-once', 'die-before-final', 'die-during-final', 'die-after-final'])('plan %s', (plan) => {
    it('gives what the compiler gives', async () => {
      const script = 'echo run >> runs; sleep 0.4; echo out; echo err >&2; exit 3';
      const ended = await stage.run({ plan, script });
      expect([ended.code, ended.stdout.toString(), ended.stderr.toString()]).toEqual([3, 'out\n', 'err\n']);
      // A compile that was under way for good is not repeated; the step before it is.
      const runs = readFileSync(join(stage.work, 'runs'), 'utf8').trim().split('\n').length;
      expect(runs).toBe(plan === 'die-before-final' ? 2 : 1);
    });
    it('gives the signal that the compiler gives', async () => {
      expect(await stage.run({ plan, script: 'sleep 0.4; kill -ABRT $$' })).toMatchObject({ code: null, signal: 'SIGABRT' });
    });
  });
  describe.each(['die-during-live', 'die-after-live', 'become-after-live', 'throw-during-live', 'mute-during-live'])('plan %s', (plan) => {
    const env = { SCCACHE_TS_SILENCE_MS: '300', SCCACHE_STAGE_MUTE_MS: '3000' };

    it('shows what the compiler says once, and ends as it does', async () => {
      const ended = await stage.run({ plan, env, script: 'echo run >> runs; echo out; sleep 0.5; echo err >&2; exit 3' });
      expect([ended.code, ended.stdout.toString(), ended.stderr.toString()]).toEqual([3, 'out\n', 'err\n']);
      expect(readFileSync(join(stage.work, 'runs'), 'utf8')).toBe('run\n');
    });
    it('gives the signal that the compiler gives', async () => {
      const ended = await stage.run({ plan, env, script: 'echo out; sleep 0.4; kill -ABRT $$' });
      expect([ended.signal, ended.stdout.toString()]).toEqual(['SIGABRT', 'out\n']);
    });
    it('is in time with a compiler that has nothing to say', async () => {
      const ended = await stage.run({ plan, env, script: 'sleep 0.3; exit 4' });
      expect([ended.code, ended.stdout.toString(), ended.stderr.toString()]).toEqual([4, '', '']);
    });
  });
  it('compiles once more rather than show colours that were not asked for', async () => {
    const script = 'sleep 0.3; if [ -e again ]; then echo plain >&2; else touch again; printf "\\033[1mbold\\033[0m" >&2; fi; exit 1';
    const ended = await stage.run({ plan: 'die-after-final', script });
    expect([ended.code, ended.stderr.toString()]).toEqual([1, 'plain\n']);
  });

  it('turns to the compiler when the daemon is stuck, and leaves it alone for a while', async () => {
    const env = { SCCACHE_TS_FIRST_MS: '300', SCCACHE_STAGE_MUTE_MS: '3000' };
    const first = await stage.run({ plan: 'mute', env, script: 'echo at home' });
    expect(first.stdout.toString()).toBe('at home\n');
    const second = await stage.run({ plan: 'mute', env, script: 'echo at home' });
    expect(second.stdout.toString()).toBe('at home\n');
    expect(stage.notes().filter((line) => line.startsWith('compile'))).toHaveLength(1);
  });
  it('finishes alone when the daemon gets stuck while the compiler runs', async () => {
    const env = { SCCACHE_TS_SILENCE_MS: '300', SCCACHE_STAGE_MUTE_MS: '3000' };
    const ended = await stage.run({ plan: 'mute-during-final', env, script: 'echo run >> runs; echo out; sleep 1; exit 6' });
    expect([ended.code, ended.stdout.toString()]).toEqual([6, 'out\n']);
    expect(readFileSync(join(stage.work, 'runs'), 'utf8')).toBe('run\n');
    expect(ended.ms).toBeLessThan(kind === 'native' ? 2000 : 2800);
  });

  const misbehaviours: readonly [string, (socket: Socket) => void][] = [
    ['takes the connection and says nothing', () => undefined],
    ['hangs up at once', (socket) => socket.destroy()],
    ['hangs up politely', (socket) => socket.end()],
    ['sends half a frame', (socket) => socket.write(Buffer.from([9, 0, 0, 0, 0x82]))],
    ['announces 4 GB', (socket) => socket.write(Buffer.from([255, 255, 255, 255, 0x82, 0, 0]))],
    ['announces an empty frame', (socket) => socket.write(Buffer.alloc(64))],
    ['speaks another language', (socket) => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n')],
    ['sends a frame of an unknown kind', (socket) => socket.write(Buffer.from([1, 0, 0, 0, 0x99]))],
    ['sends a malformed order', (socket) => socket.write(Buffer.from([6, 0, 0, 0, 0x82, 1, 255, 255, 255, 255]))],
    ['becomes in a later version', (socket) => socket.write(Buffer.from([3, 0, 0, 0, 0x81, 7, 7]))],
    ['prints and then vanishes', (socket) => socket.end(encodeToLauncher({ kind: 'print', fd: 1, bytes: Buffer.from('lies') }))],
    ['opens what was not locked', says({ kind: 'open', secret: 'x' })],
    ['replies to no command', says({ kind: 'reply', json: '{}' })],
    ['orders two children at once', says(
      { kind: 'run', how: 'helper', program: '/bin/sleep', args: ['30'] },
      { kind: 'run', how: 'helper', program: '/bin/sleep', args: ['30'] },
    )],
    ['waits and then is silent', says({ kind: 'wait' }, { kind: 'wait' })],
    ['goes mute while a first step runs', says({ kind: 'run', how: 'helper', program: '/bin/sleep', args: ['30'] })],
  ];
  it.each(misbehaviours)('becomes the compiler when the daemon %s', async (_what, deed) => {
    await inPlaceOfDaemon(deed);
    const env = { SCCACHE_TS_FIRST_MS: '400', SCCACHE_TS_SILENCE_MS: '400' };
    const ended = await stage.run({ env, script: 'echo at home; exit 9' });
    expect([ended.code, ended.stdout.toString(), ended.stderr.toString()]).toEqual([9, 'at home\n', '']);
    expect(ended.ms).toBeLessThan(5000);
  });

  it('obeys an order to die', async () => {
    await inPlaceOfDaemon(says({ kind: 'die', signal: 9 }));
    expect(await stage.run({ script: 'exit 1' })).toMatchObject({ signal: 'SIGKILL' });
  });
  it('survives a full runtime folder: no lock, no daemon, still a build', async () => {
    const ended = await stage.run({ env: { XDG_RUNTIME_DIR: '/proc/self' }, script: 'echo at home', plan: 'become' });
    expect(ended.stdout.toString()).toBe('at home\n');
    expect(existsSync('/proc/self/sccache-ts')).toBe(false);
  });
});
