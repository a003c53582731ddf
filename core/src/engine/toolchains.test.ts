import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Digest, logTo } from '../base/index.js';
import { tarEnd, tarHeader } from '../host/index.js';
import type { Packable, ToolchainRule } from './toolchain-choice.js';
import { createToolchains, type Toolchains, type ToolchainsOptions } from './toolchains.js';

let folder = '';
/** A program that the packer takes for a small gcc: a copy of true that answers what gcc is asked. */
let fake = '';
const missing = process.platform !== 'linux' ? 'it needs Linux' : spawnSync('gcc', ['--version']).status === 0 ? undefined : 'gcc is not installed';
if (missing !== undefined) console.warn(`skipped: toolchains that are packed: ${missing}`);

const lines: string[] = [];
const log = logTo('info', (level, sentence) => lines.push(`${level} ${sentence}`));
const open: Toolchains[] = [];
const toolchains = (more: Partial<ToolchainsOptions> = {}): Toolchains => {
  const made = createToolchains({ cacheDir: join(folder, 'cache'), maxBytes: 1e9, rules: [], env: { PATH: process.env['PATH'] ?? '' }, log, patienceMs: 60_000, ...more });
  open.push(made);
  return made;
};
const compiler = (path = fake, identity = 'one'): Packable => ({ path, kind: 'gcc', identity: identity as Digest });

beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'sts-tc-')));
  if (missing !== undefined) return;
  fake = join(folder, 'gcc');
  const source = join(folder, 'fake.c');
  const text = `#include <stdio.h>
#include <string.h>
int main(int c, char **v) {
  const char *q = c > 1 ? v[1] : "";
  if (strstr(q, "=cc1") && strlen(q) == 20) puts("${fake}");
  else if (strstr(q, "=as")) puts("${fake}");
  else puts("none");
  return 0;
}
`;
  writeFileSync(source, text);
  expect(spawnSync('gcc', ['-O1', '-o', fake, source]).status).toBe(0);
});
afterEach(async () => {
  for (const it of open.splice(0)) await it.close();
  rmSync(join(folder, 'cache'), { recursive: true, force: true });
  lines.length = 0;
});
afterAll(() => rmSync(folder, { recursive: true }));

describe.skipIf(missing !== undefined)('packed toolchains', () => {
  const id = async (of: Toolchains, whose = compiler()): Promise<string> => {
    const chosen = await of.choose(whose);
    if (chosen.kind === 'home') throw new Error(chosen.reason, { cause: chosen.fault });
    return chosen.archiveId;
  };
  const packings = (): number => lines.filter((line) => line.includes('packed the toolchain')).length;

  it('are packed once, by all who ask at once and by the next daemon too', async () => {
    const first = toolchains();
    const ids = await Promise.all([id(first), id(first), id(first)]);
    expect(new Set(ids).size).toBe(1);
    expect(await id(toolchains())).toBe(ids[0]);
    expect(packings()).toBe(1);
    expect(readdirSync(join(folder, 'cache')).sort()).toEqual(['tc', 'toolchains.json']);
  });

  it('are packed again when the archive has been thrown out', async () => {
    const mine = toolchains();
    const archiveId = await id(mine);
    const archive = join(folder, 'cache/tc', archiveId.slice(0, 1), archiveId.slice(1, 2), archiveId);
    expect(existsSync(archive)).toBe(true);
    rmSync(archive);
    expect(await id(mine)).toBe(archiveId);
    rmSync(join(folder, 'cache/tc'), { recursive: true });
    expect(await id(toolchains())).toBe(archiveId);
    expect(packings()).toBe(3);
  });

  it('are packed again when one of their files is another one', async () => {
    await id(toolchains());
    utimesSync(fake, 1, 2);
    await id(toolchains());
    expect(packings()).toBe(2);
  });

  it('survive a broken memory', async () => {
    await id(toolchains());
    const json = join(folder, 'cache/toolchains.json');
    for (const text of ['', '{', '[]', '{"version":1,"toolchains":{"x":{"archiveId":"../../etc"}}}', readFileSync(json, 'utf8').replace('"files":[[', '"files":[[7,'),]) {
      writeFileSync(json, text);
      await id(toolchains());
    }
  });

  it('too large for the cache, or not to be packed: home, said once', async () => {
    const small = toolchains({ maxBytes: 10 });
    expect(await small.choose(compiler())).toMatchObject({ kind: 'home', fault: { code: 'TOOLCHAIN_TOO_LARGE' } });
    expect(await small.choose(compiler())).toMatchObject({ kind: 'home', fault: undefined });
    expect(lines.filter((line) => line.startsWith('warn')).length).toBe(1);
    expect(await toolchains().choose(compiler('/bin/true'))).toMatchObject({ kind: 'home', fault: { code: 'TOOLCHAIN_UNPACKABLE' } });
  });

  it('are not waited for longer than patience lasts', async () => {
    const hasty = toolchains({ patienceMs: 1 });
    expect(await hasty.choose(compiler())).toMatchObject({ kind: 'home', reason: 'its toolchain is still being packed', fault: undefined });
    const later = toolchains;
    await hasty.close();
    expect(await id(later())).toMatch(/^[0-9a-f]{64}$/);
  });
});

