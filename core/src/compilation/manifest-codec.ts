// Knows: manifests <-> bytes. Refuses to know: where they are kept.
//
//   manifest = version unfit names result-count result*      numbers are little-endian
//   version  = u8, 1
//   unfit    = text                                          empty: fit
//   text     = u32 length, that many bytes of UTF-8
//   names    = u32 count, name*                              sorted, each once
//   name     = u16 shared, u16 length, bytes                 the first `shared` UTF-16 units are those of the name before
//   result   = digest base shared reads name-list name-list name-list links      absent, nothing, present
//   base     = text
//   shared   = u8, 0 or 1
//   reads    = u32 count, (u32 name, digest)*
//   name-list = u32 count, u32*                              numbers of names
//   links    = u32 count, (u32 name, u32 target)*
//   digest   = 32 bytes
import { ByteReader, ByteWriter, type Digest, Fault, utf8Bytes } from '../base/index.js';
import type { Manifest, ManifestResult } from './manifest.js';

const version = 1;
const longestShared = 0xffff;

function writeDigest(to: ByteWriter, digest: Digest): void {
  to.bytes(Buffer.from(digest, 'hex'));
}

const readDigest = (from: ByteReader): Digest => Buffer.from(from.bytes(32)).toString('hex') as Digest;

function sharedStart(one: string, other: string): number {
  const most = Math.min(one.length, other.length, longestShared);
  let at = 0;
  while (at < most && one.charCodeAt(at) === other.charCodeAt(at)) at += 1;
  // Half a character is no text.
  return at > 0 && (one.charCodeAt(at - 1) & 0xfc00) === 0xd800 ? at - 1 : at;
}

function writeNames(to: ByteWriter, names: readonly string[]): void {
  to.u32(names.length);
  let before = '';
  for (const name of names) {
    const shared = sharedStart(before, name);
    const rest = utf8Bytes(name.slice(shared));
    to.u16(shared).u16(rest.byteLength).bytes(rest);
    before = name;
  }
}

function readNames(from: ByteReader): readonly string[] {
  const count = countOf(from, 4);
  const names: string[] = [];
  let before = '';
  for (let at = 0; at < count; at++) {
    const shared = from.u16();
    if (shared > before.length) throw new Fault('WIRE_MALFORMED', 'a name shares more than there is');
    before = before.slice(0, shared) + from.utf8(from.u16());
    names.push(before);
  }
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

/** @throws Fault IMPOSSIBLE for names longer than any path */
export function encodeManifest(manifest: Manifest): Uint8Array {
  const named = manifest.results.flatMap((it) => [
    ...it.reads.map((read) => read.name), ...it.absent, ...it.nothing, ...it.present, ...it.links.flatMap((link) => [link.name, link.target]),
  ]);
  const names = [...new Set(named)].sort();
  const numbers = new Map(names.map((name, at) => [name, at]));
  const to = new ByteWriter(64 * 1024).u8(version);
  writeText(to, manifest.unfit ?? '');
  writeNames(to, names);
  to.u32(manifest.results.length);
  const number = (name: string): number => numbers.get(name) ?? 0;
  for (const { entry, base, shared, reads, absent, nothing, present, links } of manifest.results) {
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
  }
  return to.done();
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
    return { entry, base, shared, reads, absent, nothing, present, links };
  });
  if (from.left > 0) throw new Fault('WIRE_MALFORMED', `${from.left} bytes behind a manifest`);
  return { results, unfit: unfit === '' ? undefined : unfit };
}
