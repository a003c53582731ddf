import { describe, expect, it } from 'vitest';
import { causeChain, Fault, isFault } from './fault.js';

describe('faults', () => {
  it('say whose they are', () => {
    expect(new Fault('WIRE_MALFORMED', 'x')).toMatchObject({ name: 'Fault', code: 'WIRE_MALFORMED', blame: 'fleet', message: 'x', hint: undefined });
    expect(new Fault('USAGE', 'x', { hint: 'y' })).toMatchObject({ blame: 'user', hint: 'y' });
    expect('cause' in new Fault('USAGE', 'x')).toBe(false);
  });

  it.each<[unknown, boolean]>([
    [new Fault('USAGE', 'x'), true],
    [{ code: 'USAGE', blame: 'user' }, true],
    [{ code: 'constructor', blame: 'user' }, false],
    [{ code: 'ENOENT', blame: 'user' }, false],
    [Object.assign(new Error('x'), { code: 'ENOENT' }), false],
    [new Error('x'), false],
    ['USAGE', false],
    [null, false],
    [undefined, false],
  ])('%s: is one %s', (thrown, yes) => {
    expect(isFault(thrown)).toBe(yes);
  });

  it('are matched by code', () => {
    expect(isFault(new Fault('USAGE', 'x'), 'USAGE')).toBe(true);
    expect(isFault(new Fault('USAGE', 'x'), 'IMPOSSIBLE')).toBe(false);
  });
});

describe('causes', () => {
  it('are told from the outside in, whatever was thrown', () => {
    expect(causeChain(new Fault('USAGE', 'a', { cause: new Error('b', { cause: 'c' }) }))).toEqual(['a', 'b', 'c']);
    expect(causeChain(undefined)).toEqual([]);
    expect(causeChain(0)).toEqual(['0']);
  });

  it('end', () => {
    const round = new Error('round');
    round.cause = round;
    expect(causeChain(round)).toHaveLength(16);
  });
});
