import { expect, it } from 'vitest';
import { readRustcDepInfo } from './rustc-dep-info.js';

it.each<readonly [string, string, ReturnType<typeof readRustcDepInfo>]>([
  ['outputs, sources and each source again', '/t/a.d: src/lib.rs src/m.rs\n\n/t/liba.rlib: src/lib.rs src/m.rs\n\nsrc/lib.rs:\nsrc/m.rs:\n', { files: ['src/lib.rs', 'src/m.rs'], variables: [] }],
  ['blanks in names', 'a.d: src/a\\ b.rs /x\\ y/ä.txt\n\nsrc/a\\ b.rs:\n', { files: ['src/a b.rs', '/x y/ä.txt'], variables: [] }],
  [
    'variables, set and unset',
    'a.d: src/lib.rs\n\nsrc/lib.rs:\n\n# env-dep:CARGO_PKG_NAME=one\n# env-dep:NONE\n# env-dep:LINES=a\\nb\\\\c\\r\n# env-dep:EMPTY=\n# other: thing\n',
    {
      files: ['src/lib.rs'],
      variables: [{ name: 'CARGO_PKG_NAME', value: 'one' }, { name: 'NONE', value: undefined }, { name: 'LINES', value: 'a\nb\\c\r' }, { name: 'EMPTY', value: '' }],
    },
  ],
  ['names with a colon', 'a.d: src/a:b.rs\n', { files: ['src/a:b.rs'], variables: [] }],
  ['nothing', '', undefined],
  ['other text', 'no rules here', undefined],
  ['rules without files', 'a.d:\n', undefined],
])('reads %s', (_, text, expected) => {
  expect(readRustcDepInfo(text)).toEqual(expected);
});
