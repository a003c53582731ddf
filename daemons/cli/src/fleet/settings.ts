// Knows: that a daemon of the fleet cannot start without its settings file. Refuses to know: what stands in it.
import { Fault, type SettingsDocument } from '@sccache-ts/core/base';
import { readSettingsFile, withSecretFiles } from '@sccache-ts/core/host';

/** Of both daemons; each may be named by its file instead. */
const secrets = [
  ['client_auth', 'token'],
  ['server_auth', 'token'],
  ['server_auth', 'secret_key'],
  ['scheduler_auth', 'token'],
  ['scheduler_auth', 'key'],
];

/**
 * @returns the settings, and the absolute paths of the secrets' files that they name
 * @throws Fault SETTINGS_UNREADABLE, SETTINGS_SYNTAX, and what `decode` throws
 */
export async function loadWithFiles<T>(path: string, decode: (document: SettingsDocument) => T): Promise<{ readonly settings: T; readonly files: readonly string[] }> {
  const document = await readSettingsFile(path);
  if (document === undefined) throw new Fault('SETTINGS_UNREADABLE', `Could not load config: ${path}: there is no such file`);
  const read = await withSecretFiles(document, secrets);
  return { settings: decode(read.document), files: read.files };
}

/** As `loadWithFiles`, without the files. */
export const loadSettings = async <T>(path: string, decode: (document: SettingsDocument) => T): Promise<T> => (await loadWithFiles(path, decode)).settings;
