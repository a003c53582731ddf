import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { createCompilerProbe, createFileDigests } from '../host/index.js';
import { releaseIn, releaseOf } from './own-archive.js';

const define = (macros: Readonly<Record<string, string>>): string => Object.entries(macros).map(([name, value]) => `#define ${name} ${value}\n`).join('');

describe('which release a compiler is', () => {
  it.each<[string, Readonly<Record<string, string>>, string | undefined]>([
    ['gcc', { __VERSION__: '"12.2.0"' }, '12.2.0'],
    ['gcc of Red Hat', { __VERSION__: '"4.8.5 20150623 (Red Hat 4.8.5-44)"' }, '4.8.5'],
    ['clang', { __VERSION__: '"Clang 14.0.6"', __clang_version__: '"14.0.6 "' }, '14.0.6'],
    ['clang of Debian', { __VERSION__: '"Debian Clang 14.0.6"', __clang_version__: '"14.0.6 "' }, '14.0.6'],
    ['clang with its source', { __clang_version__: '"17.0.6 (https://example.invalid/llvm 6009708b)"' }, '17.0.6'],
    ['Apple\'s clang', { __clang_version__: '"15.0.0 (clang-1500.3.9.4)"', __apple_build_version__: '15000309' }, 'Apple\'s 15.0.0 (clang-1500.3.9.4)'],
    ['something else', { __STDC__: '1' }, undefined],
  ])('%s', (_name, macros, release) => {
    expect(releaseIn(define(macros))).toBe(release);
  });

  it.each(['gcc', 'clang'])('%s says over there what it says here', async (name) => {
    const compiler = spawnSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).stdout.trim();
    if (compiler === '') return void process.stderr.write(`skipped: which release ${name} is: it is not installed\n`);
    const env = [['PATH', process.env['PATH'] ?? '']] as const;
    const probe = createCompilerProbe({ digests: createFileDigests(Date.now) });
    const { facts } = await probe.survey({ compiler, cwd: '/', env });
    expect(releaseIn(spawnSync(compiler, ['-E', '-dM', '-x', 'c', '/dev/null'], { encoding: 'utf8' }).stdout)).toBe(releaseOf(facts));
  });
});
