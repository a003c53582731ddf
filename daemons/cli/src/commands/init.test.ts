// Knows: what `sccache-ts init` says and writes in real folders, and that real CMake takes the presets. Refuses to know: the sentences.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cleanEnvironment, run, toolMissing } from '@sccache-ts/fixtures';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { CommandContext } from './context.js';
import { runCommandLine } from './perform.js';

const cli = fileURLToPath(new URL('../..', import.meta.url));
let home: string;
let out: string;
let err: string;

beforeEach(() => {
  home = realpathSync(mkdtempSync(join(tmpdir(), 'init-command-')));
  [out, err] = ['', ''];
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

function write(name: string, text = ''): void {
  const path = join(home, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
const files = (): readonly string[] => readdirSync(home, { recursive: true, encoding: 'utf8' }).sort();

function init(...words: readonly string[]): Promise<number> {
  const env = { PATH: process.env['PATH'] ?? '', HOME: home };
  const context: CommandContext = {
    env: Object.entries(env), around: { env, home, platform: 'linux' }, cwd: home, uid: 0, build: '1.2.3', script: join(cli, 'dist/main.js'),
    print: (text) => void (out += text),
    complain: (text) => void (err += text),
  };
  return runCommandLine(['init', ...words], context);
}

it('says what to do and writes nothing', async () => {
  write('Makefile');
  write('CMakeLists.txt');
  write('Cargo.toml', '[package]\nname = "one"\n');
  write('package.json', '{ "dependencies": { "re2": "1" } }');
  write('node_modules/re2/binding.gyp');
  const before = files();
  expect([await init(), err]).toEqual([0, '']);
  expect(out).toMatch(/^make \(Makefile\)\n  .* make, .*\nCMake \(CMakeLists\.txt\)\n(?:  .*\n)+cargo \(Cargo\.toml\)\n(?:  .*\n)+npm packages with machine code \(package\.json\)\n  eval .*: re2\n$/);
  expect(files()).toEqual(before);
});

it('writes what can be written, once, and leaves the rest alone', async () => {
  write('Makefile', 'all:\n');
  write('CMakeLists.txt');
  write('Cargo.toml', '[package]\nname = "one"\n');
  expect([await init('--write'), err]).toEqual([0, '']);
  expect(files()).toEqual(['.cargo', '.cargo/config.toml', 'CMakeLists.txt', 'CMakeUserPresets.json', 'Cargo.toml', 'Makefile']);
  expect(out).toContain('cmake --preset sccache-ts\n');
  const written = ['.cargo/config.toml', 'CMakeUserPresets.json'].map((name) => readFileSync(join(home, name), 'utf8'));
  out = '';
  expect([await init('--write'), err]).toEqual([0, '']);
  expect(out).toContain('names the launcher already');
  expect(out).toContain('Everything is set already.');
  expect(['.cargo/config.toml', 'CMakeUserPresets.json'].map((name) => readFileSync(join(home, name), 'utf8'))).toEqual(written);
});

it.each<[string, string]>([
  ['{ "version": 3 }\n', 'was left alone'],
  ['{ "version": 3, "configurePresets": [{ "name": "sccache-ts", "displayName": "not with /usr/bin/sccache-ts" }] }\n', 'was left alone'],
  [`{ "configurePresets": [{ "name": "a", "cacheVariables": { "CMAKE_INSTALL_PREFIX": "${cli}/bin/sccache-ts" } }] }\n`, 'was left alone'],
  ['{ "configurePresets": [{ "name": "a", "cacheVariables": { "CMAKE_C_COMPILER_LAUNCHER": { "type": "STRING", "value": "sccache-ts" } } }] }\n', 'names the launcher already'],
])('does not touch presets of the user\'s: %s', async (text, said) => {
  write('CMakeLists.txt');
  write('CMakeUserPresets.json', text);
  expect([await init('--write'), err]).toEqual([0, '']);
  expect(out).toContain(said);
  expect(readFileSync(join(home, 'CMakeUserPresets.json'), 'utf8')).toBe(text);
});

it.each<[string, () => void, string]>([
  ['a folder without a build system', () => write('README.md'), 'error: HOME: no build system that we know was found here\n'],
  ['a package.json that is none', () => write('package.json', '{'), 'sccache: error: Failed to load config file\nsccache: caused by: HOME/package.json: not JSON:'],
  ['settings of cargo\'s that are none', () => { write('CMakeLists.txt'); write('Cargo.toml', '[package]\n'); write('.cargo/config.toml', '[[['); }, 'HOME/.cargo/config.toml'],
  ['presets that are none', () => { write('CMakeLists.txt'); write('CMakePresets.json', '{'); }, 'sccache: error: Failed to load config file\nsccache: caused by: HOME/CMakePresets.json: not JSON:'],
])('%s: one clear sentence, and nothing is written', async (_, prepare, said) => {
  prepare();
  const before = files();
  expect(await init('--write')).toBe(2);
  expect(err.replaceAll(home, 'HOME')).toContain(said);
  expect(files()).toEqual(before);
});

it('gives presets that CMake takes', async ({ skip }) => {
  const missing = toolMissing('cmake') ?? toolMissing('make') ?? toolMissing('cc', 'gcc');
  skip(missing !== undefined, missing);
  write('CMakeLists.txt', 'cmake_minimum_required(VERSION 3.21)\nproject(one C)\nadd_library(one one.c)\n');
  write('one.c', 'int one(void) { return 1; }\n');
  write('CMakePresets.json', '{ "version": 3, "configurePresets": [{ "name": "plain", "generator": "Unix Makefiles", "binaryDir": "${sourceDir}/out", "cacheVariables": { "CMAKE_BUILD_TYPE": "Debug" } }] }');
  expect(await init('--write')).toBe(0);
  const done = await run('cmake', ['--preset', 'plain-sccache-ts'], { cwd: home, env: cleanEnvironment() });
  expect(done.code, done.stderr.toString()).toBe(0);
  const cache = readFileSync(join(home, 'out/CMakeCache.txt'), 'utf8');
  expect(cache).toMatch(/^CMAKE_C_COMPILER_LAUNCHER:\w+=.*sccache-ts(?:\.js)?$/m);
  expect(cache).toMatch(/^CMAKE_BUILD_TYPE:\w+=Debug$/m);
});

it('says why a file cannot be written', async () => {
  write('CMakeLists.txt');
  // Root is not kept out by permissions; a folder in the file's place keeps out everybody.
  mkdirSync(join(home, 'CMakeUserPresets.json'));
  expect(await init('--write')).toBe(2);
  expect(err).toContain(`${home}/CMakeUserPresets.json: cannot be`);
});

it('writes nothing at all where one of two files cannot be written', async () => {
  write('CMakeLists.txt');
  write('Cargo.toml', '[package]\nname = "one"\nversion = "0.1.0"\n');
  write('.cargo', 'a file in the place of a folder');
  expect(await init('--write')).toBe(2);
  expect(err).toMatch(/^error: \S+\/\.cargo\/config\.toml: cannot be written: \w+\n$/);
  expect(existsSync(join(home, 'CMakeUserPresets.json'))).toBe(false);
});
