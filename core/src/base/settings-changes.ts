// Knows: in what two readings of one settings file differ, and what of that can be taken over by a daemon that runs.
// Refuses to know: files, and what any key means.

export interface SettingsChanges {
  /** Keys as they stand in the file: taken over at once. */
  readonly live: readonly string[];
  /** Keys that count at the next start. */
  readonly restart: readonly string[];
}

/** How a key of the settings is called in the file, and whether a daemon that runs can take it over. */
export interface KeyManner {
  readonly key?: string;
  readonly live?: boolean;
}

function same(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (a instanceof Uint8Array && b instanceof Uint8Array) return a.byteLength === b.byteLength && a.every((byte, at) => byte === b[at]);
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  const [left, right] = [a as Readonly<Record<string, unknown>>, b as Readonly<Record<string, unknown>>];
  const names = new Set([...Object.keys(left), ...Object.keys(right)]);
  return [...names].every((name) => same(left[name], right[name]));
}

const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** Compares by content. A key without a manner is called by its own name in the file and needs a restart. */
export function settingsChanges<T extends object>(before: T, after: T, manners: { readonly [K in keyof T]?: KeyManner }): SettingsChanges {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])] as (keyof T & string)[];
  const changed = names.filter((name) => !same(before[name], after[name]));
  const keysOf = (live: boolean): string[] => {
    const some = changed.filter((name) => (manners[name]?.live ?? false) === live);
    return [...new Set(some.map((name) => manners[name]?.key ?? snake(name)))];
  };
  return { live: keysOf(true), restart: keysOf(false) };
}

/** Changes in place what is in force, for those keys that can change while a daemon runs. @returns all differences */
export function takeOver<T extends object>(current: T, next: T, manners: { readonly [K in keyof T]?: KeyManner }): SettingsChanges {
  const changes = settingsChanges(current, next, manners);
  Object.assign(current, Object.fromEntries(Object.entries(next).filter(([name]) => manners[name as keyof T]?.live === true)));
  return changes;
}
