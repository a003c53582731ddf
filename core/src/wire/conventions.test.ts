import { describe, expect, it } from 'vitest';
import { Fault } from '../base/index.js';
import { isArchiveId } from './archive-id.js';
import { errorBody, negotiate, parseJobId } from './conventions.js';

describe('negotiation', () => {
  it.each([
    [undefined, 'bincode'],
    ['', 'bincode'],
    ['*/*', 'bincode'],
    ['text/html', 'bincode'],
    ['application/*', 'bincode'],
    ['application/octet-stream', 'bincode'],
    ['application/json', 'json'],
    ['Application/JSON; charset=utf-8', 'json'],
    ['application/json, */*', 'bincode'],
    ['application/json, application/octet-stream', 'bincode'],
    ['application/json;q=0.5, application/octet-stream;q=0.4', 'json'],
    ['application/json;q=0.4, */*;q=0.5', 'bincode'],
    ['application/json;q=0', 'bincode'],
    ['application/octet-stream;q=0, */*', 'json'],
    ['application/json;q=7', 'json'],
    ['application/json;q=0.4', 'json'],
    [`${'x/y,'.repeat(100_000)}application/json`, 'bincode'],
  ])('%s', (accept, expected) => {
    expect(negotiate(accept)).toBe(expected);
  });
});

describe('error bodies', () => {
  it('follow the causes inward', () => {
    const inner = new Error('inner');
    const thrown = new Fault('HTTP_STATUS', 'outermost', { cause: inner });
    expect(JSON.stringify(errorBody(thrown))).toBe('{"description":"outermost","cause":{"description":"inner","cause":null}}');
  });

  it.each([undefined, null])('%s has a description too', (thrown) => {
    expect(errorBody(thrown)).toEqual({ description: 'unknown error', cause: null });
  });

  it('end, even when the causes run in a circle', () => {
    const thrown = new Error('round');
    thrown.cause = thrown;
    expect(JSON.stringify(errorBody(thrown)).length).toBeLessThan(2000);
  });
});

describe('ids in paths', () => {
  it.each([
    ['0', 0],
    ['9007199254740991', 9007199254740991],
    ['9007199254740992', 9007199254740992n],
    ['18446744073709551615', 18446744073709551615n],
    ['18446744073709551616', undefined],
    ['-1', undefined],
    ['1.0', undefined],
    ['0x10', undefined],
    ['', undefined],
    [' 1', undefined],
  ])('job %j → %s', (text, id) => {
    expect(parseJobId(text)).toBe(id);
  });

  it.each(['', '../../etc/passwd', 'A'.repeat(64), 'a'.repeat(63), 'a'.repeat(65), `${'a'.repeat(64)}\n`, `${'a'.repeat(63)}/`])(
    '%j is no archive id',
    (text) => {
      expect(isArchiveId(text)).toBe(false);
    },
  );
});
