import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { createCompilerProbe } from './compiler-probe.js';
import { createFileDigests } from './file-digests.js';

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'xcode-')));
afterAll(() => rmSync(folder, { recursive: true }));
const missing = spawnSync('clang', ['--version']).status === 0 ? undefined : 'clang is not installed';
if (missing !== undefined) process.stderr.write(`skipped: a clang that Xcode chooses: ${missing}\n`);

/** An Xcode with a clang that compiles for macOS, its version in a word of its own. */
function xcode(name: string): string {
  const bin = join(folder, name, 'Toolchains/XcodeDefault.xctoolchain/usr/bin');
  mkdirSync(bin, { recursive: true });
  writeFileSync(join(bin, 'clang'), `#!/bin/sh\n# ${name}\nexec clang --target=arm64-apple-macos11 "$@"\n`);
  chmodSync(join(bin, 'clang'), 0o755);
  return join(folder, name);
}

it.skipIf(missing !== undefined)('a compiler that stands in for the chosen one is another when another is chosen', async () => {
  const choice = join(folder, 'xcode_select_link');
  const shim = join(folder, 'clang');
  writeFileSync(shim, `#!/bin/sh\nexec '${choice}/Toolchains/XcodeDefault.xctoolchain/usr/bin/clang' "$@"\n`);
  chmodSync(shim, 0o755);
  symlinkSync(xcode('one'), choice);
  const probe = createCompilerProbe({ digests: createFileDigests(Date.now), xcodeChoice: choice });
  const survey = () => probe.survey({ compiler: shim, cwd: folder, env: [['PATH', process.env['PATH'] ?? ''], ['HOME', folder]] });
  const before = await survey();
  expect(before.parts.find(({ label }) => label === 'target')?.value).toMatch(/^arm64-apple-/);
  expect(await before.snapshot.stillSame()).toBe(true);
  rmSync(choice);
  symlinkSync(xcode('two'), choice);
  expect(await before.snapshot.stillSame()).toBe(false);
  const after = await survey();
  const chosen = (of: typeof after): string | undefined => of.parts.find(({ label }) => label === 'chosen by xcode-select')?.value as string | undefined;
  expect(chosen(before)).toBeDefined();
  expect(chosen(after)).not.toBe(chosen(before));
});
