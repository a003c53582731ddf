import { describe, expect, it } from 'vitest';
import type { Digest } from '../base/index.js';
import { clangDialect, type CompilerKind, gccDialect } from '../compilation/index.js';
import { foreignHostReason, noArchive } from './foreign-host.js';

function reason(line: string, platform: string, kind: CompilerKind = 'clang'): string | undefined {
  const facts = { kind, plusplus: false, version: '14', apple: platform === 'darwin' };
  const dialect = kind === 'gcc' ? gccDialect : clangDialect;
  const verdict = dialect.parse({ compiler: '/usr/bin/clang', args: line.split(' '), cwd: '/w', env: [] }, facts, () => undefined);
  if (verdict.kind !== 'compile') throw new Error(verdict.reason);
  return foreignHostReason({ compilation: verdict.compilation, compiler: { path: '/usr/bin/clang', facts, dialect, identity: 'x' as Digest } }, platform);
}

describe('a compile on a machine that is no Linux', () => {
  it.each([
    ['-c a.c', 'linux'],
    ['-c a.c --target=arm64-apple-macos11', 'darwin'],
    ['-target x86_64-apple-darwin16.0.0 -c a.c', 'darwin'],
    ['-arch arm64 --target=arm64-apple-macos11 -c a.c', 'darwin'],
    ['--target=x86_64-pc-windows-msvc -c a.c', 'win32'],
  ])('%s on %s may go', (line, platform) => {
    expect(reason(line, platform)).toBeUndefined();
  });

  it.each([
    ['-c a.c', 'darwin', /^no --target: .*--target=arm64-apple-macos11/],
    ['-arch arm64 -c a.c', 'darwin', /^no --target: /],
    ['-mmacosx-version-min=11 -c a.c', 'darwin', /^no --target: /],
    ['-c a.c', 'win32', /^no --target: .*windows-msvc/],
    ['-c a.c', 'freebsd', /^no --target: /],
  ])('%s on %s stays', (line, platform, words) => {
    expect(reason(line, platform)).toMatch(words);
  });

  it('gcc stays in any case', () => {
    expect(reason('-c a.c', 'darwin', 'gcc')).toMatch(/^gcc on macOS: /);
    expect(reason('-c a.c', 'linux', 'gcc')).toBeUndefined();
  });

  it('is told that toolchains are packed on Linux only', () => {
    expect(noArchive('darwin')).toMatch(/^no toolchain archive: .*macOS.*path_override/);
  });
});
