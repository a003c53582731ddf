import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inflateSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { rustcDialect } from '../../../adapters/cargo/src/index.js';
import type { Digest, EnvPairs } from '../base/index.js';
import { createMemberCache } from '../host/index.js';
import { crateInputSetOf, marksIn } from './crate-input-set.js';
import type { AwayCrate } from './ports.js';

const mark = (digit: string): string => `-${digit.repeat(16)}`;
let root = '';
const write = (name: string, text = ''): void => {
  mkdirSync(join(root, name, '..'), { recursive: true });
  writeFileSync(join(root, name), text);
};
const metadata = (...beneath: string[]): string => `rust\0\0\0\n${beneath.map((digit) => `\0${mark(digit)}\xc1`).join('name')}`;
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'crate-set-')));
  write('src/lib.rs');
  write('Cargo.toml');
  write(`deps/libone${mark('1')}.rmeta`, metadata('1', '2'));
  write(`deps/libtwo${mark('2')}.rlib`, `!<arch>\n${metadata('3')}`);
  write(`deps/libthree${mark('3')}.rmeta`, metadata('4', 'f'));
  write(`deps/libthree${mark('3')}.rlib`, `!<arch>\n${metadata('4')}`);
  write(`deps/libother${mark('5')}.rmeta`, metadata());
  write('out/made.rs');
  write('out/native/x.o');
});
afterEach(() => rmSync(root, { recursive: true }));

function jobOf(more: { readonly files?: readonly string[]; readonly env?: EnvPairs; readonly reads?: AwayCrate['reads'] } = {}): AwayCrate {
  const args = `--crate-name a --crate-type lib --emit=dep-info,metadata,link --out-dir ${root}/deps -L dependency=${root}/deps --extern one=${root}/deps/libone${mark('1')}.rmeta src/lib.rs`;
  const request = { compiler: '/usr/bin/rustc', args: args.split(' '), cwd: root, env: more.env ?? [] };
  const verdict = rustcDialect.parse(request, () => undefined);
  if (verdict.kind !== 'compile') throw new Error(verdict.reason);
  const facts = { kind: 'rustc', version: 'rustc 1', host: 'h', sysroot: '/usr' } as const;
  const reads = (): ReturnType<AwayCrate['reads']> => Promise.resolve({ files: more.files ?? ['src/lib.rs'], variables: [] });
  return {
    ...{ request, compilation: verdict.compilation, bundled: [], colours: false, reads, signal: new AbortController().signal, ...(more.reads && { reads: more.reads }) },
    compiler: { path: request.compiler, facts, crates: rustcDialect, identity: 'x' as Digest },
  };
}

async function namesOf(job: AwayCrate, maxBytes = 1e6): Promise<readonly string[] | string> {
  const set = await crateInputSetOf(job, { members: createMemberCache({ maxBytes: 1e7, watch: marksIn }), links: new Map(), maxBytes });
  if (set.kind === 'home') return set.reason;
  const listed = spawnSync('tar', ['tf', '-'], { input: inflateSync(Buffer.concat(set.archive)), encoding: 'utf8' });
  return listed.stdout.trim().split('\n').map((name) => name.replace(`${root.slice(1)}/`, '').replaceAll(/-(\d)\1{15}/g, '-$1')).sort();
}

describe('what a crate needs on a build server', () => {
  it('is its sources, the crates it is given, and those beneath, by the marks in them', async () => {
    expect(await namesOf(jobOf())).toEqual(['deps/libone-1.rmeta', 'deps/libthree-3.rmeta', 'deps/libtwo-2.rlib', 'src/lib.rs']);
  });

  it('is, where macros run, what macros read as a matter of course', async () => {
    write(`deps/libfour${mark('4')}.so`, '\x7fELF');
    const env: EnvPairs = [['OUT_DIR', `${root}/out`], ['CARGO_MANIFEST_DIR', root]];
    const names = await namesOf(jobOf({ env }));
    expect(names).toEqual(expect.arrayContaining(['deps/libfour-4.so', 'Cargo.toml', 'out/made.rs']));
    expect(names).not.toContain('out/native/x.o');
  });

  it('is also what bears no mark', async () => {
    write('deps/libplain.rlib', '!<arch>\n');
    expect(await namesOf(jobOf())).toContain('deps/libplain.rlib');
  });

  it('is the folder of what a build script left, where it is empty too', async () => {
    mkdirSync(join(root, 'empty'));
    expect(await namesOf(jobOf({ env: [['OUT_DIR', `${root}/empty`]] }))).toContain('empty/');
  });

  it.each<readonly [string, () => AwayCrate, RegExp]>([
    ['the compiler says nothing', () => jobOf({ reads: () => Promise.resolve(undefined) }), /does not say what it will read/],
    ['a source is gone', () => jobOf({ files: ['src/lib.rs', 'gone.rs'] }), /gone.rs is not a file/],
    ['a source is of this machine', () => jobOf({ files: ['/proc/self/status'] }), /exists only here/],
  ])('is not to be had when %s', async (_, job, reason) => {
    expect(await namesOf(job())).toMatch(reason);
  });

  it('is not sent when it is too much', async () => {
    expect(await namesOf(jobOf(), 20)).toMatch(/more than 20 bytes/);
  });
});

it.each<readonly [string, string, readonly string[]]>([
  ['metadata', metadata('1', '2'), [mark('1'), mark('2')]],
  ['an archive', `!<arch>\n${metadata('3')}`, [mark('3')]],
  ['a source', `// ${mark('4')}`, []],
  ['a program', `\x7fELF${mark('4')}`, []],
  ['nothing', '', []],
])('marks in %s', (_, content, marks) => {
  expect([...marksIn(Buffer.from(content, 'latin1'))]).toEqual(marks);
});
