import { digestOf } from '@sccache-ts/core/base';
import { describe, expect, it } from 'vitest';
import type { CompileRecord } from './record.js';
import { decodeRecord, encodeRecord, unpackParts } from './record-codec.js';
import { recordedParts } from './recorded-parts.js';

const record: CompileRecord = {
  at: 1, verdict: 'miss', place: 'home', wallMs: 2.5, settledMs: 3, cwd: '/w', input: 'a.c', key: 'k', stored: 'stored', steps: [['lookup', 0.5]],
  parts: [['argument 1', '-DX="a\nb"'], ['file é.h', '0123456789abcdef']],
};

describe('a record', () => {
  it('is one line, and comes back', async () => {
    const line = await encodeRecord(record, true);
    expect(line).not.toContain('\n');
    const { parts, ...rest } = decodeRecord(line) ?? {};
    expect({ ...rest, parts: unpackParts(parts ?? '') }).toEqual(record);
  });

  it('leaves parts out that another line has', async () => {
    const { parts: _parts, ...rest } = record;
    expect(decodeRecord(await encodeRecord(record, false))).toEqual(rest);
  });

  it('of a compile with 300 headers takes about 5 KB', async () => {
    const headers = Array.from({ length: 300 }, (_, at) => ({ label: `file /usr/include/c++/12/bits/some_part_${at}_of_it.h`, value: digestOf(String(at)) }));
    const line = await encodeRecord({ ...record, parts: recordedParts(headers) }, true);
    expect(line.length).toBeLessThan(6_000);
  });
});

describe('what is no record', () => {
  const sound = { v: 1, at: 1, verdict: 'hit', place: 'cache', wallMs: 1, settledMs: 1, cwd: '/' };
  it.each<[string, string]>([
    ['nothing', ''],
    ['half a line', JSON.stringify(sound).slice(0, 30)],
    ['two halves', `{"v":1,"at":${JSON.stringify(sound)}`],
    ['another version', JSON.stringify({ ...sound, v: 2 })],
    ['no time', JSON.stringify({ ...sound, at: null })],
    ['a name that is a number', JSON.stringify({ ...sound, input: 5 })],
    ['steps that are none', JSON.stringify({ ...sound, steps: [['lookup']] })],
    ['a list', '[]'],
    ['null', 'null'],
  ])('%s', (_name, line) => expect(decodeRecord(line)).toBeUndefined());

  it('is told from one that is sound', () => expect(decodeRecord(JSON.stringify(sound))).toMatchObject({ verdict: 'hit' }));
  it.each(['', 'AAAA', 'not base64 at all', Buffer.from('plain').toString('base64')])('parts %j', (packed) => expect(unpackParts(packed)).toBeUndefined());
});
