import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { digestOf } from '../base/index.js';
import { createSettling } from './settling.js';

describe('settling', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());
  const [key, other] = [digestOf('key'), digestOf('other')];

  it('is waited for under its key, whatever comes of it', async () => {
    const settling = createSettling();
    for (const finish of ['resolve', 'reject'] as const) {
      let end: () => void = () => undefined;
      const work = new Promise<void>((resolve, reject) => {
        end = finish === 'resolve' ? resolve : () => reject(new Error('disk'));
      });
      settling.note(key, work).catch(() => undefined);
      let waited = false;
      const wait = settling.wait(key).then(() => (waited = true));
      await settling.wait(other);
      expect(waited).toBe(false);
      end();
      await wait;
      await settling.wait(key);
    }
  });

  it('is not waited for without end', async () => {
    const settling = createSettling();
    void settling.note(key, new Promise(() => undefined));
    const wait = settling.wait(key);
    await vi.advanceTimersByTimeAsync(2_001);
    await wait;
  });
});
