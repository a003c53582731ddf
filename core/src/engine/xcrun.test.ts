// What xcrun says is remembered as long as what it named is what it was. xcrun here is a shell script, and what it finds are files that the test moves.
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CompileRequest } from '../compilation/index.js';
import { createXcrunResolver, type ResolveXcrun } from './xcrun.js';

let folder = '';
let now = 0;
let resolve: ResolveXcrun;
const write = (name: string, text: string): string => {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text, { mode: 0o755 });
  return path;
};
const sdkPath = (): string => join(folder, 'SDKs/MacOSX.sdk');
const clang = (): string => join(folder, 'Xcode/clang');
const timesAsked = (): number => readFileSync(join(folder, 'asked'), 'utf8').split('\n').length - 1;

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'sts-xcrun-')));
  now = 0;
  resolve = createXcrunResolver(() => now);
  write('asked', '');
  write('SDKs/MacOSX14.sdk/SDKSettings.json', '{"Version":"14.0"}');
  symlinkSync('MacOSX14.sdk', sdkPath());
  write('Xcode/clang', 'clang of one Xcode');
  write('found', clang());
  // $3 is what is asked: the first two choose the SDK.
  write('xcrun', `#!/bin/sh\necho asked >>${folder}/asked\ncase "$3" in --find) cat ${folder}/found;; *) echo ${sdkPath()};; esac\n`);
});
afterEach(() => rmSync(folder, { recursive: true }));

const request = (line = '--sdk macosx clang -c a.c'): CompileRequest => ({ compiler: join(folder, 'xcrun'), args: line.split(' '), cwd: folder, env: [['PATH', process.env['PATH'] ?? '']] });
const clangCall = (path = clang()) => ({ compiler: path, args: ['-isysroot', sdkPath(), '-c', 'a.c'] });

describe('xcrun', () => {
  it('is asked once for what does not change', async () => {
    const both = await Promise.all([resolve(request()), resolve(request())]);
    for (const one of [...both, await resolve(request())]) expect(one).toMatchObject(clangCall());
    expect(timesAsked()).toBe(2);
  });

  it.each<[string, () => void]>([
    ['the compiler is another one', () => appendFileSync(clang(), ' and another')],
    ['the SDK is another one', () => write('SDKs/MacOSX14.sdk/SDKSettings.json', '{"Version":"14.1"}')],
    ['the SDK\'s link leads elsewhere', () => {
      write('SDKs/MacOSX15.sdk/SDKSettings.json', '{"Version":"15.0"}');
      rmSync(sdkPath());
      symlinkSync('MacOSX15.sdk', sdkPath());
    }],
    ['there is one more SDK', () => write('SDKs/MacOSX15.sdk/SDKSettings.json', '{"Version":"15.0"}')],
  ])('is asked again when %s', async (_, change) => {
    await resolve(request());
    change();
    expect(await resolve(request())).toMatchObject(clangCall());
    expect(timesAsked()).toBe(4);
  });

  it('names the new compiler after an upgrade, and nothing is taken from it while there is none', async () => {
    await resolve(request());
    renameSync(join(folder, 'Xcode'), join(folder, 'Xcode-2'));
    expect(await resolve(request())).toEqual(request());
    write('found', join(folder, 'Xcode-2/clang'));
    now += 60_000;
    expect(await resolve(request())).toMatchObject(clangCall(join(folder, 'Xcode-2/clang')));
  });

  it('is not asked with every compile for what it cannot find', async () => {
    write('found', 'error');
    for (let again = 0; again < 5; again += 1) expect(await resolve(request())).toEqual(request());
    expect(timesAsked()).toBe(2);
    write('found', clang());
    now += 60_000;
    expect(await resolve(request())).toMatchObject(clangCall());
  });

  it.each(['clang -c a.c', '--sdk macosx clang --sysroot=/else -c a.c', '--find clang'])('is left to itself with %s', async (line) => {
    expect(await resolve(request(line))).toEqual(request(line));
    expect(timesAsked()).toBe(0);
  });
});
