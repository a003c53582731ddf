// Knows: where tokens of logins are kept and read again: sccache's own file, and beside our settings what that file has no room for.
// Refuses to know: how a login is done.
import { dirname } from 'node:path';
import { Fault, isFault } from '@sccache-ts/core/base';
import { linkedPath, makeFolders, parseSettingsText, readSettingsFile, readWhole, writeAtomically } from '@sccache-ts/core/host';
import type { Granted } from './authorisation.js';
import { authTokensIn, checkRewritten, withAuthToken } from './cached-config.js';
import { lifeOf, tokenDigest, type TokenLife, type TokenNote } from './token-life.js';

export interface TokenPlaces {
  /** sccache's `cached-config`. */
  readonly cachedConfig: string;
  /** Ours: `{ "<auth_url>": { token, obtainedAt, expiresAt } }`. */
  readonly notes: string;
}

export interface KeptToken {
  /** Secret. */
  readonly token: string;
  readonly life: TokenLife | undefined;
}

const secretFile = 0o600;

function isNote(value: unknown): value is TokenNote {
  const { token, obtainedAt, expiresAt } = (value ?? {}) as Partial<Record<keyof TokenNote, unknown>>;
  return typeof token === 'string' && typeof obtainedAt === 'number' && typeof expiresAt === 'number';
}

/** Notes only tell when to warn, so broken ones are the same as none. */
function readNotes(path: string): Readonly<Record<string, TokenNote>> {
  try {
    const parsed: unknown = JSON.parse(readWhole(path)?.toString('utf8') ?? '{}');
    return Object.fromEntries(Object.entries(parsed ?? {}).filter((pair): pair is [string, TokenNote] => isNote(pair[1])));
  } catch {
    // Not JSON, or not ours to read.
    return {};
  }
}

/**
 * The token of a login; undefined when there is none.
 * @throws Fault SETTINGS_SYNTAX, SETTINGS_UNREADABLE
 */
export async function readKeptToken(places: TokenPlaces, authUrl: string): Promise<KeptToken | undefined> {
  const document = await readSettingsFile(places.cachedConfig);
  const tokens = document === undefined ? {} : authTokensIn(document);
  const token = Object.hasOwn(tokens, authUrl) ? tokens[authUrl] : undefined;
  if (token === undefined) return undefined;
  return { token, life: lifeOf(token, readNotes(places.notes)[authUrl]) };
}

async function writeSecret(path: string, text: string): Promise<void> {
  try {
    await makeFolders(dirname(path));
    // Who keeps the file elsewhere and has a link here keeps the link.
    await writeAtomically(linkedPath(path), text, secretFile);
  } catch (cause) {
    throw new Fault('SETTINGS_UNREADABLE', `${path}: cannot be written: ${(cause as Error).message}`, { cause });
  }
}

/**
 * Keeps a token for sccache and us. Other programs' tokens in the file stay.
 * @throws Fault SETTINGS_SYNTAX, SETTINGS_UNREADABLE, SETTINGS_INVALID; nothing is written then
 */
export async function keepToken(places: TokenPlaces, authUrl: string, given: Granted & { readonly nowMs: number }): Promise<void> {
  const { token, expiresInSeconds, nowMs } = given;
  const { cachedConfig, notes } = places;
  const old = readWhole(cachedConfig)?.toString('utf8') ?? '';
  const text = withAuthToken(old, { authUrl, token });
  const before = await parseSettingsText(cachedConfig, old);
  const after = await parseSettingsText(cachedConfig, text).catch((thrown: unknown) => {
    if (isFault(thrown, 'SETTINGS_SYNTAX')) return undefined;
    throw thrown;
  });
  checkRewritten(cachedConfig, { before: before.root, after: after?.root, authUrl, token });
  await writeSecret(cachedConfig, text);
  const note = expiresInSeconds === undefined ? [] : [[authUrl, { token: tokenDigest(token), obtainedAt: nowMs, expiresAt: nowMs + expiresInSeconds * 1000 }] as const];
  const others = Object.entries(readNotes(notes)).filter(([url]) => url !== authUrl);
  await writeSecret(notes, `${JSON.stringify(Object.fromEntries([...others, ...note]), undefined, 2)}\n`);
}
