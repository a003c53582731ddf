// The same table stands in core/native/frames_selftest.cc; the bytes between them are in fixtures/launcher-frames/vectors.txt.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { isFault } from '../base/index.js';
import {
  createFrameSplitter,
  decodeFromLauncher,
  decodeToLauncher,
  encodeFromLauncher,
  encodeToLauncher,
  type FromLauncher,
  type ToLauncher,
} from './index.js';

const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);

const fromLauncher: Readonly<Record<string, FromLauncher>> = {
  knock: { kind: 'knock', secret: 'c0ffee' },
  compile: {
    kind: 'compile',
    build: '0.1.0',
    cwd: '/home/ä b',
    cwdDevice: 0x0102030405060708n,
    cwdInode: 2n ** 64n - 1n,
    umask: 0o22,
    colour: true,
    compiler: '/usr/bin/gcc',
    args: ['-c', '', 'a.c'],
    env: [
      ['PATH', '/usr/bin'],
      ['EMPTY', ''],
    ],
  },
  'compile-bare': {
    kind: 'compile',
    build: '',
    cwd: '/',
    cwdDevice: 0n,
    cwdInode: 1n,
    umask: 0,
    colour: false,
    compiler: '/c',
    args: [],
    env: [],
  },
  command: { kind: 'command', build: '0.1.0', name: 'stats', json: '{"format":"json"}' },
  stdout: { kind: 'stdout', bytes: ascii('out\n') },
  stderr: { kind: 'stderr', bytes: new Uint8Array([0, 255, 10]) },
  'ran-exited': { kind: 'ran', end: { how: 'exited', code: 3 }, wallMicros: 1_234_567 },
  'ran-killed': { kind: 'ran', end: { how: 'killed', signal: 11 }, wallMicros: 2 ** 40 },
  'ran-not-started': { kind: 'ran', end: { how: 'not-started', errno: 7 }, wallMicros: 0 },
};

const toLauncher: Readonly<Record<string, ToLauncher>> = {
  open: { kind: 'open', secret: 'c0ffee' },
  become: { kind: 'become' },
  run: { kind: 'run', how: 'helper', program: '/usr/bin/gcc', args: ['-E', 'ä.c'] },
  'run-final': { kind: 'run', how: 'final', program: '/usr/bin/gcc', args: [] },
  'run-live': { kind: 'run', how: 'live', program: '/usr/bin/rustc', args: [] },
  print: { kind: 'print', fd: 2, bytes: ascii('warning') },
  exit: { kind: 'exit', code: 255 },
  die: { kind: 'die', signal: 9 },
  wait: { kind: 'wait' },
  reply: { kind: 'reply', json: '{}' },
  land: {
    kind: 'land',
    source: '/cache/ä',
    state: { dev: 0x0102030405060708n, ino: 2n ** 64n - 1n, size: 2n ** 40n, mtimeNs: 1_700_000_000_123_456_789n, ctimeNs: 1n },
    pieces: [
      { place: '/b/a.o', offset: 4096, length: 2 ** 33, executable: false, writtenInto: false },
      { place: '/b/tool', offset: 0, length: 0, executable: true, writtenInto: false },
      { place: '/b/ä.d', offset: 100, length: 20, executable: false, writtenInto: true },
    ],
  },
  'land-nothing': { kind: 'land', source: '', state: { dev: 0n, ino: 0n, size: 0n, mtimeNs: 0n, ctimeNs: 0n }, pieces: [] },
};

const unhex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'hex'));
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

const vectors = new Map(
  readFileSync(new URL('../../../fixtures/launcher-frames/vectors.txt', import.meta.url), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.split(' ') as [string, string]),
);

describe('golden vectors', () => {
  it('names every message of the tables and nothing else', () => {
    expect([...vectors.keys()].sort()).toEqual([...Object.keys(fromLauncher), ...Object.keys(toLauncher)].sort());
  });
  it.each(Object.entries(fromLauncher))('%s', (name, message) => {
    expect(hex(encodeFromLauncher(message))).toBe(vectors.get(name));
    expect(decodeFromLauncher(unhex(vectors.get(name) ?? '').subarray(4))).toEqual(message);
  });
  it.each(Object.entries(toLauncher))('%s', (name, message) => {
    expect(hex(encodeToLauncher(message))).toBe(vectors.get(name));
    expect(decodeToLauncher(unhex(vectors.get(name) ?? '').subarray(4))).toEqual(message);
  });
});

describe('what is frozen', () => {
  it('become is become, whatever a later version puts into it', () => {
    expect(decodeToLauncher(new Uint8Array([0x81, 1, 2, 3]))).toEqual({ kind: 'become' });
  });
  it('the greeting of another protocol is read, the rest is not', () => {
    const frame = encodeFromLauncher({ kind: 'skewed', protocol: 77, build: '9.9.9' });
    const payload = Buffer.concat([frame.subarray(4), Buffer.from('what a later version has to say')]);
    expect(decodeFromLauncher(payload)).toEqual({ kind: 'skewed', protocol: 77, build: '9.9.9' });
  });
});

describe('hostile frames', () => {
  const malformed: readonly [string, readonly number[]][] = [
    ['nothing', []],
    ['unknown kind', [0x70]],
    ['a text longer than the frame', [0x00, 0xff, 0xff, 0xff, 0x7f]],
    ['not UTF-8', [0x00, 1, 0, 0, 0, 0xff]],
    ['left over', [0x00, 0, 0, 0, 0, 1]],
    ['an unknown end', [0x05, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]],
  ];
  it.each(malformed)('%s', (_name, bytes) => {
    expect(() => decodeFromLauncher(new Uint8Array(bytes))).toThrowError(expect.objectContaining({ code: 'WIRE_MALFORMED' }) as Error);
  });
  it('a huge count is refused before anything is made', () => {
    for (const text of ['82 00 00000000 ffffffff', `88 00000000 ${'00'.repeat(40)} ffffffff`]) {
      const payload = Buffer.from(text.replaceAll(' ', ''), 'hex');
      expect(() => decodeToLauncher(payload)).toThrowError(expect.objectContaining({ code: 'WIRE_MALFORMED' }) as Error);
    }
  });
  it('a flag that nobody knows is refused', () => {
    const frame = encodeToLauncher({ ...(toLauncher['land'] as Extract<ToLauncher, { kind: 'land' }>) });
    frame[frame.length - 1] = 4;
    expect(() => decodeToLauncher(frame.subarray(4))).toThrowError(expect.objectContaining({ code: 'WIRE_MALFORMED' }) as Error);
  });
});

describe('splitting', () => {
  const frames = Object.values(toLauncher).map(encodeToLauncher);
  const stream = Buffer.concat(frames);
  it.each([1, 2, 3, 5, 7, 64, stream.length])('pieces of %d bytes', (size) => {
    const splitter = createFrameSplitter();
    const seen: string[] = [];
    for (let at = 0; at < stream.length; at += size) {
      for (const frame of splitter.push(stream.subarray(at, at + size))) seen.push(hex(frame));
    }
    expect(seen).toEqual(frames.map((frame) => hex(frame.subarray(4))));
  });
  it('refuses a length beyond the limit as soon as it is seen', () => {
    const splitter = createFrameSplitter(10);
    let thrown: unknown;
    try {
      splitter.push(new Uint8Array([11, 0, 0, 0]));
    } catch (caught) {
      thrown = caught;
    }
    expect(isFault(thrown, 'WIRE_TOO_LARGE')).toBe(true);
  });
  it('refuses a frame without a kind', () => {
    expect(() => createFrameSplitter().push(new Uint8Array(4))).toThrowError();
  });
});
