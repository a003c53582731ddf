import { describe, expect, it } from 'vitest';
import { type Candidate, costOf, place, slotsOf } from './placement.js';

const server = (name: string, change: Partial<Candidate> = {}) => ({
  name,
  cpus: 8,
  assigned: 0,
  toolchain: 'absent' as const,
  health: 'well' as const,
  ...change,
});
const chosen = (...servers: readonly (Candidate & { name: string })[]) => place(servers, (it) => it)?.name;

describe('slotsOf', () => {
  it.each([[1, 2], [2, 3], [7, 8], [8, 10], [16, 19], [64, 73]])('%i processors: %i', (cpus, slots) => {
    expect(slotsOf(cpus)).toBe(slots);
  });
});

describe('place', () => {
  it.each<[string, string | undefined, readonly (Candidate & { name: string })[]]>([
    ['nobody', undefined, []],
    ['the least loaded', 'b', [server('a', { assigned: 3 }), server('b', { assigned: 2 })]],
    ['load counts by processor', 'big', [server('a', { cpus: 2, assigned: 1 }), server('big', { cpus: 64, assigned: 20 })]],
    ['ties by name, whatever the order', 'a', [server('c'), server('a'), server('b')]],
    ['a full one never', undefined, [server('a', { cpus: 1, assigned: 2 })]],
    ['the last slot', 'a', [server('a', { assigned: 9 })]],
    ['the holder, while it has an idle processor', 'h', [server('a'), server('h', { assigned: 7, toolchain: 'held' })]],
    ['an idle one rather than a busy holder', 'a', [server('a'), server('h', { assigned: 9, toolchain: 'held' })]],
    ['a busy holder rather than a loaded stranger', 'h', [server('a', { assigned: 2 }), server('h', { assigned: 9, toolchain: 'held' })]],
    ['not a second upload to the same server', 'b', [server('a', { toolchain: 'arriving' }), server('b', { assigned: 9 })]],
    ['a second upload when all else is full', 'a', [server('a', { toolchain: 'arriving' }), server('b', { assigned: 10 })]],
    ['a resting one never', undefined, [server('a', { health: 'resting' })]],
    ['a due one when it is the only one', 'a', [server('a', { health: 'due' })]],
    ['a due one comes after an idle well one', 'b', [server('a', { health: 'due' }), server('b', { assigned: 7 })]],
    ['a due holder before a busy stranger', 'a', [server('a', { health: 'due', toolchain: 'held' }), server('b', { assigned: 1 })]],
  ])('%s', (_what, name, servers) => {
    expect(chosen(...servers)).toBe(name);
    expect(chosen(...[...servers].reverse())).toBe(name);
  });

  it('is never cheaper with more jobs', () => {
    for (const toolchain of ['held', 'absent', 'arriving'] as const) {
      const costs = Array.from({ length: 12 }, (_, assigned) => costOf(server('a', { assigned, toolchain })));
      expect(costs).toEqual([...costs].sort((a, b) => a - b));
    }
  });
});
