import { describe, expect, it } from 'vitest';
import { createRunJobPrefixReader, encodeRunJobPrefix, type RunJobPrefix } from './run-job-prefix.js';

const header = {
  command: { executable: '/usr/bin/gcc', arguments: ['-c', 'a.c'], envVars: [['LANG', 'C'] as const], cwd: '/tmp' },
  outputs: ['/tmp/a.o'],
};
const archive = Uint8Array.from([0x78, 0x01, 1, 2, 3]);
const body = Buffer.concat([encodeRunJobPrefix(header), archive]);

describe('run_job prefix', () => {
  it.each([1, 2, 3, 4, 5, 7, 64, 1000])('is taken off a stream in pieces of %i', (size) => {
    const reader = createRunJobPrefixReader();
    let found: RunJobPrefix | undefined;
    const rest: Uint8Array[] = [];
    for (let at = 0; at < body.byteLength; at += size) {
      const chunk = body.subarray(at, at + size);
      if (found !== undefined) rest.push(chunk);
      else found = reader.push(chunk);
    }
    expect(found?.header).toEqual(header);
    expect(Buffer.concat([found?.rest ?? archive, ...rest])).toEqual(Buffer.from(archive));
  });

  it('begins with the big-endian length', () => {
    expect(body.readUInt32BE(0)).toBe(body.byteLength - 4 - archive.byteLength);
  });

  it('is refused by its length alone when that is beyond the limit', () => {
    const reader = createRunJobPrefixReader(1000);
    expect(() => reader.push(Uint8Array.from([0, 0, 3, 0xe9]))).toThrowError(expect.objectContaining({ code: 'WIRE_TOO_LARGE' }) as Error);
    expect(createRunJobPrefixReader(1000).push(Uint8Array.from([0, 0, 3, 0xe8]))).toBeUndefined();
    expect(() => createRunJobPrefixReader().push(Uint8Array.from([255, 255, 255, 255]))).toThrowError(/4294967295/);
  });

  it('must not lie about where the header ends', () => {
    const short = Buffer.from(body);
    short.writeUInt32BE(20, 0);
    expect(() => createRunJobPrefixReader().push(short)).toThrowError(expect.objectContaining({ code: 'WIRE_MALFORMED' }) as Error);
  });

  it('cut short is a malformed body', () => {
    const reader = createRunJobPrefixReader();
    expect(reader.push(body.subarray(0, 10))).toBeUndefined();
    expect(reader.cutShort()).toMatchObject({ code: 'WIRE_MALFORMED' });
  });
});
