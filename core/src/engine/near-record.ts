// Knows: what is written down after a compile, so that the next one of its kind is answered by direct mode. Refuses to know: how it is looked up.
import { type CacheKey, isFault } from '../base/index.js';
import { type BaseFolder, encodeManifest, type Manifest, renamed, withResult } from '../compilation/index.js';
import type { Storage } from '../storage/index.js';
import { manifestRole, type Near } from './near.js';
import type { Study } from './near-study.js';

const nothing = new Uint8Array();

async function putManifest(storage: Storage, key: CacheKey, manifest: Manifest): Promise<void> {
  const file = { role: manifestRole, mode: 0o600, bytes: encodeManifest(manifest) };
  await storage.put(key, { files: [file], stdout: nothing, stderr: nothing, compileMs: 0, packed: true });
}

/** A result and how far it is the same elsewhere. */
export interface Recordable {
  /** Where it is kept; undefined: it is not. */
  readonly entry: CacheKey | undefined;
  readonly base: BaseFolder;
  readonly shared: boolean;
  readonly storage: Storage;
}

/**
 * Remembers under which files a result was made, or that files never tell.
 * @returns why it could not be remembered
 */
export async function recordNear(near: Near, learnt: Study, { entry, base, shared, storage }: Recordable): Promise<string | undefined> {
  if (learnt.kind === 'doubt') return learnt.reason;
  try {
    if (learnt.kind === 'unfit') {
      if (near.manifest.unfit !== learnt.reason) await putManifest(storage, near.key, { results: [], unfit: learnt.reason });
      return learnt.reason;
    }
    const names = shared ? renamed(learnt.remembered, (name) => base.stripName(name)) : learnt.remembered;
    if (entry !== undefined && names !== undefined) await putManifest(storage, near.key, withResult(near.manifest, { ...names, entry, base: base.path, shared }));
    return undefined;
  } catch (thrown) {
    if (isFault(thrown)) return thrown.message;
    throw thrown;
  }
}
