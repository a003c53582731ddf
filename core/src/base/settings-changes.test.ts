import { describe, expect, it } from 'vitest';
import { type KeyManner, settingsChanges, takeOver } from './settings-changes.js';

interface Keys {
  readonly publicAddr: { readonly host: string; readonly port: number };
  readonly secret: Uint8Array;
  readonly slots: number | undefined;
  readonly url: string;
  readonly token: string;
}
const before: Keys = { publicAddr: { host: 'a', port: 1 }, secret: new Uint8Array([1, 2]), slots: undefined, url: 'u', token: 't' };
const manners: { readonly [K in keyof Keys]?: KeyManner } = { secret: { live: true, key: 'auth' }, token: { live: true, key: 'auth' }, url: { key: 'link.url' } };

describe('settingsChanges', () => {
  it.each<[string, Partial<Keys>, readonly string[], readonly string[]]>([
    ['nothing', { publicAddr: { host: 'a', port: 1 }, secret: new Uint8Array([1, 2]) }, [], []],
    ['an inner value', { publicAddr: { host: 'a', port: 2 } }, [], ['public_addr']],
    ['a value where there was none', { slots: 3 }, [], ['slots']],
    ['bytes', { secret: new Uint8Array([1, 3]) }, ['auth'], []],
    ['fewer bytes', { secret: new Uint8Array([1]) }, ['auth'], []],
    ['one key in two values', { secret: new Uint8Array(), token: 'x' }, ['auth'], []],
    ['some of each', { token: 'x', url: 'v' }, ['auth'], ['link.url']],
  ])('%s', (_what, change, live, restart) => {
    const after = { ...before, ...change };
    expect(settingsChanges(before, after, manners)).toEqual({ live, restart });
    const current = { ...before };
    expect(takeOver(current, after, manners)).toEqual({ live, restart });
    expect(settingsChanges(before, current, manners)).toEqual({ live, restart: [] });
  });
});
