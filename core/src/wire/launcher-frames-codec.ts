// Knows: launcher frames <-> bytes; the grammar stands in launcher-frames.ts. Refuses to know: who reads or sends them.
import { ByteReader, ByteWriter, type EnvPairs, Fault, utf8Bytes } from '../base/index.js';
import {
  type ChildEnd, type FromLauncher, type LandOrder, type LandPiece, launcherProtocol, maxFrameLength, type RunHow, type ToLauncher,
} from './launcher-frames.js';

const ends = ['exited', 'killed', 'not-started'] as const;

function readText(reader: ByteReader): string {
  return reader.utf8(reader.u32());
}

function readTexts(reader: ByteReader): string[] {
  const count = reader.u32();
  if (count > reader.left / 4) throw new Fault('WIRE_MALFORMED', `${count} texts do not fit the ${reader.left} bytes that are left`);
  return Array.from({ length: count }, () => readText(reader));
}

function readEnv(reader: ByteReader): EnvPairs {
  const texts = readTexts(reader);
  if (texts.length % 2 !== 0) throw new Fault('WIRE_MALFORMED', 'an environment has a name without a value');
  const pairs: [string, string][] = [];
  for (let i = 0; i + 1 < texts.length; i += 2) pairs.push([texts[i] ?? '', texts[i + 1] ?? '']);
  return pairs;
}

function readEnd(reader: ByteReader): ChildEnd {
  const how = ends[reader.u8()];
  const value = reader.u32();
  if (how === 'exited') return { how, code: value };
  if (how === 'killed') return { how, signal: value };
  if (how === 'not-started') return { how, errno: value };
  throw new Fault('WIRE_MALFORMED', 'a child ended in an unknown way');
}

function readCompile(reader: ByteReader, build: string): FromLauncher {
  const cwd = readText(reader);
  const cwdDevice = reader.u64();
  const cwdInode = reader.u64();
  const umask = reader.u32();
  const colour = reader.bool();
  const compiler = readText(reader);
  const args = readTexts(reader);
  return { kind: 'compile', build, cwd, cwdDevice, cwdInode, umask, colour, compiler, args, env: readEnv(reader) };
}

const executableFlag = 1;
const writtenIntoFlag = 2;
/** A piece with an empty name. */
const leastPiece = 4 + 8 + 8 + 1;

function readPiece(reader: ByteReader): LandPiece {
  const place = readText(reader);
  const offset = reader.safeU64();
  const length = reader.safeU64();
  const flags = reader.u8();
  if (flags > (executableFlag | writtenIntoFlag)) throw new Fault('WIRE_MALFORMED', `a piece to land has the flags ${flags}`);
  return { place, offset, length, executable: (flags & executableFlag) !== 0, writtenInto: (flags & writtenIntoFlag) !== 0 };
}

const hows: readonly RunHow[] = ['helper', 'final', 'live'];

function readHow(reader: ByteReader): RunHow {
  const number = reader.u8();
  const how = hows[number];
  if (how === undefined) throw new Fault('WIRE_MALFORMED', `a child cannot be run in way ${number}`);
  return how;
}

function readLand(reader: ByteReader): ToLauncher {
  const source = readText(reader);
  const state = { dev: reader.u64(), ino: reader.u64(), size: reader.u64(), mtimeNs: reader.u64(), ctimeNs: reader.u64() };
  const count = reader.u32();
  if (count > reader.left / leastPiece) throw new Fault('WIRE_MALFORMED', `${count} pieces do not fit the ${reader.left} bytes that are left`);
  return { kind: 'land', source, state, pieces: Array.from({ length: count }, () => readPiece(reader)) };
}

/** Throws Fault WIRE_MALFORMED when anything is left over: both sides have the same grammar, so it must not be. */
function whole<Message>(reader: ByteReader, message: Message): Message {
  if (reader.left > 0) throw new Fault('WIRE_MALFORMED', `${reader.left} bytes are left over in a launcher frame`);
  return message;
}

/** @param payload a frame without its length  @throws Fault WIRE_MALFORMED */
export function decodeFromLauncher(payload: Uint8Array): FromLauncher {
  const reader = new ByteReader(payload);
  const kind = reader.u8();
  switch (kind) {
    case 0x00:
      return whole(reader, { kind: 'knock', secret: readText(reader) });
    case 0x01:
    case 0x02: {
      const protocol = reader.u32();
      const build = readText(reader);
      if (protocol !== launcherProtocol) return { kind: 'skewed', protocol, build };
      if (kind === 0x01) return whole(reader, readCompile(reader, build));
      return whole(reader, { kind: 'command', build, name: readText(reader), json: readText(reader) });
    }
    case 0x03:
      return { kind: 'stdout', bytes: reader.bytes(reader.left) };
    case 0x04:
      return { kind: 'stderr', bytes: reader.bytes(reader.left) };
    case 0x05:
      return whole(reader, { kind: 'ran', end: readEnd(reader), wallMicros: reader.safeU64() });
    default:
      throw new Fault('WIRE_MALFORMED', `no launcher frame has the kind ${kind}`);
  }
}

