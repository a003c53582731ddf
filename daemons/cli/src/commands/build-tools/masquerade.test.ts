// The folder of links: which there are, whose it is, and that many makes at once may make it.
import { chmodSync, existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, readlinkSync, realpathSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CommandContext } from '../context.js';
import { runCommandLine } from '../perform.js';
import { masqueradeFolder } from './masquerade.js';

const cli = fileURLToPath(new URL('../../..', import.meta.url));

let home = '';
let err = '';
beforeEach(() => {
  home = realpathSync(mkdtempSync(join(tmpdir(), 'masquerade-')));
  err = '';
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

function write(name: string, text: string, mode = 0o644): string {
  const path = join(home, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
}

function context(env: Readonly<Record<string, string>>): CommandContext {
  const all = { HOME: home, ...env };
  return {
    env: Object.entries(all), around: { env: all, home, platform: 'linux' }, cwd: home, uid: process.geteuid?.() ?? 0, build: '1.2.3', script: join(cli, 'dist/main.js'),
    print: () => undefined,
    complain: (text) => void (err += text),
  };
}

describe('the masquerade folder', () => {
  const compilers = ['gcc', 'gcc-12', 'aarch64-linux-gnu-gcc', 'x86_64-w64-mingw32-g++-posix', 'clang++-14'];
  const path = (): string => {
    for (const name of [...compilers, 'c99-gcc', 'gcc-ar', 'ld', 'ccache-gcc']) write(`bin/${name}`, '#!/bin/sh\n', 0o755);
    write('bin/cc', 'not to be run\n');
    return join(home, 'bin');
  };

  it('has a link to the launcher for each compiler of PATH and for nothing else, and is this user\'s alone', async () => {
    const folder = await masqueradeFolder(context({ PATH: path() }));
    expect(folder.startsWith(join(home, '.cache/sccache-ts/masquerade-'))).toBe(true);
    expect(readdirSync(folder).sort()).toEqual([...compilers].sort());
    expect(basename(readlinkSync(join(folder, 'gcc')))).toMatch(/^sccache-ts(\.js)?$/);
    expect(lstatSync(folder).mode & 0o777).toBe(0o700);
  });

  it('is the same for the same compilers, from within such a make too, and another for others', async () => {
    const folder = await masqueradeFolder(context({ PATH: path() }));
    expect(await masqueradeFolder(context({ PATH: `${folder}:${path()}` }))).toBe(folder);
    write('bin/gcc-13', '#!/bin/sh\n', 0o755);
    expect(await masqueradeFolder(context({ PATH: path() }))).not.toBe(folder);
    expect(existsSync(join(folder, 'gcc-13'))).toBe(false);
  });

  it('is whole for each of many that make it at once, and made whole again', async () => {
    const all = await Promise.all(Array.from({ length: 12 }, () => masqueradeFolder(context({ PATH: path() }))));
    const [folder = ''] = all;
    expect(new Set(all).size).toBe(1);
    unlinkSync(join(folder, 'gcc'));
    expect(await masqueradeFolder(context({ PATH: path() }))).toBe(folder);
    expect(readdirSync(folder).sort()).toEqual([...compilers].sort());
  });

  it.each(['', '..'])('is not used when others may write to it: %j', async (above) => {
    const folder = await masqueradeFolder(context({ PATH: path() }));
    chmodSync(join(folder, above), 0o777);
    await expect(masqueradeFolder(context({ PATH: path() }))).rejects.toMatchObject({ code: 'STORAGE_FAILED', message: expect.stringContaining(join(folder, above)) as string });
  });

  it('leaves the cache folder to others', async () => {
    const umask = process.umask(0o002);
    const folder = await masqueradeFolder(context({ PATH: path(), SCCACHE_DIR: join(home, 'shared') })).finally(() => process.umask(umask));
    expect(folder.startsWith(join(home, 'shared/sccache-ts/masquerade-'))).toBe(true);
    expect(['..', '../..'].map((above) => lstatSync(join(folder, above)).mode & 0o777)).toEqual([0o700, 0o775]);
  });
});

it('says in a sentence that there is no make', async () => {
  expect(await runCommandLine(['make', 'all'], context({ PATH: home }))).toBe(2);
  expect(err).toBe('sccache: error: make: cannot find binary path\nsccache: hint: Install GNU make, or put its folder into PATH.\n');
  expect(readdirSync(home)).toEqual([]);
});
