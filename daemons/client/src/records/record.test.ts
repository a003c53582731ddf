import type { CacheKey } from '@sccache-ts/core/base';
import { Fault } from '@sccache-ts/core/base';
import type { CompileReport } from '@sccache-ts/core/engine';
import { describe, expect, it } from 'vitest';
import { recordOf } from './record.js';

const request = { compiler: '/usr/bin/gcc', args: ['-c', 'a.c'], cwd: '/w', env: [['TOKEN', 'hush']] as const };
const when = { at: 5, wallMs: 12.3456, settledMs: 20.01 };

describe('recordOf', () => {
  it.each<[string, CompileReport, object]>([
    ['a decline', { outcome: 'not-compile', reason: 'linking' }, { verdict: 'not-compile', place: 'compiler', command: ['/usr/bin/gcc', '-c', 'a.c'], reason: 'linking' }],
    ['a hit', { outcome: 'hit', input: 'a.c', cwd: '/w', output: 'a.o', hitBy: 'memory', lookupMs: 0.123 }, { verdict: 'hit', place: 'cache', input: 'a.c', output: 'a.o', hitBy: 'memory', steps: [['lookup', 0.1]] }],
    ['a compile away', { outcome: 'miss', input: 'a.c', away: { kind: 'compiled', server: 'h:1' } }, { verdict: 'miss', place: 'away h:1', input: 'a.c' }],
    [
      'a compile that was to run away',
      { outcome: 'miss', input: 'a.c', away: { kind: 'fault', server: 'h:1', fault: new Fault('HTTP_TIMEOUT', 'too late') } },
      { verdict: 'miss', place: 'home', input: 'a.c', home: 'too late' },
    ],
    ['steps of the report’s own', { outcome: 'miss', input: 'a.c', compileMs: 3, steps: [['preprocess', 1], ['compile', 3]] }, { verdict: 'miss', place: 'home', input: 'a.c', steps: [['preprocess', 1], ['compile', 3]] }],
    [
      'a key and its parts',
      { outcome: 'miss', input: 'a.c', key: 'k' as CacheKey, parts: [{ label: 'language', value: 'c' }] },
      { verdict: 'miss', place: 'home', input: 'a.c', key: 'k', parts: [['language', 'c']] },
    ],
  ])('%s', (_name, report, expected) => {
    expect(recordOf(report, request, when)).toEqual({ at: 5, wallMs: 12.3, settledMs: 20, cwd: '/w', ...expected });
  });

  it('cuts long command lines short and leaves the environment out', () => {
    const record = recordOf({ outcome: 'unsupported' }, { ...request, args: Array.from({ length: 500 }, () => 'x'.repeat(1000)) }, when);
    expect(JSON.stringify(record).length).toBeLessThan(30_000);
    expect(JSON.stringify(record)).not.toContain('hush');
  });
});
