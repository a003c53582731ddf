import { describe, expect, it } from 'vitest';
import { spellSeconds, statusText } from './status-text.js';

describe('spellSeconds', () => {
  it.each([[0, '0 s'], [59, '59 s'], [60, '1 min'], [3599, '59 min'], [3600, '1 h'], [86_399, '23 h'], [200_000, '2 d']])('%i', (seconds, words) => {
    expect(spellSeconds(seconds)).toBe(words);
  });
});

describe('statusText', () => {
  it('shows servers of ours and of sccache, errors, and who is gone', () => {
    const text = statusText('http://h/', {
      scheduler: { version: '1.2.3', up_seconds: 7200, stopping: true },
      num_servers: 2,
      num_cpus: 10,
      in_progress: 3,
      servers: [
        {
          server: '10.0.0.1:10501', state: 'draining', cpus: 8, slots: 10, jobs: { assigning: 1, pending: 1, ready: 0, started: 3 }, seen_seconds_ago: 4, placed: 99, version: '1.2.3',
          mode: 'root', up_seconds: 90_000, jobs_done: 95, jobs_failed: 1, toolchains: ['a', 'b'], toolchain_bytes: 3 * 1024 ** 3,
          last_error: { message: 'disk\nfull \u001b[31mred', seconds_ago: 61 },
        },
        {
          server: '10.0.0.2:10501', state: 'serving', cpus: 2, slots: 3, jobs: { assigning: 0, pending: 0, ready: 0, started: 0 }, seen_seconds_ago: 29, placed: 0, version: null, mode: null,
          up_seconds: null, jobs_done: null, jobs_failed: null, toolchains: ['a'], toolchain_bytes: null, last_error: null,
        },
      ],
      lost: [{ server: '10.0.0.3:10501', why: 'silent', seconds_ago: 100 }],
    });
    expect(text).toBe(
      [
        'Scheduler http://h/, version 1.2.3, up 2 h, being stopped',
        '2 build servers, 10 processors, 3 jobs',
        '',
        'Server          State     Jobs  Waiting  Done  Failed  Toolchains   Seen  Up   Mode  Version',
        '10.0.0.1:10501  draining  3/10  2        95    1       2 (3.0 GiB)  4 s   1 d  root  1.2.3',
        '10.0.0.2:10501  serving   0/3   0        ?     ?       1            29 s  ?    ?     ?',
        '',
        'Last errors:',
        '  10.0.0.1:10501, 1 min ago: disk full  [31mred',
        '',
        'Gone within the last hour:',
        '  10.0.0.3:10501, 1 min ago: was not heard of for 90 s',
      ].join('\n'),
    );
  });
});
