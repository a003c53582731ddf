// Knows: what is written down after a compile, so that the next one of its kind is answered by direct mode. Refuses to know: how it is looked up.
import { type CacheKey, isFault } from '../base/index.js';
import { encodeManifest, type Manifest, renamed, withResult } from '../compilation/index.js';
import type { Storage } from '../storage/index.js';
import type { EnginePorts } from './engine-ports.js';
import { manifestRole, type Near } from './near.js';
import type { Study } from './near-study.js';
import type { AskedAny } from './work.js';

const nothing = new Uint8Array();

async function putManifest(storage: Storage, key: CacheKey, manifest: Manifest): Promise<void> {
  const file = { role: manifestRole, mode: 0o600, bytes: encodeManifest(manifest) };
  await storage.put(key, { files: [file], stdout: nothing, stderr: nothing, compileMs: 0, packed: true });
}

/** A result and how far it is the same elsewhere. */
export interface Recordable {
  readonly near: Near;
  readonly learnt: Study;
  /** Where it is kept; undefined: it is not. */
  readonly entry: CacheKey | undefined;
  /** Whether it is the same in other base folders. */
  readonly shared: boolean;
}

/**
 * Remembers under which files a result was made, or that files never tell; in the manifest, and in memory where that may answer next.
 * @returns why it could not be remembered
 */
export async function recordNear(asked: AskedAny, what: Recordable, { storage, recall }: Pick<EnginePorts, 'storage' | 'recall'>): Promise<string | undefined> {
  const { near, learnt, entry, shared } = what;
  if (learnt.kind === 'doubt') return learnt.reason;
  try {
    if (learnt.kind === 'unfit') {
      if (near.manifest.unfit !== learnt.reason) await putManifest(storage, near.key, { results: [], unfit: learnt.reason });
      return learnt.reason;
    }
    const { sight } = learnt;
    const { base } = asked;
    const names = shared ? renamed(sight.remembered, (name) => base.stripName(name)) : sight.remembered;
    if (entry === undefined || names === undefined) return 'it has no place of its own';
    await putManifest(storage, near.key, withResult(near.manifest, { ...names, entry, base: base.path, shared }));
    await recall?.remember(asked, { near, entry, sight, storage });
    return undefined;
  } catch (thrown) {
    if (isFault(thrown)) return thrown.message;
    throw thrown;
  }
}
