// Knows: tables of settings: which keys there must be, which there may be, and what a mistyped one was meant to be.
// Refuses to know: single values (settings-fields.ts) and which settings there are.
import { Fault } from './fault.js';
import { nearestName } from './nearest-name.js';
import { type Field, type FieldValue, invalid, type Place, spellPath, spellPlace } from './settings-fields.js';

/** One key of a table. */
export interface Member<T> {
  readonly field: Field<unknown>;
  readonly required: boolean;
  readonly fallback: T | undefined;
}

/** A key that must be there. */
export function required<T>(field: Field<T>): Member<T> {
  return { field, required: true, fallback: undefined };
}

/** A key that may be left out; `null` in JSON counts as left out. */
export function optional<T>(field: Field<T>): Member<T | undefined>;
export function optional<T>(field: Field<T>, fallback: T): Member<T>;
export function optional<T>(field: Field<T>, fallback?: T): Member<T | undefined> {
  return { field, required: false, fallback };
}

type Members = Readonly<Record<string, Member<unknown>>>;

/** Every member is present in the result; those left out hold their fallback. */
export type TableOf<M extends Members> = { readonly [K in keyof M]: M[K] extends Member<infer T> ? T : never };

function isTable(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

function refuseUnknown(keys: readonly string[], known: readonly string[], place: Place): void {
  const key = keys.find((it) => !known.includes(it));
  if (key === undefined) return;
  const mistyped: Place = { ...place, path: [...place.path, key] };
  const nearest = nearestName(key, known);
  const where = place.path.length === 0 ? 'at the top of the file' : `in ${spellPath(place.path)}`;
  throw new Fault('SETTINGS_UNKNOWN_KEY', `${spellPlace(mistyped)}: unknown key ${spellPath(mistyped.path)}`, {
    hint: nearest === undefined ? `known ${where}: ${[...known].sort().join(', ')}` : `did you mean ${nearest}?`,
  });
}

/**
 * A table with exactly these keys.
 * @throws Fault SETTINGS_UNKNOWN_KEY naming file, line and the nearest known key; SETTINGS_INVALID
 */
export const table = <M extends Members>(members: M): Field<TableOf<M>> => (value, place) => {
  if (!isTable(value)) throw invalid(place, 'expected a table of keys, found a single value');
  refuseUnknown(Object.keys(value), Object.keys(members), place);
  const result: Record<string, unknown> = {};
  for (const [key, member] of Object.entries(members)) {
    const given = Object.hasOwn(value, key) ? value[key] : undefined;
    const at: Place = { ...place, path: [...place.path, key] };
    if (given !== undefined && given !== null) result[key] = member.field(given, at);
    else if (member.required) throw invalid(at, 'is missing');
    else result[key] = member.fallback;
  }
  return result as TableOf<M>;
};

type Variants = Readonly<Record<string, Field<object>>>;

/** The member read, with its word under `kind`. */
export type OneOf<V extends Variants> = { [K in keyof V & string]: { readonly kind: K } & FieldValue<V[K]> }[keyof V & string];

/** A table whose `type` key says which of several tables it is. The result has that word under `kind`. */
export const oneOf = <V extends Variants>(variants: V): Field<OneOf<V>> => (value, place) => {
  if (!isTable(value)) throw invalid(place, 'expected a table of keys, found a single value');
  const { type, ...rest } = value;
  const at: Place = { ...place, path: [...place.path, 'type'] };
  const known = Object.keys(variants);
  if (type === undefined || type === null) throw invalid(at, `is missing; it is one of ${known.join(', ')}`);
  const variant = typeof type === 'string' && Object.hasOwn(variants, type) ? variants[type] : undefined;
  if (variant === undefined) {
    const nearest = typeof type === 'string' ? nearestName(type, known) : undefined;
    throw invalid(
      at,
      `expected one of ${known.join(', ')}, found ${typeof type === 'string' ? JSON.stringify(type.slice(0, 60)) : 'something that is not text'}`,
      nearest === undefined ? undefined : `did you mean ${nearest}?`,
    );
  }
  return { kind: type, ...variant(rest, place) } as OneOf<V>;
};
