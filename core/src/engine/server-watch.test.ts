import { Fault } from '../base/index.js';
import type { HttpClient } from '../host/index.js';
import { describe, expect, it } from 'vitest';
import { createServerWatch } from './server-watch.js';

const server = { id: '10.0.0.1:10501', certificate: 'PEM' };
const rules = { everyMs: 5, answerMs: 5, misses: 2 };
type Step = number | 'silent' | 'cut';

/** Answers as told, the last answer again and again. */
function peer(...steps: readonly Step[]): { http: Pick<HttpClient, 'request'>; asked: () => number } {
  let asked = 0;
  return {
    asked: () => asked,
    http: {
      async request({ url }) {
        expect(url).toBe('https://10.0.0.1:10501/healthz');
        const step = steps[Math.min(asked, steps.length - 1)] ?? 'cut';
        asked += 1;
        await new Promise((resolve) => setTimeout(resolve, 1));
        if (step === 'silent') throw new Fault('HTTP_TIMEOUT', 'no answer');
        if (step === 'cut') throw new Fault('HTTP_UNREACHABLE', 'refused');
        return { status: step, headers: {}, body: new Uint8Array() };
      },
    },
  };
}

/** Work that lasts until somebody ends it, or for so long. */
const work = (ms: number) => (signal: AbortSignal): Promise<string> =>
  new Promise((resolve, reject) => {
    setTimeout(() => resolve('done'), ms);
    signal.addEventListener('abort', () => reject(new Error('aborted')), { once: true });
  });

describe('createServerWatch', () => {
  it.each<[string, readonly Step[], string]>([
    ['one of ours that answers', [200], 'done'],
    ['one of ours that is late now and then', [200, 'silent', 200, 'silent', 200, 'silent', 200], 'done'],
    ['one of ours that stands still', [200, 'silent'], 'given up'],
    ['one of ours that is cut off', [200, 'cut'], 'given up'],
    ['sccache\'s that knows no such path', [404], 'done'],
    ['sccache\'s that is busy', [404, 'silent'], 'done'],
    ['one that says nothing from the start', ['silent'], 'given up'],
    ['sccache\'s that is cut off', [404, 'cut'], 'given up'],
    ['one that was never there', ['cut'], 'given up'],
  ])('%s', async (_what, steps, end) => {
    const { http } = peer(...steps);
    const done = createServerWatch(http, rules).during(server, undefined, work(end === 'done' ? 150 : 5_000));
    if (end === 'done') expect(await done).toBe('done');
    else await expect(done).rejects.toMatchObject({ code: 'HTTP_TIMEOUT', message: expect.stringContaining('did not say that it lives') as string });
  });

  it('does not ask for each of many short works one after the other', async () => {
    const { http, asked } = peer(200);
    const watch = createServerWatch(http, { ...rules, everyMs: 10_000 });
    for (let at = 0; at < 20; at++) await watch.during(server, undefined, work(1));
    expect(asked()).toBe(1);
  });

  it('asks once for all that work there at the same time, and not at all when nobody does', async () => {
    const { http, asked } = peer(200);
    const watch = createServerWatch(http, { ...rules, everyMs: 20 });
    await Promise.all([1, 2, 3, 4].map(() => watch.during(server, undefined, work(100))));
    const all = asked();
    expect(all).toBeGreaterThan(1);
    expect(all).toBeLessThan(12);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(asked()).toBe(all);
  });

  it('leaves the words to whoever cancels, and to the work itself', async () => {
    const watch = createServerWatch(peer(200).http, rules);
    const cancel = new AbortController();
    const done = watch.during(server, cancel.signal, work(5_000));
    cancel.abort();
    await expect(done).rejects.toThrow('aborted');
    await expect(watch.during(server, undefined, () => Promise.reject(new Error('own words')))).rejects.toThrow('own words');
  });
});
