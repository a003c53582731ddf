import { describe, expect, it } from 'vitest';
import type { CrateCompilation } from '@sccache-ts/core/compilation';
import { rustcDialect } from './rustc.js';

const rest = '--crate-name a --crate-type lib --emit=dep-info,link --out-dir o src/lib.rs';

function compiled(words: string): CrateCompilation {
  const verdict = rustcDialect.parse({ compiler: '/usr/bin/rustc', args: `${words} ${rest}`.trim().split(' '), cwd: '/w', env: [['CARGO', '/c']] }, () => undefined);
  if (verdict.kind !== 'compile') throw new Error(`declined: ${verdict.reason}`);
  return verdict.compilation;
}

describe('rustc takes --color once', () => {
  it.each<readonly [string, boolean, string]>([
    ['', false, rest],
    ['', true, `${rest} --color=always`],
    ['--color=auto', true, `${rest} --color=always`],
    ['-O --color auto -C debuginfo=1', true, `-O -C debuginfo=1 ${rest} --color=always`],
    ['/t/rustc --color auto', true, `/t/rustc ${rest} --color=always`],
    ['--color auto', false, `--color auto ${rest}`],
    ['--color=never', true, `--color=never ${rest}`],
    ['--color always', true, `--color always ${rest}`],
    ['--error-format=json', true, `--error-format=json ${rest}`],
    ['--color=auto --error-format=json', true, `--color=auto --error-format=json ${rest}`],
  ])('%s with a terminal %j', (words, colours, expected) => {
    expect(rustcDialect.compileCommand(compiled(words), 'rustc', { colours }).args.join(' ')).toBe(expected);
  });
});

describe('the key', () => {
  const parts = (words: string): string => JSON.stringify(rustcDialect.keyParts(compiled(words), [], { colours: false }));

  it.each<readonly [string, string]>([
    // The same names and one file: which of the names it belongs to must be told.
    ['--extern std --extern core=/x', '--extern std=/x --extern core'],
    ['--extern b=/b --extern c=/c', '--extern c=/c --extern b=/b'],
    ['--extern b=/b', '--extern noprelude:b=/b'],
    ['-gO', '-g'],
    ['-OCopt-level=1', '-OCopt-level=2'],
    ['--target one.json', '--target two.json'],
    ['-l x', '-l y'],
    ['--cfg a', '--cfg a --cfg b'],
    ['--cfg a=b', '--cfg a --cfg b'],
  ])('tells %s from %s', (one, other) => {
    expect(parts(one)).not.toBe(parts(other));
  });

  it.each<readonly [string, string]>([
    ['-gO', '-g -O'],
    ['-OCopt-level=1', '-O -C opt-level=1'],
    ['--extern b=/b', '--extern=b=/elsewhere/b'],
    ['--target /here/one.json', '--target=/there/one.json'],
    ['-L a -L native=b', ''],
    ['/t/rustc -O', '-O'],
  ])('takes %s for %s', (one, other) => {
    expect(parts(one)).toBe(parts(other));
  });

  it('labels what it holds, so that a miss can be explained', () => {
    expect(rustcDialect.keyParts(compiled('--cfg z --cfg y -C opt-level=1 --extern b=/b'), [['OUT_DIR', '/o'], ['HOME', '/h'], ['CARGO_PKG_NAME', 'a']], { colours: false })).toEqual([
      { label: 'crate', value: 'a' },
      { label: 'crate types', value: 'lib' },
      { label: 'source name', value: 'src/lib.rs' },
      { label: 'working directory', value: '/w' },
      { label: 'colours', value: 'false' },
      { label: 'argument 1', value: '-Copt-level=1' },
      { label: 'argument 2', value: '--extern b=' },
      { label: 'argument 3', value: '--crate-type lib' },
      { label: 'argument 4', value: '--emit dep-info,link' },
      { label: 'cfg', value: 'y' },
      { label: 'cfg', value: 'z' },
      { label: 'variable CARGO_PKG_NAME', value: 'a' },
      { label: 'variable OUT_DIR', value: '/o' },
    ]);
  });
});
