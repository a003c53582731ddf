import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rustcDialect } from '../../../adapters/cargo/src/index.js';
import { type Digest, type EnvPairs, isFault } from '../base/index.js';
import { createMemberCache } from '../host/index.js';
import type { RunJobReply } from '../wire/index.js';
import { crateErrand, crateHomeOnly } from './crate-errand.js';
import { marksIn } from './crate-input-set.js';
import type { AwayCrate } from './ports.js';

let root = '';
beforeAll(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'crate-errand-')));
  writeFileSync(join(root, 'lib.rs'), 'pub fn a() {}\n');
});
afterAll(() => rmSync(root, { recursive: true }));

const version = 'rustc 1.2.3 (abc 2026-01-01)';
const underCargo: EnvPairs = [['CARGO', '/c'], ['SECRET_TOKEN', 'hush'], ['CARGO_MAKEFLAGS', '-j']];

function jobOf(more: { readonly words?: string; readonly env?: EnvPairs; readonly compiler?: string } = {}): AwayCrate {
  const args = `${more.words ?? ''} --crate-name a --crate-type lib --emit=dep-info,metadata,link --out-dir out lib.rs`.trim().split(' ');
  const request = { compiler: more.compiler ?? '/home/u/.cargo/bin/rustc', args, cwd: root, env: more.env ?? underCargo };
  const verdict = rustcDialect.parse(request, () => undefined);
  if (verdict.kind !== 'compile') throw new Error(verdict.reason);
  const facts = { kind: 'rustc', version, host: 'h', sysroot: '/sys' } as const;
  const reads = (): ReturnType<AwayCrate['reads']> => Promise.resolve({ files: ['lib.rs'], variables: [{ name: 'WORD', value: 'x' }] });
  const compiler = { path: request.compiler, facts, crates: rustcDialect, identity: 'x' as Digest };
  return { request, compilation: verdict.compilation, compiler, bundled: [], colours: false, reads, signal: new AbortController().signal };
}

interface Said {
  readonly code?: number;
  readonly stderr?: string;
  readonly files?: Readonly<Record<string, string>>;
}

const list = (body: string): string => `out/a.d: ${body}\n\n${body}:\n`;
const made = { 'a.d': `${list('lib.rs')}# env-dep:WORD=x\n`, 'liba.rmeta': `rust${version}`, 'liba.rlib': `!<arch>${version}` };

function replyOf({ code = 0, stderr = '', files = made }: Said): RunJobReply {
  const outputs = Object.entries(files).map(([name, text]): [string, { compressed: Uint8Array; uncompressedLength: number }] => [join(root, 'out', name), { compressed: deflateSync(text), uncompressedLength: text.length }]);
  return { kind: 'Complete', output: { code, stdout: new Uint8Array(), stderr: Buffer.from(stderr) }, outputs };
}

async function packed(job: AwayCrate) {
  const errand = crateErrand(job, { members: createMemberCache({ maxBytes: 1e6, watch: marksIn }), maxBytes: 1e6 });
  const archive = (): Promise<undefined> => Promise.resolve(undefined);
  const done = await errand.pack({ kind: 'ready', own: false, archiveId: 'x' as never, executable: '/sys/bin/rustc', links: new Map(), archive });
  if (done.kind === 'home') throw new Error(done.reason);
  return { errand, done };
}

const told = async (said: Said, job = jobOf()): Promise<string> => {
  const { done } = await packed(job);
  try {
    const verified = await done.verify(replyOf(said));
    return verified.kind === 'good' ? 'good' : verified.reason;
  } catch (thrown) {
    return isFault(thrown) ? thrown.code : String(thrown);
  }
};

