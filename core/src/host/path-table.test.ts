import { chmodSync, linkSync, mkdirSync, mkdtempSync, renameSync, rmSync, statSync, symlinkSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { nativeAddon } from './native-addon.js';
import type { FileState } from '../base/index.js';
import { createPathTable, type PathTable } from './path-table.js';
import { createNativePathTable } from './path-table-native.js';

const dir = mkdtempSync(join(tmpdir(), 'path-table-'));
const missing = nativeAddon() === undefined ? 'the native addon was not built here' : undefined;

afterAll(() => rmSync(dir, { recursive: true }));

let count = 0;
const fresh = (): string => {
  const path = join(dir, `n${count++}`);
  mkdirSync(path);
  return path;
};

const stateOf = (path: string): FileState => {
  const { dev, ino, size, mtimeNs, ctimeNs } = statSync(path, { bigint: true });
  return { dev, ino, size, mtimeNs, ctimeNs };
};

const remembered = (table: PathTable, path: string): number => {
  const slot = table.add(path);
  table.set(slot, stateOf(path));
  return slot;
};

it('is native exactly where there is an addon, unless told otherwise', () => {
  expect(createPathTable().native).toBe(missing === undefined);
  expect(createPathTable({ native: false }).native).toBe(false);
});

describe.each([true, false])('native: %s', (native) => {
  it.for([
    ['grows', (path: string) => writeFileSync(path, 'longer')],
    ['is touched', (path: string) => utimesSync(path, 1, 1)],
    ['gets other rights', (path: string) => chmodSync(path, 0o600)],
    ['is replaced by one of the same size and time', (path: string) => {
      const { atime, mtime } = statSync(path);
      writeFileSync(`${path}.new`, 'same');
      utimesSync(`${path}.new`, atime, mtime);
      renameSync(`${path}.new`, path);
    }],
    ['is removed', (path: string) => rmSync(path)],
    ['becomes a folder', (path: string) => {
      rmSync(path);
      mkdirSync(path);
    }],
  ] as const)('sees a file that %s', async ([, deed], { skip }) => {
    skip(native && missing !== undefined, missing);
    const table = createPathTable({ native });
    const folder = fresh();
    const paths = ['a', 'b', 'c'].map((name) => join(folder, name));
    for (const path of paths) writeFileSync(path, 'same');
    const slots = Uint32Array.from(paths, (path) => remembered(table, path));
    expect([table.firstChanged(slots, 0), table.firstChanged(slots, 3), table.firstChanged(slots, 99)]).toEqual([-1, -1, -1]);
    // The kernel's clock for files is coarse: a change within the same tick would be the same state.
    await new Promise((resolve) => setTimeout(resolve, 20));
    deed(paths[1] ?? '');
    expect([0, 1, 2].map((from) => table.firstChanged(slots, from))).toEqual([1, 1, -1]);
  });

  it('follows links, and sees where they lead now', ({ skip }) => {
    skip(native && missing !== undefined, missing);
    const folder = fresh();
    for (const name of ['one', 'two']) writeFileSync(join(folder, name), name);
    const link = join(folder, 'link');
    symlinkSync('one', link);
    const table = createPathTable({ native });
    const slots = Uint32Array.of(remembered(table, link));
    expect(table.firstChanged(slots, 0)).toBe(-1);
    rmSync(link);
    symlinkSync('two', link);
    expect(table.firstChanged(slots, 0)).toBe(0);
  });

  it('compares every part of a state', ({ skip }) => {
    skip(native && missing !== undefined, missing);
    const path = join(fresh(), 'file');
    writeFileSync(path, 'x');
    const table = createPathTable({ native });
    const slot = table.add(path);
    const slots = Uint32Array.of(slot);
    const state = stateOf(path);
    expect(table.firstChanged(slots, 0), 'no state yet').toBe(0);
    table.set(slot, state);
    expect(table.firstChanged(slots, 0)).toBe(-1);
    for (const name of ['dev', 'ino', 'size', 'mtimeNs', 'ctimeNs'] as const) {
      table.set(slot, { ...state, [name]: state[name] + 1n });
      expect([name, table.firstChanged(slots, 0)]).toEqual([name, 0]);
    }
    table.set(slot, state);
    expect(table.firstChanged(slots, 0)).toBe(-1);
  });

  it('takes for present whatever is no folder, and for absent what leads nowhere', ({ skip }) => {
    skip(native && missing !== undefined, missing);
    const folder = fresh();
    writeFileSync(join(folder, 'file'), '');
    mkdirSync(join(folder, 'folder'));
    symlinkSync('loop', join(folder, 'loop'));
    symlinkSync('nothing', join(folder, 'dangling'));
    symlinkSync('file', join(folder, 'link'));
    const table = createPathTable({ native });
    const absent = ['none', 'none/below', 'file/below', 'loop', 'dangling', 'folder', 'x'.repeat(300), 'é/\ud800'].map((name) => table.add(join(folder, name)));
    expect(table.firstPresent(Uint32Array.from(absent), 0)).toBe(-1);
    for (const [name, kind] of [['file', 'file'], ['link', 'file'], ['/dev/null', 'other']] as const) {
      const slot = table.add(name.startsWith('/') ? name : join(folder, name));
      expect([name, table.firstPresent(Uint32Array.from([...absent, slot]), 0), table.look(slot)?.kind]).toEqual([name, absent.length, kind]);
    }
    expect(table.look(table.add(join(folder, 'folder')))?.kind).toBe('folder');
    expect(absent.slice(0, 5).map((slot) => table.look(slot))).toEqual([undefined, undefined, undefined, undefined, undefined]);
  });

  it.for([['now', new Date()], ['before 1970', new Date(-1_234_567)], ['far ahead', new Date('2400-01-01')]] as const)('looks as node does: %s', ([, time], { skip }) => {
    skip(native && missing !== undefined, missing);
    const path = join(fresh(), 'ä 名');
    writeFileSync(path, 'four');
    utimesSync(path, time, time);
    const table = createPathTable({ native });
    const slot = table.add(path);
    expect(table.look(slot)).toEqual({ kind: 'file', ...stateOf(path) });
    table.set(slot, stateOf(path));
    expect(table.firstChanged(Uint32Array.of(slot), 0)).toBe(-1);
  });

  it('gives slots back and never two of the same', ({ skip }) => {
    skip(native && missing !== undefined, missing);
    const table = createPathTable({ native });
    const slots = Array.from({ length: 100 }, () => table.add('/etc'));
    expect(new Set(slots).size).toBe(100);
    table.set(slots[7] ?? -1, stateOf('/etc'));
    for (const slot of [slots[7] ?? -1, slots[50] ?? -1]) table.drop(slot);
    const again = [table.add('/etc'), table.add('/etc')];
    expect(new Set([...again, ...slots]).size, 'small integers').toBe(100);
    expect(table.firstChanged(Uint32Array.from(again), 0), 'without the state of another').toBe(0);
    expect(table.firstChanged(Uint32Array.from(again), 1)).toBe(1);
  });

  it.for([
    ['a slot that never was', (table: PathTable) => table.look(3)],
    ['a slot that was dropped', (table: PathTable) => (table.drop(0), table.set(0, stateOf('/')))],
    ['a slot dropped twice', (table: PathTable) => (table.drop(0), table.drop(0))],
    ['a slot below 0', (table: PathTable) => table.set(-1, stateOf('/'))],
    ['half a slot', (table: PathTable) => table.drop(0.5)],
    ['no slot', (table: PathTable) => table.look('0' as unknown as number)],
    ['a bad slot in a list', (table: PathTable) => table.firstPresent(Uint32Array.of(1, 9), 0)],
    ['the largest slot in a list', (table: PathTable) => table.firstPresent(Uint32Array.of(0xffff_ffff), 0)],
    ['a list of another kind', (table: PathTable) => table.firstChanged(new Int32Array(1) as unknown as Uint32Array, 0)],
    ['an index below 0', (table: PathTable) => table.firstChanged(Uint32Array.of(0), -1)],
    ['an index that is none', (table: PathTable) => table.firstChanged(Uint32Array.of(0), Number.NaN)],
    ['a name with a null byte', (table: PathTable) => table.add('/etc\0/x')],
    ['a name that is none', (table: PathTable) => table.add(7 as unknown as string)],
  ] as const)('refuses %s', ([, deed], { skip }) => {
    skip(native && missing !== undefined, missing);
    const table = createPathTable({ native });
    table.add('/etc/none');
    table.add('/etc/none');
    expect(() => deed(table)).toThrow(TypeError);
  });

  it('looks at nothing beyond the first that has changed', ({ skip }) => {
    skip(native && missing !== undefined, missing);
    const table = createPathTable({ native });
    expect(table.firstChanged(Uint32Array.of(table.add('/etc'), 999), 0)).toBe(0);
  });
});

it('a method that is borrowed for something else is refused', ({ skip }) => {
  const addon = nativeAddon();
  skip(addon === undefined, missing);
  if (addon === undefined) return;
  const { add } = addon.PathTable.prototype as { add: (path: string) => number };
  for (const other of [{}, undefined, new Map(), Object.create(new addon.PathTable()) as object]) expect(() => add.call(other, '/')).toThrow(TypeError);
  expect(() => (addon.PathTable as unknown as () => void)()).toThrow(TypeError);
});

it('a name that the addon cannot look at is looked at by node, whose errors name it', ({ skip }) => {
  const addon = nativeAddon();
  skip(addon === undefined, missing);
  if (addon === undefined) return;
  const Blind = class extends addon.PathTable {
    override look(): number {
      return -1;
    }
  };
  const table = createNativePathTable({ ...addon, PathTable: Blind });
  const path = join(fresh(), 'ä 名');
  const slot = table.add(path);
  expect(table.look(slot)).toBe(undefined);
  writeFileSync(path, 'four');
  expect(table.look(slot)).toEqual({ kind: 'file', ...stateOf(path) });
});

it('both agree on whatever happens to the files', ({ skip }) => {
  skip(missing !== undefined, missing);
  for (const seed of [1, 2, 3]) {
    let state = seed;
    const upTo = (limit: number): number => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return Math.floor((state / 2 ** 32) * limit);
    };
    const folder = fresh();
    const names = ['a', 'b', 'c', 'd', 'd/e', 'd/e/f', 'g'].map((name) => join(folder, name));
    const any = (): string => names[upTo(names.length)] ?? '';
    const deeds: readonly (() => void)[] = [
      () => writeFileSync(any(), 'x'.repeat(upTo(5))),
      () => truncateSync(any(), upTo(3)),
      () => rmSync(any(), { recursive: true, force: true }),
      () => mkdirSync(any()),
      () => renameSync(any(), any()),
      () => symlinkSync(any(), any()),
      () => linkSync(any(), any()),
      () => utimesSync(any(), upTo(9), upTo(9)),
      () => chmodSync(any(), 0o400 + upTo(0o400)),
    ];
    const tables = [createPathTable({ native: true }), createPathTable({ native: false })] as const;
    const slots = names.map((name) => tables.map((table) => table.add(name)));
    expect(slots.every(([one, other]) => one === other)).toBe(true);
    const list = Uint32Array.from(slots, ([slot = -1]) => slot);
    const seen = { changed: new Set<number>(), present: new Set<number>() };
    for (let round = 0; round < 500; round++) {
      try {
        deeds[upTo(deeds.length)]?.();
      } catch {
        // What cannot be done, such as a folder below a file, is not done.
      }
      const at = upTo(list.length);
      const [one, other] = tables.map((table) => ({
        changed: table.firstChanged(list, at),
        present: table.firstPresent(list, at),
        looks: [...list].map((slot) => table.look(slot)),
      }));
      expect(one, `seed ${seed}, round ${round}`).toEqual(other);
      seen.changed.add(one?.changed ?? -1);
      seen.present.add(one?.present ?? -1);
      const kept = upTo(list.length);
      const look = one?.looks[kept];
      for (const table of tables) {
        table.set(list[kept] ?? -1, look ?? { dev: 0n, ino: 0n, size: 0n, mtimeNs: 0n, ctimeNs: 0n });
      }
    }
    expect(Math.min(seen.changed.size, seen.present.size), 'the walk reaches different answers').toBeGreaterThan(3);
  }
});
