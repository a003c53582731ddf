// Knows: what is written down after a compile, so that the next one of its kind is answered by direct mode. Refuses to know: how it is looked up.
import { type CacheKey, isFault } from '../base/index.js';
import { encodeManifest, type Manifest, withResult } from '../compilation/index.js';
import type { Storage } from '../storage/index.js';
import { manifestRole, type Near } from './near.js';
import type { Study } from './near-study.js';

const nothing = new Uint8Array();

async function putManifest(storage: Storage, key: CacheKey, manifest: Manifest): Promise<void> {
  const file = { role: manifestRole, mode: 0o600, bytes: encodeManifest(manifest) };
  await storage.put(key, { files: [file], stdout: nothing, stderr: nothing, compileMs: 0, packed: true });
}

/**
 * Remembers under which files a result was made, or that files never tell. @param entry where the result is kept
 * @returns why it could not be remembered
 */
export async function recordNear(near: Near, learnt: Study, { entry, storage }: { readonly entry: CacheKey | undefined; readonly storage: Storage }): Promise<string | undefined> {
  if (learnt.kind === 'doubt') return learnt.reason;
  try {
    if (learnt.kind === 'unfit') {
      if (near.manifest.unfit !== learnt.reason) await putManifest(storage, near.key, { results: [], unfit: learnt.reason });
      return learnt.reason;
    }
    if (entry !== undefined) await putManifest(storage, near.key, withResult(near.manifest, { ...learnt.remembered, entry }));
    return undefined;
  } catch (thrown) {
    if (isFault(thrown)) return thrown.message;
    throw thrown;
  }
}
