import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { isFault } from '../base/index.js';
import type { CompilerKind } from '../compilation/index.js';
import { parseLdd } from './ldd.js';
import { packageToolchain } from './toolchain-package.js';

const folder = mkdtempSync(join(tmpdir(), 'sts-pack-'));
afterAll(() => rmSync(folder, { recursive: true }));
const env = { PATH: process.env['PATH'] ?? '' };
const pathOf = (tool: string): string => spawnSync('/bin/sh', ['-c', `command -v ${tool}`], { encoding: 'utf8' }).stdout.trim();
const pack = (compiler: string, kind: CompilerKind, out: string) => packageToolchain({ compiler, kind, env, out: join(folder, out) });
const listing = (archive: string): string[] => spawnSync('tar', ['tvzf', join(folder, archive)], { encoding: 'utf8', maxBuffer: 1e8 }).stdout.trim().split('\n');
const faultOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(() => 'packed', (thrown: unknown) => (isFault(thrown) ? `${thrown.code} ${thrown.message}` : thrown));

describe('ldd', () => {
  it('names paths on both sides', () => {
    const text = '\tlinux-vdso.so.1 (0x00007ffc)\n\tlibz.so.1 => /lib/x/libz.so.1 (0x00007f)\n\t/lib64/ld.so => /usr/lib/ld.so (0x7f)\n\t/lib64/ld-linux.so.2 (0x7f)\n\tstatically linked\n';
    expect(parseLdd(text)).toEqual(['/lib/x/libz.so.1', '/lib64/ld.so', '/usr/lib/ld.so', '/lib64/ld-linux.so.2']);
  });
});

const missing = process.platform === 'linux' ? undefined : 'it needs Linux';
if (missing !== undefined) console.warn(`skipped: packing toolchains: ${missing}`);

describe.skipIf(missing !== undefined)('packing', () => {
  it.each<[string, CompilerKind]>([['gcc', 'gcc'], ['clang', 'clang']])('%s twice gives the same bytes, links last and absolute', async (tool, kind) => {
    const compiler = pathOf(tool);
    if (compiler === '') return console.warn(`skipped: packing ${tool}: it is not installed`);
    const packed = await pack(compiler, kind, `${tool}-1.tgz`);
    await pack(compiler, kind, `${tool}-2.tgz`);
    expect(readFileSync(join(folder, `${tool}-1.tgz`)).equals(readFileSync(join(folder, `${tool}-2.tgz`)))).toBe(true);
    const lines = listing(`${tool}-1.tgz`);
    expect(lines[0]).toMatch(/^drwxr-xr-x 0\/0 .* tmp\/$/);
    const firstLink = lines.findIndex((line) => line.startsWith('l'));
    expect(lines.slice(firstLink).every((line) => /^l.* -> \//.test(line))).toBe(true);
    expect([...packed.links.keys()].length).toBe(lines.length - firstLink);
    const names = lines.join('\n');
    for (const wanted of kind === 'gcc' ? ['/cc1\n', '/cc1plus\n', 'liblto_plugin.so'] : ['/crtbegin.o\n', '/include/stddef.h\n', 'share/asan_ignorelist.txt']) {
      expect(names).toContain(wanted);
    }
  });

  it('knows what is not a compiler', async () => {
    const script = join(folder, 'cc-script');
    writeFileSync(script, '#!/bin/sh\nexec gcc "$@"\n');
    chmodSync(script, 0o755);
    expect(await faultOf(pack(script, 'gcc', 'x.tgz'))).toMatch(/^TOOLCHAIN_UNPACKABLE .*cc-script is a script/);
    const real = join(folder, 'ccache');
    copyFileSync('/bin/true', real);
    mkdirSync(join(folder, 'masks'));
    symlinkSync(real, join(folder, 'masks/gcc'));
    expect(await faultOf(pack(join(folder, 'masks/gcc'), 'gcc', 'x.tgz'))).toMatch(/^TOOLCHAIN_UNPACKABLE .*is a wrapper/);
    expect(await faultOf(pack(join(folder, 'none'), 'gcc', 'x.tgz'))).toMatch(/^TOOLCHAIN_UNPACKABLE/);
    expect(await faultOf(pack('/bin/true', 'gcc', 'x.tgz'))).toMatch(/^TOOLCHAIN_UNPACKABLE/);
    expect(existsSync(join(folder, 'x.tgz'))).toBe(false);
  });

  it('is cancelled and leaves nothing', async () => {
    const compiler = pathOf('gcc');
    if (compiler === '') return;
    const cancel = new AbortController();
    setTimeout(() => cancel.abort(), 150);
    expect(await faultOf(packageToolchain({ compiler, kind: 'gcc', env, out: join(folder, 'half.tgz'), signal: cancel.signal }))).toMatch(/^CANCELLED/);
    expect(spawnSync('ls', ['-A', folder], { encoding: 'utf8' }).stdout).not.toMatch(/half|tmp-/);
  });
});