describe('a crate sent to a build server', () => {
  it('is compiled by the rustc of its sysroot, without secrets and jobservers', async () => {
    const { errand, done } = await packed(jobOf());
    expect(errand.compiler).toMatchObject({ path: '/sys/bin/rustc', sysroot: '/sys', kind: 'rustc' });
    expect(done.header.command).toMatchObject({ executable: '/sys/bin/rustc', cwd: root, envVars: [['CARGO', '/c']] });
    expect([...done.header.outputs].sort()).toEqual(['a.d', 'liba.rlib', 'liba.rmeta'].map((name) => join(root, 'out', name)));
  });

  it.each<readonly [string, Said, string | RegExp]>([
    ['all is as it should be', {}, 'good'],
    ['cargo is told of outputs', { stderr: '{"$message_type":"artifact","artifact":"x"}\n' }, 'good'],
    ['there are warnings, which cargo has laid out alike everywhere', { stderr: '{"$message_type":"diagnostic"}\n' }, 'good'],
    ['the compiler fails', { code: 1, stderr: 'error: no\n' }, 'the compiler exited with 1'],
    ['a crate is missing there', { code: 1, stderr: '{"$message_type":"diagnostic","message":"can\'t find crate for `b`"}\n' }, 'an input may be missing there: can\'t find crate for `b`'],
    ['a file is missing there', { code: 101, stderr: 'error: couldn\'t read `x`\n' }, /^an input may be missing there: error: couldn't read/],
    ['another file is read there', { files: { ...made, 'a.d': `${list('lib.rs /etc/x.rs')}# env-dep:WORD=x\n` } }, 'only one side has read: /etc/x.rs'],
    ['a file is not read there', { files: { ...made, 'a.d': `out/a.d: \nout/b: /x.rs\n# env-dep:WORD=x\n` } }, /^only one side has read/],
    ['a variable is another there', { files: { ...made, 'a.d': `${list('lib.rs')}# env-dep:WORD=y\n` } }, 'a variable is another there: WORD'],
    ['a variable is not asked for there', { files: { ...made, 'a.d': list('lib.rs') } }, 'a variable is another there: WORD'],
    ['a variable is asked for there alone', { files: { ...made, 'a.d': `${made['a.d']}# env-dep:MORE\n` } }, 'a variable is read there alone'],
    ['another rustc was at work', { files: { ...made, 'liba.rmeta': 'rust rustc 1.2.4' } }, 'another rustc was at work there'],
    ['the list is missing', { files: { 'liba.rmeta': made['liba.rmeta'], 'liba.rlib': made['liba.rlib'] } }, 'RESULT_DOUBTFUL'],
    ['the list is none', { files: { ...made, 'a.d': 'what' } }, 'RESULT_DOUBTFUL'],
    ['an output is missing', { files: { 'a.d': made['a.d'], 'liba.rmeta': made['liba.rmeta'] } }, 'RESULT_DOUBTFUL'],
    ['an output comes that nobody asked for', { files: { ...made, 'libb.rlib': 'x' } }, 'RESULT_DOUBTFUL'],
  ])('is believed or not when %s', async (_, said, verdict) => {
    expect(await told(said)).toEqual(typeof verdict === 'string' ? verdict : expect.stringMatching(verdict));
  });

  it('is repeated for its warnings where they may be laid out for a terminal', async () => {
    const warned = { stderr: 'warning: x\n' };
    expect(await told(warned, jobOf({ env: [] }))).toBe('the compiler wrote diagnostics');
    expect(await told(warned, jobOf({ env: [], words: '--diagnostic-width=80' }))).toBe('good');
    expect(await told({}, jobOf({ env: [] }))).toBe('good');
  });
});

it.each<readonly [string, AwayCrate | (() => AwayCrate), string | undefined]>([
  ['a library', () => jobOf(), undefined],
  ['an executable', () => jobOf({ words: '--crate-type bin' }), 'a linker takes part'],
  ['code for this processor', () => jobOf({ words: '-C target-cpu=native' }), 'the code depends on the processor'],
  ['clippy', () => jobOf({ words: '/t/bin/rustc', compiler: '/t/bin/clippy-driver' }), 'another program stands in for rustc'],
])('%s', (_, job, reason) => {
  expect(crateHomeOnly(typeof job === 'function' ? job() : job)).toBe(reason);
});
