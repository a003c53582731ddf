import { describe, expect, it } from 'vitest';
import { createJobTable } from './job-table.js';
import { createSlots } from './slots.js';

const patient = new AbortController().signal;

describe('createSlots', () => {
  it('hands places out in order, and one again when one comes back', async () => {
    const slots = createSlots({ count: 2, queue: 5, waitMs: 10_000 });
    const order: string[] = [];
    const [first, second] = [await slots.take(patient), await slots.take(patient)];
    const third = slots.take(patient).then((free) => (order.push('third'), free));
    const fourth = slots.take(patient).then((free) => (order.push('fourth'), free));
    expect(slots.busy).toBe(2);
    first();
    first();
    (await third)();
    (await fourth)();
    second();
    expect(order).toEqual(['third', 'fourth']);
    expect(slots.busy).toBe(0);
  });

  it('refuses when too many wait, when it takes too long, and when nobody waits any more', async () => {
    const slots = createSlots({ count: 1, queue: 1, waitMs: 30 });
    const free = await slots.take(patient);
    const waiting = slots.take(patient);
    await expect(slots.take(patient)).rejects.toMatchObject({ code: 'NO_CAPACITY' });
    await expect(waiting).rejects.toMatchObject({ code: 'NO_CAPACITY' });
    const stop = new AbortController();
    const cancelled = slots.take(stop.signal);
    stop.abort();
    await expect(cancelled).rejects.toMatchObject({ code: 'CANCELLED' });
    free();
    expect(slots.busy).toBe(0);
    (await slots.take(patient))();
  });
});

describe('createJobTable', () => {
  it('lets go of what it forgets, overwrites or hands over no archive twice', () => {
    let now = 0;
    const released: string[] = [];
    const table = createJobTable(() => now);
    const job = (name: string) => ({ archiveId: name, release: () => void released.push(name) });
    table.assign(1, job('a'));
    table.assign(1, job('b'));
    expect(released).toEqual(['a']);
    table.assign(18446744073709551615n, job('c'));
    expect(table.take(18446744073709551615n)?.archiveId).toBe('c');
    expect(table.take(18446744073709551615n)).toBeUndefined();
    now = 31 * 60_000;
    table.assign(2, job('d'));
    expect(released).toEqual(['a', 'b']);
    expect([table.find(1), table.find(2)?.archiveId, table.size]).toEqual([undefined, 'd', 1]);
    for (let id = 10; id < 10_020; id++) table.assign(id, job('x'));
    expect(table.size).toBe(10_000);
    expect(released).toContain('d');
  });

  it('expects nobody for a job of whose client nothing has been heard for a minute, and serves it all the same', () => {
    let now = 0;
    const table = createJobTable(() => now);
    const job = { archiveId: 'a', release: () => undefined };
    table.assign(1, job);
    table.assign(2, job);
    now = 59_000;
    expect(table.expected).toEqual([1, 2]);
    table.renew(1);
    table.renew(7);
    now = 61_000;
    expect(table.expected).toEqual([1]);
    expect([table.find(2)?.archiveId, table.find(7)]).toEqual(['a', undefined]);
    now = 119_000;
    expect(table.expected).toEqual([]);
  });
});
