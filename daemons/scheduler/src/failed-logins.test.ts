import { beforeEach, describe, expect, it } from 'vitest';
import { createFailedLogins, type FailedLogins } from './failed-logins.js';

const clock = { now: 0, monotonicMs: () => clock.now };
let logins: FailedLogins;
beforeEach(() => {
  clock.now = 1_000;
  logins = createFailedLogins(clock);
});
const fail = (ip: string, times: number): void => {
  for (let i = 0; i < times; i++) logins.failed(ip);
};

describe('an address', () => {
  it('may show ten wrong tokens, then one every six seconds', () => {
    fail('10.0.0.1', 9);
    expect(logins.mayTry('10.0.0.1', 't')).toBe(true);
    fail('10.0.0.1', 1);
    expect([logins.mayTry('10.0.0.1', 't'), logins.mayTry('10.0.0.2', 't')]).toEqual([false, true]);
    clock.now += 5_999;
    expect(logins.mayTry('10.0.0.1', 't')).toBe(false);
    clock.now += 1;
    expect(logins.mayTry('10.0.0.1', 't')).toBe(true);
    fail('10.0.0.1', 1);
    expect(logins.mayTry('10.0.0.1', 't')).toBe(false);
    clock.now += 60_000;
    fail('10.0.0.1', 9);
    expect(logins.mayTry('10.0.0.1', 't')).toBe(true);
  });

  it('of IPv6 counts with its neighbours', () => {
    fail('2001:db8:0:1::1', 10);
    expect(['2001:db8:0:1:ffff::2', '2001:db8:0:2::1'].map((ip) => logins.mayTry(ip, 't'))).toEqual([false, true]);
  });
});

it('a token that was right passes for an hour, wherever it comes from', () => {
  logins.worked('good');
  fail('10.0.0.1', 500);
  expect([logins.mayTry('10.0.0.1', 'good'), logins.mayTry('10.0.0.1', 'Good')]).toEqual([true, false]);
  clock.now += 3_600_000;
  fail('10.0.0.1', 10);
  expect(logins.mayTry('10.0.0.1', 'good')).toBe(false);
});

it('forgets the oldest addresses and tokens, and no more', () => {
  fail('10.0.0.1', 10);
  logins.worked('first');
  for (let i = 0; i < 9_999; i++) {
    fail(`10.1.${i >> 8}.${i & 255}`, 1);
    logins.worked(`token ${i}`);
  }
  expect(logins.mayTry('10.0.0.1', 't')).toBe(false);
  fail('10.2.0.0', 10);
  logins.worked('last');
  expect(logins.mayTry('10.0.0.1', 't')).toBe(true);
  expect([logins.mayTry('10.2.0.0', 'first'), logins.mayTry('10.2.0.0', 'last')]).toEqual([false, true]);
});
