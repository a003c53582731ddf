// Knows: what of a key's parts may be kept: enough to tell whether two are equal, and no value of a variable. Pure.
// Refuses to know: which parts a key has.
import { digestOf, type KeyPart } from '@sccache-ts/core/base';

export type RecordedPart = readonly [label: string, value: string];

/** 64 bits: explanations compare, keys prove. */
const digits = 16;
/** Longer texts are told apart by a digest at their end. */
const mostText = 400;

const shortDigest = (text: string): string => digestOf(text).slice(0, digits);
const digest = /^[0-9a-f]{64}$/;

/** Text of bounded length; different texts stay different. */
export function clipped(text: string): string {
  return text.length <= mostText ? text : `${text.slice(0, mostText - digits - 1)}…${shortDigest(text)}`;
}

/** True for a value that says nothing to a reader. */
export const isDigest = (value: string): boolean => /^(?:[0-9a-f]{16}|[0-9a-f]{64})$/.test(value);

export const variableOf = (label: string): string | undefined => /^variable (.+)$/s.exec(label)?.[1];

function recordedValue({ label, value }: KeyPart): string {
  // Environments hold secrets; the label is digested too, so that equal values of two variables look different.
  if (variableOf(label) !== undefined) return shortDigest(`${label}=${value}`);
  return digest.test(value) ? value.slice(0, digits) : clipped(value);
}

export function recordedParts(parts: readonly KeyPart[]): readonly RecordedPart[] {
  return parts.map((part) => [part.label, recordedValue(part)]);
}
