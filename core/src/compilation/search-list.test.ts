import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readSearchList } from './search-list.js';

const text = `Using built-in specs.
 /usr/lib/gcc/cc1 -E -quiet -v -I inc /dev/null
ignoring nonexistent directory "sys"
ignoring duplicate directory "real"
ignoring duplicate directory "/usr/include"
  as it is a non-system directory that duplicates a system directory
#include "..." search starts here:
 q q
#include <...> search starts here:
 inc
 /usr/include
End of search list.
COMPILER_PATH=/usr/lib
`;

describe('readSearchList', () => {
  it('reads gcc', () => {
    expect(readSearchList(text)).toEqual({ quoted: ['q q'], angled: ['inc', '/usr/include'], missing: ['sys'] });
  });

  it('reads clang when nothing is searched for both kinds of names', () => {
    expect(readSearchList('ignoring nonexistent directory "C:/sys"\r\n#include "..." search starts here:\r\n q\r\nEnd of search list.\r\n')).toEqual({ quoted: ['q'], angled: [], missing: ['C:/sys'] });
  });

  it.each([
    ['nothing', ''],
    ['a list without an end', text.replace('End of search list.', '')],
    ['another language', text.replace('search starts here', 'Suche beginnt hier')],
    ['frameworks', text.replace(' inc\n', ' /Library/Frameworks (framework directory)\n')],
  ])('%s is no list', (_name, stderr) => {
    expect(readSearchList(stderr)).toBeUndefined();
  });

  it.each(['gcc', 'clang'])('agrees with %s', (program) => {
    if (spawnSync(program, ['--version']).status !== 0) return;
    const dir = mkdtempSync(join(tmpdir(), 'search-'));
    try {
      for (const name of ['one', 'two']) mkdirSync(join(dir, name));
      symlinkSync('one', join(dir, 'again'));
      const args = ['-Ione', '-Inowhere', '-Iagain', '-iquote', 'two', '-E', '-v', '-x', 'c', '/dev/null'];
      const { stderr } = spawnSync(program, args, { cwd: dir, env: { PATH: process.env['PATH'] ?? '', LC_ALL: 'C' } });
      const list = readSearchList(stderr.toString());
      expect(list?.quoted).toEqual(['two']);
      expect(list?.angled[0]).toBe('one');
      expect(list?.angled).toContain('/usr/include');
      expect(list?.missing).toContain('nowhere');
      expect(list?.angled).not.toContain('again');
    } finally {
      rmSync(dir, { recursive: true });
    }
  });
});
