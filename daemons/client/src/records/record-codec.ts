// Knows: how a record is written as one line of text and read back. Refuses to know: where lines are kept.
//
//   line   JSON object: "v": 1, then the members of CompileRecord, but "parts" is text:
//   parts  base64 of raw deflate of JSON: [[label, …], [value, …]]
//
// A record without "parts" whose key another line has parts for was made of those very parts.
import { promisify } from 'node:util';
import { deflateRaw, inflateRawSync } from 'node:zlib';
import type { CompileRecord } from './record.js';
import type { RecordedPart } from './recorded-parts.js';

const version = 1;
const deflate = promisify(deflateRaw);
/** Nobody has a hundred thousand headers; a damaged line must not fill the memory. */
const mostInflated = 32 * 1024 * 1024;

/** As it stands in a line: parts are unpacked only for those few records that are compared. */
export type StoredRecord = Omit<CompileRecord, 'parts'> & { readonly parts?: string };

/** @param withParts false: another line has them */
export async function encodeRecord({ parts, ...record }: CompileRecord, withParts: boolean): Promise<string> {
  const packed = parts !== undefined && withParts ? { parts: await pack(parts) } : {};
  return JSON.stringify({ v: version, ...record, ...packed });
}

async function pack(parts: readonly RecordedPart[]): Promise<string> {
  const text = JSON.stringify([parts.map(([label]) => label), parts.map(([, value]) => value)]);
  return (await deflate(text)).toString('base64');
}

const isText = (value: unknown): value is string => typeof value === 'string';
const isTexts = (value: unknown): value is readonly string[] => Array.isArray(value) && value.every(isText);
const isNumber = (value: unknown): boolean => typeof value === 'number' && Number.isFinite(value);
const isStep = (value: unknown): boolean => Array.isArray(value) && value.length === 2 && isText(value[0]) && isNumber(value[1]);

type Check = (value: unknown) => boolean;
const needed: Readonly<Record<string, Check>> = { at: isNumber, verdict: isText, place: isText, wallMs: isNumber, settledMs: isNumber, cwd: isText };
const possible: Readonly<Record<string, Check>> = {
  input: isText, output: isText, language: isText, compiler: isText, command: isTexts, reason: isText, home: isText, hitBy: isText, near: isText, unshared: isText, advice: isText,
  stored: isText, lookupFault: isText, compileFailed: (value) => value === true, key: isText, parts: isText,
  steps: (value) => Array.isArray(value) && value.every(isStep),
};

/** Undefined: half a line, or none of ours. */
export function decodeRecord(line: string): StoredRecord | undefined {
  let found: unknown;
  try {
    found = JSON.parse(line);
  } catch {
    // A daemon that was killed while writing leaves half a line.
    return undefined;
  }
  if (typeof found !== 'object' || found === null) return undefined;
  const { v, ...members } = found as Record<string, unknown>;
  const sound =
    v === version &&
    Object.entries(needed).every(([name, check]) => check(members[name])) &&
    Object.entries(possible).every(([name, check]) => members[name] === undefined || check(members[name]));
  return sound ? (members as unknown as StoredRecord) : undefined;
}

/** Undefined: damaged. */
export function unpackParts(packed: string): readonly RecordedPart[] | undefined {
  try {
    const text = inflateRawSync(Buffer.from(packed, 'base64'), { maxOutputLength: mostInflated }).toString();
    const [labels, values] = JSON.parse(text) as readonly unknown[];
    if (!isTexts(labels) || !isTexts(values) || labels.length !== values.length) return undefined;
    return labels.map((label, at) => [label, values[at] ?? '']);
  } catch {
    // As for half a line: it counts as not there.
    return undefined;
  }
}
