import { expect, it } from 'vitest';
import { ageText, namedText, tableText } from './toolchain-text.js';

it.each([[-5, '0 seconds'], [1_000, '1 second'], [59_999, '59 seconds'], [60_000, '1 minute'], [7_200_000, '2 hours'], [86_400_000 * 3, '3 days']])('%i ms are %s', (ms, text) => {
  expect(ageText(ms)).toBe(text);
});

it('lists by compiler', () => {
  const row = { digest: 'abcdefabcdef', size: '1.0 MiB', age: '1 day', made: 'packed here' };
  expect(tableText([{ ...row, compiler: '/usr/bin/gcc' }, { ...row, compiler: '-' }])).toBe(
    'COMPILER      DIGEST        SIZE     LAST USED  MADE\n-             abcdefabcdef  1.0 MiB  1 day      packed here\n/usr/bin/gcc  abcdefabcdef  1.0 MiB  1 day      packed here\n',
  );
});

it('tells what the settings name', () => {
  expect(namedText([{ compiler: '/usr/bin/gcc', archive: '/a.tar', archiveCompiler: '/bin/gcc', state: 'missing' }], ['/usr/bin/tcc'])).toBe(
    '/usr/bin/gcc is /bin/gcc in /a.tar (missing)\n/usr/bin/tcc never leaves this machine (no_dist)\n',
  );
});
