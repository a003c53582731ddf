// Knows: manifests <-> bytes. Refuses to know: where they are kept.
//
//   manifest = version unfit names result-count result*      numbers are little-endian
//   version  = u8, 3
//   unfit    = text                                          empty: fit
//   text     = u32 length, that many bytes of UTF-8
//   names    = u32 count, text                               each once, with a NUL between them, which no name of a file has
//   result   = digest base shared reads name-list name-list name-list links conditions      absent, nothing, present
//   base     = text
//   shared   = u8, 0 or 1
//   reads    = u32 count, (u32 name, digest)*
//   name-list = u32 count, u32*                              numbers of names
//   links    = u32 count, (u32 name, u32 target)*
//   conditions = u32 count, (text, u8 0 or 1, digest if 1)*
//   digest   = 32 bytes
//
// Names share long beginnings; to make use of that is left to whoever packs the bytes. All are translated in one piece: one by one they
// cost more than the rest of a miss.
import { ByteReader, ByteWriter, type Digest, Fault, utf8Bytes } from '../base/index.js';
import type { Manifest, ManifestResult } from './manifest.js';

const version = 3;
const between = '\0';

function writeDigest(to: ByteWriter, digest: Digest): void {
  to.bytes(Buffer.from(digest, 'hex'));
}

const readDigest = (from: ByteReader): Digest => Buffer.from(from.bytes(32)).toString('hex') as Digest;

function readNames(from: ByteReader): readonly string[] {
  const count = from.u32();
  const text = from.utf8(from.u32());
  const names = count === 0 && text === '' ? [] : text.split(between);
  if (names.length !== count) throw new Fault('WIRE_MALFORMED', `${names.length} names where ${count} were announced`);
  return names;
}

/** @param unit least bytes that each thing takes */
function countOf(from: ByteReader, unit: number): number {
  const count = from.u32();
  if (count > from.left / unit) throw new Fault('WIRE_MALFORMED', `${count} things do not fit ${from.left} bytes`);
  return count;
}

function writeText(to: ByteWriter, text: string): void {
  const bytes = utf8Bytes(text);
  to.u32(bytes.byteLength).bytes(bytes);
}

/** @param number of a name */
function writeResult(to: ByteWriter, { entry, base, shared, reads, absent, nothing, present, links, conditions }: ManifestResult, number: (name: string) => number): void {
  writeDigest(to, entry);
  writeText(to, base);
  to.bool(shared);
  to.u32(reads.length);
  for (const { name, digest } of reads) writeDigest(to.u32(number(name)), digest);
  for (const list of [absent, nothing, present]) {
    to.u32(list.length);
    for (const name of list) to.u32(number(name));
  }
  to.u32(links.length);
  for (const { name, target } of links) to.u32(number(name)).u32(number(target));
  to.u32(conditions.length);
  for (const { name, value } of conditions) {
    writeText(to, name);
    to.bool(value !== undefined);
    if (value !== undefined) writeDigest(to, value);
  }
}

export function encodeManifest(manifest: Manifest): Uint8Array {
  const numbers = new Map<string, number>();
  const number = (name: string): number => {
    const known = numbers.get(name);
    if (known !== undefined) return known;
    numbers.set(name, numbers.size);
    return numbers.size - 1;
  };
  const results = new ByteWriter(64 * 1024);
  for (const result of manifest.results) writeResult(results, result, number);
  const to = new ByteWriter(64 * 1024).u8(version);
  writeText(to, manifest.unfit ?? '');
  to.u32(numbers.size);
  writeText(to, [...numbers.keys()].join(between));
  return to.u32(manifest.results.length).bytes(results.done()).done();
}

/** @throws Fault WIRE_MALFORMED */
export function decodeManifest(bytes: Uint8Array): Manifest {
  const from = new ByteReader(bytes);
  const found = from.u8();
  if (found !== version) throw new Fault('WIRE_MALFORMED', `a manifest of version ${found}, not ${version}`);
  const unfit = from.utf8(from.u32());
  const names = readNames(from);
  const name = (): string => {
    const it = names[from.u32()];
    if (it === undefined) throw new Fault('WIRE_MALFORMED', 'a manifest names a file that it has not');
    return it;
  };
  const listed = (): readonly string[] => Array.from({ length: countOf(from, 4) }, name);
  const results = Array.from({ length: countOf(from, 37) }, (): ManifestResult => {
    const [entry, base, shared] = [readDigest(from), from.utf8(from.u32()), from.bool()];
    const reads = Array.from({ length: countOf(from, 36) }, () => ({ name: name(), digest: readDigest(from) }));
    const [absent, nothing, present] = [listed(), listed(), listed()];
    const links = Array.from({ length: countOf(from, 8) }, () => ({ name: name(), target: name() }));
    const conditions = Array.from({ length: countOf(from, 5) }, () => ({ name: from.utf8(from.u32()), value: from.bool() ? readDigest(from) : undefined }));
    return { entry, base, shared, reads, absent, nothing, present, links, conditions };
  });
  if (from.left > 0) throw new Fault('WIRE_MALFORMED', `${from.left} bytes behind a manifest`);
  return { results, unfit: unfit === '' ? undefined : unfit };
}