/** @param payload a frame without its length  @throws Fault WIRE_MALFORMED */
export function decodeToLauncher(payload: Uint8Array): ToLauncher {
  const reader = new ByteReader(payload);
  const kind = reader.u8();
  switch (kind) {
    case 0x80:
      return whole(reader, { kind: 'open', secret: readText(reader) });
    case 0x81:
      return { kind: 'become' };
    case 0x82:
      return whole(reader, { kind: 'run', how: readHow(reader), program: readText(reader), args: readTexts(reader) });
    case 0x83: {
      const fd = reader.u8();
      if (fd !== 1 && fd !== 2) throw new Fault('WIRE_MALFORMED', `there is no printing to descriptor ${fd}`);
      return { kind: 'print', fd, bytes: reader.bytes(reader.left) };
    }
    case 0x84:
      return whole(reader, { kind: 'exit', code: reader.u8() });
    case 0x85:
      return whole(reader, { kind: 'die', signal: reader.u8() });
    case 0x86:
      return whole(reader, { kind: 'wait' });
    case 0x87:
      return whole(reader, { kind: 'reply', json: readText(reader) });
    case 0x88:
      return whole(reader, readLand(reader));
    default:
      throw new Fault('WIRE_MALFORMED', `no daemon frame has the kind ${kind}`);
  }
}

function writeText(writer: ByteWriter, text: string): ByteWriter {
  const bytes = utf8Bytes(text);
  return writer.u32(bytes.byteLength).bytes(bytes);
}

function writeTexts(writer: ByteWriter, texts: readonly string[]): ByteWriter {
  writer.u32(texts.length);
  for (const text of texts) writeText(writer, text);
  return writer;
}

function writeLand(writer: ByteWriter, { source, state, pieces }: LandOrder): ByteWriter {
  writeText(writer, source).u64(state.dev).u64(state.ino).u64(state.size).u64(state.mtimeNs).u64(state.ctimeNs);
  writer.u32(pieces.length);
  for (const { place, offset, length, executable, writtenInto } of pieces) {
    const flags = (executable ? executableFlag : 0) | (writtenInto ? writtenIntoFlag : 0);
    writeText(writer, place).u64(offset).u64(length).u8(flags);
  }
  return writer;
}

/** Room for the length, then the kind; `finished` fills the length in. */
function begin(kind: number): ByteWriter {
  return new ByteWriter().u32(0).u8(kind);
}

function finished(writer: ByteWriter): Uint8Array {
  const bytes = writer.done();
  const length = bytes.byteLength - 4;
  if (length > maxFrameLength) throw new Fault('WIRE_TOO_LARGE', `a launcher frame of ${length} bytes is more than ${maxFrameLength}`);
  new DataView(bytes.buffer, bytes.byteOffset, 4).setUint32(0, length, true);
  return bytes;
}

/** A whole frame, length included. @throws Fault WIRE_TOO_LARGE */
export function encodeFromLauncher(message: FromLauncher): Uint8Array {
  switch (message.kind) {
    case 'knock':
      return finished(writeText(begin(0x00), message.secret));
    case 'compile': {
      const writer = writeText(begin(0x01).u32(launcherProtocol), message.build);
      writeText(writer, message.cwd).u64(message.cwdDevice).u64(message.cwdInode).u32(message.umask).bool(message.colour);
      writeTexts(writeText(writer, message.compiler), message.args);
      return finished(writeTexts(writer, message.env.flat()));
    }
    case 'command': {
      const writer = writeText(begin(0x02).u32(launcherProtocol), message.build);
      return finished(writeText(writeText(writer, message.name), message.json));
    }
    case 'skewed':
      return finished(writeText(begin(0x01).u32(message.protocol), message.build));
    case 'stdout':
      return finished(begin(0x03).bytes(message.bytes));
    case 'stderr':
      return finished(begin(0x04).bytes(message.bytes));
    case 'ran': {
      const { end } = message;
      const value = end.how === 'exited' ? end.code : end.how === 'killed' ? end.signal : end.errno;
      return finished(begin(0x05).u8(ends.indexOf(end.how)).u32(value).u64(message.wallMicros));
    }
  }
}

/** A whole frame, length included. @throws Fault WIRE_TOO_LARGE */
export function encodeToLauncher(message: ToLauncher): Uint8Array {
  switch (message.kind) {
    case 'open':
      return finished(writeText(begin(0x80), message.secret));
    case 'become':
      return finished(begin(0x81));
    case 'run':
      return finished(writeTexts(writeText(begin(0x82).u8(hows.indexOf(message.how)), message.program), message.args));
    case 'print':
      return finished(begin(0x83).u8(message.fd).bytes(message.bytes));
    case 'exit':
      return finished(begin(0x84).u8(message.code));
    case 'die':
      return finished(begin(0x85).u8(message.signal));
    case 'wait':
      return finished(begin(0x86));
    case 'reply':
      return finished(writeText(begin(0x87), message.json));
    case 'land':
      return finished(writeLand(begin(0x88), message));
  }
}
