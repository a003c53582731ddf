// `init` and `doctor` within this process; cargo itself through the programs that users call, with a script in cargo's place.
import { spawn } from 'node:child_process';
import { chmodSync, existsSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CommandContext } from './context.js';
import { cargoCall } from './cargo.js';
import { runCommandLine } from './perform.js';

const cli = fileURLToPath(new URL('../..', import.meta.url));
const native = join(cli, 'bin/sccache-ts');

let home: string;
let out: string;
let err: string;

beforeEach(() => {
  home = realpathSync(mkdtempSync(join(tmpdir(), 'cargo-command-')));
  [out, err] = ['', ''];
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

function write(name: string, text: string, mode = 0o644): string {
  const path = join(home, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
}
const read = (name: string): string => readFileSync(join(home, name), 'utf8');

function context(cwd = home, env: Readonly<Record<string, string>> = {}): CommandContext {
  const all = { PATH: '/usr/bin:/bin', HOME: home, ...env };
  return {
    env: Object.entries(all), around: { env: all, home, platform: 'linux' }, cwd, uid: 0, build: '1.2.3', script: join(cli, 'dist/main.js'),
    print: (text) => void (out += text),
    complain: (text) => void (err += text),
  };
}
const run = (line: string, ...more: Parameters<typeof context>): Promise<number> => runCommandLine(line.split(' '), context(...more));

describe.each(['--cargo-init', 'cargo-sccache-ts init'])('%s', (line) => {
  it('writes where the workspace begins, and does nothing the second time', async () => {
    write('Cargo.toml', '[workspace]\nmembers = ["one"]\n');
    write('one/Cargo.toml', '[package]\nname = "one"\n');
    mkdirSync(join(home, 'one/src'));
    expect([await run(line, join(home, 'one/src')), err]).toEqual([0, '']);
    expect(read('.cargo/config.toml')).toMatch(/^\[build\]\nrustc-wrapper = "\/.*\/bin\/sccache-ts(?:\.js)?"\nincremental = false\n$/);
    expect(out).toContain(join(home, '.cargo/config.toml'));
    const before = statSync(join(home, '.cargo/config.toml'), { bigint: true });
    out = '';
    expect(await run(line)).toBe(0);
    expect(out).toContain('Everything is set already.');
    expect(statSync(join(home, '.cargo/config.toml'), { bigint: true }).ino).toBe(before.ino);
  });

  it('keeps what is there: text, permissions, links, the older name', async () => {
    write('Cargo.toml', '[package]\nname = "one"\n');
    write('dotfiles/cargo', '# mine\n[build]\njobs = 3\n', 0o664);
    mkdirSync(join(home, '.cargo'));
    symlinkSync('../dotfiles/cargo', join(home, '.cargo/config'));
    const path = join(home, 'bin');
    mkdirSync(path);
    symlinkSync(existsSync(native) ? native : join(cli, 'bin/sccache-ts.js'), join(path, 'sccache-ts'));
    expect([await run(line, home, { PATH: path }), err]).toEqual([0, '']);
    expect(read('dotfiles/cargo')).toBe('# mine\n[build]\njobs = 3\nrustc-wrapper = "sccache-ts"\nincremental = false\n');
    expect(statSync(join(home, 'dotfiles/cargo')).mode & 0o777).toBe(0o664);
    expect(lstatSync(join(home, '.cargo/config')).isSymbolicLink()).toBe(true);
    expect(existsSync(join(home, '.cargo/config.toml'))).toBe(false);
  });

  it.each<[string, () => void, string]>([
    ['outside of packages', () => undefined, 'there is no Cargo.toml here or in a folder above'],
    ['a file that is no TOML', () => void (write('Cargo.toml', ''), write('.cargo/config.toml', '[build\n')), 'config.toml:1: expected'],
    ['a file that is no text', () => void (write('Cargo.toml', ''), mkdirSync(join(home, '.cargo/config.toml'), { recursive: true })), 'config.toml: cannot be read'],
  ])('refuses %s', async (_, arrange, message) => {
    arrange();
    expect(await run(line)).toBe(2);
    expect(err).toContain(message);
  });

  it('leaves another wrapper, and says so', async () => {
    write('Cargo.toml', '');
    write('.cargo/config.toml', 'build.rustc-wrapper = "sccache"\n');
    expect(await run(line)).toBe(0);
    expect(out).toContain('"sccache" already and was left alone');
    expect(read('.cargo/config.toml')).toBe('build.rustc-wrapper = "sccache"\n');
  });
});

describe.each(['--cargo-doctor', 'cargo-sccache-ts doctor'])('%s', (line) => {
  it('reads what cargo reads, the nearest first', async () => {
    write('home/config.toml', '[build]\nrustc-wrapper = "far"\nrustc-workspace-wrapper = "lint"\n');
    write('.cargo/config.toml', '[build]\nrustc-wrapper = "near"\n');
    write('Cargo.toml', '[workspace]\n[profile.dev]\nincremental = true\n');
    write('Cargo.lock', '[[package]]\nname = "cc"\n');
    write('one/Cargo.toml', '[package]\nname = "one"\n[profile.dev]\nincremental = false\n');
    expect([await run(line, join(home, 'one'), { CARGO_HOME: join(home, 'home') }), err]).toEqual([0, '']);
    expect(out.split('\n').map((text) => text.slice(0, 12).trim())).toEqual(['not cached', 'partly', 'partly', 'good to know', '']);
    for (const word of ['.cargo/config.toml:2 names the wrapper "near"', 'Cargo.toml:3', 'Cargo.lock has cc', 'home/config.toml:3 names "lint"']) expect(out).toContain(word);
  });

  it('finds nothing after init', async () => {
    write('Cargo.toml', '[package]\n');
    await run('--cargo-init');
    out = '';
    expect(await run(line)).toBe(0);
    expect(out).toBe('Nothing was found that keeps crates from the cache.\n');
  });
});

describe('which cargo', () => {
  const found = (args: readonly string[], byCargo: boolean): string => cargoCall(context(home, { PATH: join(home, 'bin'), CARGO: join(home, 'other/cargo') }), { args, byCargo }).path;

  it('is the one in PATH, or the one that has called us', () => {
    for (const name of ['bin/cargo', 'other/cargo']) write(name, '', 0o755);
    expect(found(['build'], false)).toBe(join(home, 'bin/cargo'));
    expect(found(['build'], true)).toBe(join(home, 'other/cargo'));
    expect(found(['+nightly', 'build'], true)).toBe(join(home, 'bin/cargo'));
  });

  it('is missed aloud', async () => {
    expect(await run('cargo build', home, { PATH: join(home, 'nowhere') })).toBe(2);
    expect(err).toContain('cargo: cannot find binary path');
  });
});

interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

const asCargo = (words: readonly string[]): readonly string[] => [process.execPath, join(cli, 'bin/cargo-sccache-ts.js'), 'sccache-ts', ...words];
const asOurs = (words: readonly string[]): readonly string[] => [existsSync(native) ? native : join(cli, 'bin/sccache-ts.js'), 'cargo', ...words];

describe.each([['cargo sccache-ts', asCargo], ['sccache-ts cargo', asOurs]] as const)('%s', (name, commandOf) => {
  function call(words: readonly string[], script: string, options: { readonly env?: Readonly<Record<string, string>>; readonly input?: string; readonly kill?: NodeJS.Signals } = {}): Promise<Ended> {
    write('bin/cargo', `#!/bin/sh\n${script}\n`, 0o755);
    const [program = '', ...args] = commandOf(words);
    const env = { PATH: `${join(home, 'bin')}:${dirname(process.execPath)}:/usr/bin:/bin`, HOME: home, ...options.env };
    const child = spawn(program, args, { cwd: home, env });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString();
      if (options.kill !== undefined) child.kill(options.kill);
    });
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    child.stdin.end(options.input ?? '');
    return new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
    });
  }

  it('hands cargo its words, streams and end', async () => {
    const ended = await call(['build', 'a b', '', '--', '--why'], 'printf "<%s>" "$@"; cat; echo err >&2; exit 7', { input: 'in' });
    expect(ended).toEqual({ code: 7, signal: null, stdout: '<build><a b><><--><--why>in', stderr: 'err\n' });
  });

  it('has no word of cargo\'s hidden but two, below a name of our own', async () => {
    write('Cargo.toml', '');
    for (const word of ['init', 'doctor']) {
      const { code, stdout } = await call([word], 'echo "cargo $@"');
      expect([code, stdout.startsWith('cargo ')]).toEqual([0, name === 'sccache-ts cargo']);
    }
    expect(existsSync(join(home, '.cargo/config.toml'))).toBe(name === 'cargo sccache-ts');
  });

  it('sets what was not set, and nothing else', async () => {
    const script = 'echo "$RUSTC_WRAPPER|$CARGO_INCREMENTAL|$CC"';
    expect((await call(['build'], script)).stdout).toMatch(/^\/.*\/bin\/sccache-ts(?:\.js)?\|0\|\n$/);
    expect((await call(['build'], script, { env: { RUSTC_WRAPPER: '/x/sccache', CARGO_INCREMENTAL: '1', CC: 'clang' } })).stdout).toBe('/x/sccache|1|clang\n');
  });

  it('ends by the signal that ended cargo', async () => {
    expect(await call(['build'], 'kill -KILL $$')).toMatchObject({ code: null, signal: 'SIGKILL' });
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('passes %s on', async (kill) => {
    // Ends by itself should nobody pass anything on; what comes before node listens would end node alone.
    const script = "trap 'echo told >&2; trap - INT TERM; kill -TERM $$' INT TERM; sleep 0.4; echo up; n=0; while [ $n -lt 100 ]; do sleep 0.05; n=$((n + 1)); done";
    const ended = await call(['build'], script, { kill });
    expect(ended).toMatchObject({ code: null, stderr: 'told\n' });
  });
});