describe('rules', () => {
  it('name a compiler exactly, or by another name of it', async () => {
    const archive = join(folder, 'own.tar.gz');
    writeFileSync(archive, gzipSync('archive'));
    const real = join(folder, 'real-cc');
    const alias = join(folder, 'alias-cc');
    const other = join(folder, 'other-cc');
    for (const path of [real, other]) writeFileSync(path, '');
    symlinkSync(real, alias);
    const rules: ToolchainRule[] = [
      { kind: 'path_override', compiler: real, archive, archiveCompiler: '/cc' },
      { kind: 'no_dist', compiler: other },
    ];
    const mine = toolchains({ rules });
    for (const path of [real, alias]) expect(await mine.choose(compiler(path))).toMatchObject({ kind: 'ready', executable: '/cc' });
    expect(await mine.choose(compiler(other))).toMatchObject({ kind: 'home', reason: 'no_dist', fault: undefined });
    const before = await mine.choose(compiler(real));
    writeFileSync(archive, gzipSync('another archive'));
    const after = await mine.choose(compiler(real));
    expect(before.kind === 'ready' && after.kind === 'ready' && before.archiveId !== after.archiveId).toBe(true);
    rmSync(archive);
    expect(await mine.choose(compiler(real))).toMatchObject({ kind: 'home', fault: { code: 'TOOLCHAIN_UNPACKABLE' } });
  });

  it.skipIf(spawnSync('xz', ['--version']).status !== 0)('repack an archive that is not compressed with gzip, once for each content', async () => {
    const archive = join(folder, 'own.tar.xz');
    const tar = (text: string): Buffer => Buffer.concat([tarHeader({ kind: 'file', name: 'cc', mode: 0o755, mtime: 1, size: 512 }), Buffer.alloc(512, text), tarEnd]);
    const make = (text: string): void => writeFileSync(archive, spawnSync('xz', ['-c'], { input: tar(text) }).stdout);
    make('one');
    const rules: ToolchainRule[] = [{ kind: 'path_override', compiler: join(folder, 'real-cc'), archive, archiveCompiler: '/cc' }];
    const chosen = async (of: Toolchains): Promise<string> => {
      const choice = await of.choose(compiler(join(folder, 'real-cc')));
      if (choice.kind === 'home') throw new Error(choice.reason, { cause: choice.fault });
      const lies = await choice.archive();
      expect(gunzipSync(readFileSync(lies?.path ?? '')).subarray(512, 515).toString()).toMatch(/one|two/);
      lies?.release();
      return choice.archiveId;
    };
    const repackings = (): number => lines.filter((line) => line.includes('repacked')).length;
    const mine = toolchains({ rules });
    const first = await chosen(mine);
    expect(await chosen(mine)).toBe(first);
    utimesSync(archive, 1, 2);
    expect([await chosen(mine), await chosen(toolchains({ rules })), repackings()]).toEqual([first, first, 1]);
    make('two');
    expect([(await chosen(mine)) === first, repackings()]).toEqual([false, 2]);
    expect(readdirSync(join(folder, 'cache/tc'), { recursive: true }).some((name) => String(name).includes('tmp-'))).toBe(false);
  });

  it.skipIf(spawnSync('xz', ['--version']).status !== 0)('make a repacked archive anew when it was thrown out of the cache', async () => {
    const archive = join(folder, 'evicted.tar.xz');
    const tar = Buffer.concat([tarHeader({ kind: 'file', name: 'cc', mode: 0o755, mtime: 1, size: 512 }), Buffer.alloc(512, 'kept'), tarEnd]);
    writeFileSync(archive, spawnSync('xz', ['-c'], { input: tar }).stdout);
    const mine = toolchains({ rules: [{ kind: 'path_override', compiler: join(folder, 'real-cc'), archive, archiveCompiler: '/cc' }] });
    const lies = async (): Promise<string> => {
      const choice = await mine.choose(compiler(join(folder, 'real-cc')));
      if (choice.kind === 'home') throw new Error(choice.reason, { cause: choice.fault });
      const found = await choice.archive();
      found?.release();
      return found?.path ?? 'nowhere';
    };
    const first = await lies();
    rmSync(first);
    expect(await Promise.all([lies(), lies()])).toEqual([first, first]);
    expect(lines.filter((line) => line.includes('repacked')).length).toBe(2);
  });

  it('say once that an archive is none', async () => {
    const archive = join(folder, 'text.tar.gz');
    writeFileSync(archive, 'no archive at all');
    const mine = toolchains({ rules: [{ kind: 'path_override', compiler: join(folder, 'real-cc'), archive, archiveCompiler: '/cc' }] });
    const choose = () => mine.choose(compiler(join(folder, 'real-cc')));
    expect(await choose()).toMatchObject({ kind: 'home', fault: { code: 'TOOLCHAIN_UNPACKABLE' } });
    expect(await choose()).toMatchObject({ kind: 'home', reason: expect.stringContaining('is no tar') as unknown, fault: undefined });
    expect(lines.filter((line) => line.startsWith('warn')).length).toBe(1);
    writeFileSync(archive, gzipSync('another'));
    expect(await choose()).toMatchObject({ kind: 'ready' });
  });

  it('are needed where toolchains are not packed', async () => {
    expect(await toolchains({ platform: 'darwin' }).choose(compiler())).toMatchObject({ kind: 'home', reason: expect.stringMatching(/^no toolchain archive: /) as unknown, fault: undefined });
  });
});
