// Predicted names against those that the real rustc writes.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rustcDialect } from './rustc.js';

const asked = spawnSync('rustc', ['-vV']);
const missing = asked.status === 0 ? undefined : 'no rustc here';

const sources: Readonly<Record<string, string>> = {
  lib: 'mod part;\npub use part::P;\n',
  part: 'pub const P: (&str, Option<&str>) = (include_str!("a text.txt"), option_env!("ODD_NAME"));\n',
  main: '#[test] fn passes() {}\nfn main() {}\n',
  macros: 'extern crate proc_macro;\n#[proc_macro] pub fn seven(_: proc_macro::TokenStream) -> proc_macro::TokenStream { "7".parse().unwrap() }\n',
};

const types: readonly (readonly [words: string, source: string])[] = [
  ['--crate-type lib', 'lib'],
  ['--crate-type rlib', 'lib'],
  ['--crate-type staticlib', 'lib'],
  ['--crate-type cdylib', 'lib'],
  ['--crate-type dylib', 'lib'],
  ['--crate-type lib,staticlib --crate-type cdylib', 'lib'],
  ['--crate-type proc-macro --extern proc_macro', 'macros'],
  ['--crate-type bin', 'main'],
  ['', 'main'],
  ['--test', 'main'],
  ['--test --crate-type lib', 'main'],
];
const emits = ['dep-info,metadata', 'dep-info,link', 'dep-info,metadata,link'];
const extras = ['', '-C extra-filename=-5f0c'];

let dir = '';

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'rustc-outputs-'));
  mkdirSync(join(dir, 'src'));
  for (const [name, text] of Object.entries(sources)) writeFileSync(join(dir, `src/${name}.rs`), text);
  writeFileSync(join(dir, 'src/a text.txt'), 'text');
});
afterAll(() => rmSync(dir, { recursive: true }));

/** @returns names that were predicted, and names that stand there */
function compileOne(args: readonly string[]): { readonly predicted: readonly string[]; readonly written: readonly string[] } {
  const verdict = rustcDialect.parse({ compiler: '/usr/bin/rustc', args, cwd: dir, env: [] }, () => undefined);
  if (verdict.kind !== 'compile') throw new Error(`declined: ${verdict.reason}`);
  rmSync(join(dir, 'out'), { recursive: true, force: true });
  mkdirSync(join(dir, 'out'));
  const { status, stderr } = spawnSync('rustc', args, { cwd: dir });
  if (status !== 0) throw new Error(stderr.toString());
  return { predicted: verdict.compilation.outputs.map(({ path }) => path.replace('out/', '')).sort(), written: readdirSync(join(dir, 'out')).sort() };
}

describe.skipIf(missing !== undefined)('outputs are named as rustc names them', () => {
  it.each(types.flatMap(([words, source]) => emits.map((emit, at) => [words, emit, extras[at % 2] ?? '', source] as const)))('%s --emit=%s %s', (words, emit, extra, source) => {
    const line = `--crate-name odd_name --edition=2021 src/${source}.rs ${words} --emit=${emit} ${extra} --out-dir out -C debuginfo=0`;
    const { predicted, written } = compileOne(line.split(' ').filter((word) => word !== ''));
    expect(predicted).toEqual(written);
  });

  it('and its list of what it read is understood', () => {
    compileOne('--crate-name odd_name --edition=2021 src/lib.rs --crate-type lib --emit=dep-info,metadata --out-dir out'.split(' '));
    const reads = rustcDialect.readDepInfo(readFileSync(join(dir, 'out/odd_name.d'), 'utf8'));
    expect([...(reads?.files ?? [])].sort()).toEqual(['src/a text.txt', 'src/lib.rs', 'src/part.rs']);
    expect(reads?.variables).toEqual([{ name: 'ODD_NAME', value: undefined }]);
  });
});

it('names need a rustc', ({ skip }) => skip(missing !== undefined, missing));
