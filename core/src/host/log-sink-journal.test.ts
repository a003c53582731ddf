import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { logLevels } from '../base/index.js';
import { journalMark } from './log-sink-journal.js';

describe('journalMark', () => {
  it.each<[string, Record<string, string>, string | undefined, string]>([
    ['the journal', { JOURNAL_STREAM: '8:77' }, '8:77', '<3> <4> <6> <7> <7>'],
    ['another file, as when somebody redirects it', { JOURNAL_STREAM: '8:77' }, '8:78', '    '],
    ['no journal', {}, '8:77', '    '],
    ['nothing', { JOURNAL_STREAM: '8:77' }, undefined, '    '],
  ])('standard error is %s', (_, env, stream, marks) => {
    expect(logLevels.map(journalMark(env, stream)).join(' ')).toBe(marks);
  });

  it('knows standard error as stat does', () => {
    const stat = spawnSync('stat', ['-L', '-c', '%d:%i', '/proc/self/fd/2'], { stdio: ['ignore', 'pipe', 'inherit'], encoding: 'utf8' });
    expect(journalMark({ JOURNAL_STREAM: stat.stdout.trim() })('error')).toBe('<3>');
  });
});
