import { describe, expect, it } from 'vitest';
import { ByteWriter } from '../base/index.js';
import { heartbeatRequestCodec } from './scheduler-codec.js';
import { reportedHeartbeatCodec, reportedToolchains, type ServerReport } from './server-report.js';

const beat = { jwtKey: new Uint8Array(32).fill(1), numCpus: 4, serverNonce: 9n, certDigest: new Uint8Array(32).fill(2), certPem: new Uint8Array([3, 4]) };
const report: ServerReport = {
  conduct: 'draining', version: '1.2.3', mode: 'root', slots: 5, running: 2, done: 10, failed: 1, toolchains: ['ab'.repeat(32)], toolchainBytes: 77, upSeconds: 12,
  lastError: { message: 'no room', agoSeconds: 3 }, jobs: [1, 1_700_000_000_000_000],
};
const withText = (text: string, announced = Buffer.byteLength(text)): Uint8Array => {
  const to = new ByteWriter();
  to.bytes(heartbeatRequestCodec.encode(beat)).bytes(Buffer.from('sccache-ts report')).u64(announced).bytes(Buffer.from(text));
  return to.done();
};

describe('a heartbeat with a report', () => {
  it('goes there and back', () => {
    expect(reportedHeartbeatCodec.decode(reportedHeartbeatCodec.encode({ ...beat, report }))).toEqual({ ...beat, report });
  });

  it('is a heartbeat like any other to those who know of no reports', () => {
    expect(heartbeatRequestCodec.decode(reportedHeartbeatCodec.encode({ ...beat, report }))).toEqual(beat);
    expect(reportedHeartbeatCodec.encode({ ...beat, report: undefined })).toEqual(heartbeatRequestCodec.encode(beat));
    expect(reportedHeartbeatCodec.decode(heartbeatRequestCodec.encode(beat))).toEqual({ ...beat, report: undefined });
  });

  it.each<[string, Uint8Array]>([
    ['other bytes', Buffer.concat([heartbeatRequestCodec.encode(beat), Buffer.from('something else entirely')])],
    ['a few bytes', Buffer.concat([heartbeatRequestCodec.encode(beat), Buffer.from([1])])],
    ['no JSON', withText('{')],
    ['JSON of something else', withText('[]')],
    ['null', withText('null')],
    ['an unknown conduct', withText('{"conduct":"sulking"}')],
    ['a length beyond the end', withText('{"conduct":"serving"}', 1_000_000)],
    ['a length beyond reason', withText('{"conduct":"serving"}', 2 ** 52)],
  ])('%s behind it is no report', (_what, bytes) => {
    expect(reportedHeartbeatCodec.decode(bytes)).toEqual({ ...beat, report: undefined });
  });

  it('takes what makes sense of what a stranger writes, within bounds', () => {
    const hostile = {
      conduct: 'serving', version: `1\n\u001b[31m${'x'.repeat(1000)}`, slots: -1, running: 1e400, done: '7', failed: 1.5, extra: {}, jobs: [1, 'x'],
      toolchains: ['../../etc', 5, ...Array.from({ length: 1000 }, () => 'cd'.repeat(32))], lastError: { message: ['no'], agoSeconds: 2 },
    };
    const { report: read } = reportedHeartbeatCodec.decode(withText(JSON.stringify(hostile)));
    expect(read).toMatchObject({ conduct: 'serving', slots: 0, running: 0, done: 0, failed: 0, mode: '', lastError: { message: '', agoSeconds: 2 } });
    expect(read?.version).toMatch(/^1 \[31mx+$/);
    expect(read?.version.length).toBeLessThanOrEqual(300);
    expect(read?.toolchains).toEqual(Array.from({ length: reportedToolchains - 2 }, () => 'cd'.repeat(32)));
  });
});
