import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { type Action, parseArguments } from './arguments.js';
import { ownWords } from './own-words.js';

describe('parseArguments', () => {
  it.each<[string, Action]>([
    ['-s', { kind: 'show-stats', advanced: false, format: 'text' }],
    ['--show-stats', { kind: 'show-stats', advanced: false, format: 'text' }],
    ['--show-stats --stats-format json', { kind: 'show-stats', advanced: false, format: 'json' }],
    ['--stats-format=json --show-adv-stats', { kind: 'show-stats', advanced: true, format: 'json' }],
    ['--start-server', { kind: 'start-server' }],
    ['--stop-server', { kind: 'stop-server' }],
    ['-z', { kind: 'zero-stats' }],
    ['--zero-stats', { kind: 'zero-stats' }],
    ['--dist-auth', { kind: 'dist-auth' }],
    ['--dist-status', { kind: 'dist-status' }],
    ['--package-toolchain gcc out.tar.gz', { kind: 'package-toolchain', compiler: 'gcc', out: 'out.tar.gz' }],
    ['--why a.c', { kind: 'why', file: 'a.c', format: 'text' }],
    ['--why-last --stats-format json', { kind: 'why', file: undefined, format: 'json' }],
    ['--recent', { kind: 'recent', count: 20, format: 'text' }],
    ['--recent 5 --stats-format json', { kind: 'recent', count: 5, format: 'json' }],
    ['--recent --stats-format json', { kind: 'recent', count: 20, format: 'json' }],
    ['cargo build --release', { kind: 'cargo', args: ['build', '--release'], byCargo: false }],
    ['cargo --show-stats', { kind: 'cargo', args: ['--show-stats'], byCargo: false }],
    ['cargo init', { kind: 'cargo', args: ['init'], byCargo: false }],
    ['cargo', { kind: 'cargo', args: [], byCargo: false }],
    ['make -j8 all', { kind: 'tool', name: 'make', args: ['-j8', 'all'] }],
    ['cmake --help', { kind: 'tool', name: 'cmake', args: ['--help'] }],
    ['ninja', { kind: 'tool', name: 'ninja', args: [] }],
    ['node-gyp rebuild', { kind: 'tool', name: 'node-gyp', args: ['rebuild'] }],
    ['cmake-js compile', { kind: 'tool', name: 'cmake-js', args: ['compile'] }],
    ['init', { kind: 'init', write: false }],
    ['init --write', { kind: 'init', write: true }],
    ['doctor', { kind: 'doctor' }],
    ['toolchain ls', { kind: 'toolchain-ls' }],
    ['toolchain pack gcc out.tar.gz', { kind: 'package-toolchain', compiler: 'gcc', out: 'out.tar.gz' }],
    ['toolchain test gcc', { kind: 'toolchain-test', compiler: 'gcc', archive: undefined }],
    ['toolchain test gcc gcc.tar.xz', { kind: 'toolchain-test', compiler: 'gcc', archive: 'gcc.tar.xz' }],
    ['--cargo-init', { kind: 'cargo-init' }],
    ['--cargo-doctor', { kind: 'cargo-doctor' }],
    ['cargo-sccache-ts init', { kind: 'cargo-init' }],
    ['cargo-sccache-ts doctor', { kind: 'cargo-doctor' }],
    ['cargo-sccache-ts build --help', { kind: 'cargo', args: ['build', '--help'], byCargo: true }],
    ['cargo-sccache-ts +nightly init', { kind: 'cargo', args: ['+nightly', 'init'], byCargo: true }],
    ['cargo-sccache-ts -- init', { kind: 'cargo', args: ['--', 'init'], byCargo: true }],
    ['-V', { kind: 'say', text: 'sccache-ts 1.2.3\n' }],
    ['--version', { kind: 'say', text: 'sccache-ts 1.2.3\n' }],
  ])('%s', async (line, action) => {
    expect(await parseArguments(line.split(' '), '1.2.3')).toEqual(action);
  });

  it.each(['-h', '--help'])('%s names every option', async (flag) => {
    const action = await parseArguments([flag], '1.2.3');
    for (const word of ['--show-stats', '--show-adv-stats', '--start-server', '--stop-server', '--zero-stats', '--dist-auth', '--dist-status', '--package-toolchain', '--why <FILE>', '--why-last', '--recent [N]', '--cargo-init', '--cargo-doctor', 'sccache-ts cargo', '--stats-format', '--version', 'docs/settings.md']) {
      expect(action.kind === 'say' && action.text).toContain(word);
    }
  });

  it.each(['cargo-sccache-ts', 'cargo-sccache-ts --help', 'cargo-sccache-ts -h', 'init --help', 'doctor -h', 'toolchain', 'toolchain --help'])('%s tells what is ours', async (line) => {
    expect(await parseArguments(line.split(' '), '1.2.3')).toEqual({ kind: 'say', text: expect.stringMatching(/^Usage: .* sccache-ts|^Usage: sccache-ts/) as string });
  });

  it.each<[string, string]>([
    ['', 'nothing to do'],
    ['cargo-sccache-ts init --lib', "unexpected argument '--lib'"],
    ['init --force', "unexpected argument '--force'"],
    ['doctor --write', "unexpected argument '--write'"],
    ['toolchain mend', "'mend' is not a command for toolchains"],
    ['toolchain ls more', "unexpected argument 'more'"],
    ['toolchain pack gcc', 'pack takes a compiler and the archive to write'],
    ['toolchain test', 'test takes a compiler'],
    ['--cargo-init build', "unexpected argument 'build'"],
    ['--cargo-init -s', "the argument '--show-stats' cannot be used with '--cargo-init'"],
    ['--stats-format json', 'nothing to do'],
    ['-s -z', "the argument '--show-stats' cannot be used with '--zero-stats'"],
    ['--start-server --stop-server', "the argument '--start-server' cannot be used with '--stop-server'"],
    ['-s --stats-format xml', "invalid value 'xml' for '--stats-format <FMT>'"],
    ['--stats-format', 'argument missing'],
    ['--package-toolchain gcc', "--package-toolchain <EXE> <OUT> takes two values"],
    ['--package-toolchain a b c', "--package-toolchain <EXE> <OUT> takes two values"],
    ['--why', 'argument missing'],
    ['--why a.c --why-last', "the argument '--why <FILE>' cannot be used with '--why-last'"],
    ['--recent 0', "invalid value '0' for '--recent [N]'"],
    ['--recent many', "invalid value 'many' for '--recent [N]'"],
    ['--bogus', "unknown option '--bogus'"],
    ['--show-stast', '--show-stats'],
    ['-s gcc', "unexpected argument 'gcc'"],
  ])('refuses %j', async (line, message) => {
    await expect(parseArguments(line.split(' ').filter((it) => it !== ''), '1.2.3')).rejects.toMatchObject({ code: 'USAGE', message: expect.stringContaining(message) as string });
  });
});

it('the native launcher knows the same words', () => {
  const source = readFileSync(fileURLToPath(new URL('../../../../core/native/invocation.cc', import.meta.url)), 'utf8');
  const list = /isOwnWord\(std::string_view word\) \{\s*for \(const char\* own : \{([^}]*)\}/.exec(source)?.[1] ?? '';
  expect(list.match(/"[^"]*"/g)?.map((word) => word.slice(1, -1))).toEqual(ownWords);
});
