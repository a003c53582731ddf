// The real launchers put outputs in place that a daemon names: all of them as the compiler would have, or none and the compiler runs.
import {
  chmodSync, linkSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { encodeToLauncher, type LandPiece, type ToLauncher } from '@sccache-ts/core/wire';
import { createStage, type Ended, hasNative, isBuilt, type LauncherKind, type Stage } from '../../../fixtures/src/launcher-stage/index.js';

const kinds: readonly LauncherKind[] = hasNative() ? ['native', 'fallback'] : ['fallback'];
if (!isBuilt()) throw new Error('run npm run build first: these tests start built programs');

const isRoot = process.geteuid?.() === 0;
const object = Buffer.alloc(200_000, 'object ');
const program = Buffer.from('a program');
const dependencies = Buffer.from('a.o: a.c');

interface Landing {
  readonly pieces?: readonly Partial<LandPiece>[];
  readonly spoil?: string;
  readonly umask?: string;
  readonly env?: Readonly<Record<string, string>>;
}

describe.each(kinds)('%s launcher', (kind) => {
  let stage: Stage;
  let source: string;
  let out: string;
  beforeAll(() => {
    stage = createStage(kind);
    out = join(stage.work, 'out');
  });
  afterAll(() => stage.dispose());
  beforeEach(() => {
    source = join(stage.root, 'entry');
    mkdirSync(out);
    // Laid out as pieces begin in an entry: one on a block, small ones anywhere.
    writeFileSync(source, Buffer.concat([Buffer.alloc(4096, 'head'), object, program, dependencies]));
  });
  afterEach(() => {
    chmodSync(out, 0o700);
    rmSync(out, { recursive: true });
  });

  const at = (name: string): string => join(out, name);
  const piece = (name: string, more: Partial<LandPiece> = {}): LandPiece => {
    return { place: name.startsWith('/') ? name : at(name), offset: 4096, length: object.length, executable: false, writtenInto: false, ...more };
  };
  const programPiece = (): LandPiece => piece('tool', { offset: 4096 + object.length, length: program.length, executable: true });
  const dependencyPiece = (): LandPiece =>
    piece('a.d', { offset: 4096 + object.length + program.length, length: dependencies.length, writtenInto: true });

  function run({ pieces = [piece('a.o')], spoil, umask = '022', env = {} }: Landing = {}): Promise<Ended> {
    return stage.run({
      command: ['/bin/sh', '-c', `umask ${umask}; exec "$L" tool`],
      plan: 'land',
      script: 'echo at home; exit 3',
      env: { L: stage.launcher, LAND: JSON.stringify({ source, pieces, spoil }), ...env },
    });
  }
  const landed = (ended: Ended): void => {
    expect([ended.code, ended.stdout.toString(), ended.stderr.toString()]).toEqual([0, 'from the cache\n', 'and its warning\n']);
  };
  const compiled = (ended: Ended): void => {
    expect([ended.code, ended.stdout.toString(), ended.stderr.toString()]).toEqual([3, 'at home\n', '']);
  };
  const modeOf = (name: string): number => lstatSync(at(name)).mode & 0o7777;

  it.each([['022', 0o644, 0o755], ['077', 0o600, 0o700], ['002', 0o664, 0o775]])('puts all in place under the umask %s', async (umask, file, executable) => {
    landed(await run({ pieces: [piece('a.o'), programPiece(), dependencyPiece(), piece('empty', { length: 0 })], umask }));
    expect(readFileSync(at('a.o')).equals(object)).toBe(true);
    expect([readFileSync(at('tool'), 'utf8'), readFileSync(at('a.d'), 'utf8'), statSync(at('empty')).size]).toEqual(['a program', 'a.o: a.c', 0]);
    expect(['a.o', 'tool', 'a.d', 'empty'].map(modeOf)).toEqual([file, executable, file, file]);
    expect(readdirSync(out).sort()).toEqual(['a.d', 'a.o', 'empty', 'tool']);
  });
  it('copies any range, however long and wherever it begins', async () => {
    const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, index) => index * 7 + (index >> 8)));
    writeFileSync(source, bytes);
    const ranges = [[0, 300_000], [1, 70_000], [4096, 65_536], [8192, 100_001], [8192, 291_808], [299_999, 1], [300_000, 0]] as const;
    landed(await run({ pieces: ranges.map(([offset, length], index) => piece(`${index}`, { offset, length })) }));
    for (const [index, [offset, length]] of ranges.entries()) {
      expect([index, readFileSync(at(`${index}`)).equals(bytes.subarray(offset, offset + length))]).toEqual([index, true]);
    }
  });
  it('writes nothing for /dev/null', async () => {
    landed(await run({ pieces: [piece('/dev/null'), piece('a.o')] }));
    expect(statSync('/dev/null').isCharacterDevice()).toBe(true);
    expect(readdirSync(out)).toEqual(['a.o']);
  });

  describe('an old file', () => {
    it('is replaced, and so is a link, without writing through it', async () => {
      for (const name of ['precious', 'twin']) writeFileSync(at(name), 'keep');
      writeFileSync(at('a.o'), 'old', { mode: 0o600 });
      symlinkSync(at('precious'), at('link.o'));
      linkSync(at('twin'), at('hard.o'));
      landed(await run({ pieces: [piece('a.o'), piece('link.o'), piece('hard.o')] }));
      expect(['precious', 'twin'].map((name) => readFileSync(at(name), 'utf8'))).toEqual(['keep', 'keep']);
      for (const name of ['a.o', 'link.o', 'hard.o']) {
        expect([name, lstatSync(at(name)).isFile(), readFileSync(at(name)).equals(object), modeOf(name)]).toEqual([name, true, true, 0o644]);
      }
    });
    it('keeps its permissions when it is one for dependencies', async () => {
      writeFileSync(at('a.d'), 'old', { mode: 0o640 });
      landed(await run({ pieces: [dependencyPiece()] }));
      expect([readFileSync(at('a.d'), 'utf8'), modeOf('a.d')]).toEqual(['a.o: a.c', 0o640]);
    });
    it('is filled when it is empty and as we would make it', async () => {
      writeFileSync(at('a.o'), '');
      chmodSync(at('a.o'), 0o644);
      landed(await run());
      expect(readFileSync(at('a.o')).equals(object)).toBe(true);
    });

    const leftAlone: readonly [string, () => void, Partial<LandPiece>][] = [
      ['is empty and private', () => writeFileSync(at('x'), '', { mode: 0o600 }), {}],
      ['is empty and has two names', () => (writeFileSync(at('y'), '', { mode: 0o644 }), linkSync(at('y'), at('x'))), {}],
      ['is a link to nowhere', () => symlinkSync('nowhere', at('x')), {}],
      ['is a link to an empty file', () => (writeFileSync(at('y'), ''), symlinkSync('y', at('x'))), {}],
      ['is a folder', () => mkdirSync(at('x')), {}],
      ['is a link in a circle', () => symlinkSync('x', at('x')), {}],
      ['holds dependencies and is a link', () => (writeFileSync(at('y'), 'old'), symlinkSync('y', at('x'))), { writtenInto: true }],
      ['holds dependencies and has two names', () => (writeFileSync(at('y'), 'old', { mode: 0o600 }), linkSync(at('y'), at('x'))), { writtenInto: true }],
    ];
    it.each(leftAlone)('is left to the compiler when it %s', async (_what, make, more) => {
      make();
      const before = readdirSync(out).map((name) => [name, lstatSync(at(name)).ino]);
      compiled(await run({ pieces: [piece('a.o'), piece('x', more)] }));
      expect(readdirSync(out).map((name) => [name, lstatSync(at(name)).ino])).toEqual(before);
    });
  });

  describe('leaves nothing and compiles', () => {
    it.each(['remove', 'truncate', 'modify', 'touch', 'replace'])('when the source fell to: %s', async (spoil) => {
      compiled(await run({ spoil }));
      expect(readdirSync(out)).toEqual([]);
    });
    it('when the source is a link', async () => {
      const real = source;
      source = join(stage.root, 'link');
      symlinkSync(real, source);
      compiled(await run());
      expect(readdirSync(out)).toEqual([]);
    });
    it.each([
      ['begins beyond the end', { offset: 1_000_000, length: 1 }],
      ['ends beyond the end', { offset: 4096, length: 210_000 }],
    ])('when a piece %s', async (_what, more) => {
      compiled(await run({ pieces: [piece('a.o'), piece('b.o', more)] }));
      expect(readdirSync(out)).toEqual([]);
    });
    it('when a folder is missing', async () => {
      compiled(await run({ pieces: [piece('a.o'), piece('no/b.o')] }));
      expect(readdirSync(out)).toEqual([]);
    });
    it('when nobody can make files where one is to stand', async () => {
      compiled(await run({ pieces: [piece('a.o'), piece('/proc/b.o')] }));
      expect(readdirSync(out)).toEqual([]);
    });
    it('when a folder is read-only', async ({ skip }) => {
      skip(isRoot, 'root may write into every folder');
      chmodSync(out, 0o500);
      compiled(await run());
      expect(readdirSync(out)).toEqual([]);
    });
    it('when the system has no room for it', async () => {
      // `ulimit -f` counts in blocks of 512 bytes; the compiler prints, and writes no file.
      compiled(await stage.run({
        command: ['/bin/sh', '-c', 'ulimit -f 100; exec "$L" tool'],
        plan: 'land',
        script: 'echo at home; exit 3',
        env: { L: stage.launcher, LAND: JSON.stringify({ source, pieces: [programPiece(), piece('a.o')] }) },
      }));
      expect(readdirSync(out)).toEqual([]);
    });
  });

  describe('does not land', () => {
    let theirs: Stage;
    let strangers: Server[];
    beforeEach(() => {
      theirs = createStage(kind);
      strangers = [];
    });
    afterEach(() => {
      for (const stranger of strangers) stranger.close();
      theirs.dispose();
    });
    /** Listens in the daemon's place and says this. */
    async function hear(...orders: readonly ToLauncher[]): Promise<Ended> {
      const folder = join(theirs.env['XDG_RUNTIME_DIR'] ?? '', 'sccache-ts');
      mkdirSync(folder, { mode: 0o700 });
      const server = createServer((socket) => {
        socket.on('error', () => undefined);
        socket.on('data', () => undefined);
        socket.end(Buffer.concat(orders.map(encodeToLauncher)));
      });
      strangers.push(server);
      await new Promise<void>((resolve) => server.listen(join(folder, 'daemon.sock'), resolve));
      return theirs.run({ script: 'echo at home; exit 3' });
    }
    const land = (): ToLauncher => {
      const { dev, ino, size, mtimeNs, ctimeNs } = statSync(source, { bigint: true });
      return { kind: 'land', source, state: { dev, ino, size, mtimeNs, ctimeNs }, pieces: [piece('a.o')] };
    };
    const exit: ToLauncher = { kind: 'exit', code: 0 };

    it('but for this one, to prove that it could', async () => {
      expect(await hear(land(), exit)).toMatchObject({ code: 0 });
      expect(readdirSync(out)).toEqual(['a.o']);
    });
    it.each<[string, () => readonly ToLauncher[]]>([
      ['when no end follows', () => [land()]],
      ['when it is told to twice', () => [land(), land(), exit]],
      ['when a child is to run after it', () => [land(), { kind: 'run', how: 'helper', program: '/bin/true', args: [] }, exit]],
      ['when a child runs', () => [{ kind: 'run', how: 'helper', program: '/bin/sleep', args: ['30'] }, land(), exit]],
      ['when it becomes the compiler after all', () => [land(), { kind: 'become' }]],
    ])('%s', async (_what, orders) => {
      compiled(await hear(...orders()));
      expect(readdirSync(out)).toEqual([]);
    });
  });
});
