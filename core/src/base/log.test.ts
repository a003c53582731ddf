import { describe, expect, it } from 'vitest';
import { type LogFields, type LogLevel, logLevels, logTo, silentLog } from './log.js';

describe('log', () => {
  it.each([
    ['off', []],
    ['error', ['error']],
    ['info', ['error', 'warn', 'info']],
    ['trace', ['error', 'warn', 'info', 'debug', 'trace']],
  ] as const)('at %s writes %j', (limit, expected) => {
    const written: LogLevel[] = [];
    const log = logTo(limit, (level) => written.push(level));
    for (const level of logLevels) log[level]('a sentence');
    expect(written).toEqual(expected);
  });

  it('passes sentence and fields on', () => {
    const written: unknown[] = [];
    const fields: LogFields = { job: 7, server: undefined };
    logTo('debug', (...line) => written.push(line)).debug('a sentence', fields);
    expect(written).toEqual([['debug', 'a sentence', fields]]);
  });

  it('can be silent', () => {
    expect(() => silentLog.error('nobody hears this')).not.toThrow();
  });
});
