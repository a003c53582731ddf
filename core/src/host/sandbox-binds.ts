// Knows: how a job's root is put together of mounts of single folders where no overlay is to be had: the job's own folder is
// the root, and what the toolchain has is mounted into it, read-only. Refuses to know: the disk (the caller's layers look there).
import { Fault } from '../base/index.js';
import type { Entry, Layer, Segments } from './root-view.js';

/** A layer whose directories can be listed. */
export interface ListedLayer extends Layer {
  names(segments: Segments): readonly string[];
}

export interface BindPlan {
  /** For bubblewrap. */
  readonly options: readonly string[];
  /** To be made in the job's folder before, the outermost first. */
  readonly directories: readonly { readonly segments: Segments; readonly mode: number }[];
}

/** As bubblewrap will reach the two folders. */
export interface BindSources {
  readonly upper: string;
  readonly lower: string;
}

/** A job whose files lie among thousands of the toolchain's would need a mount for each of them. */
const mostMounts = 2000;

/** Where the sandbox mounts by itself, or jobs write. */
const ours = new Set(['proc', 'dev', 'tmp']);

/**
 * Where both have a directory, its entries are mounted one by one, so that the job can write beside them. Anything else
 * that the job has stands instead of what the toolchain has. Empty directories are made anew, so that jobs can write in them.
 * @throws Fault SANDBOX_FAILED
 */
export function planBinds(upper: Layer, lower: ListedLayer, sources: BindSources): BindPlan {
  const options: string[] = ['--bind', sources.upper, '/'];
  const directories: { segments: Segments; mode: number }[] = [];
  let mounts = 0;

  function bring(segments: Segments, entry: Entry): void {
    const path = segments.join('/');
    if (entry.kind === 'symlink') options.push('--symlink', lower.readlink(segments), `/${path}`);
    else if (entry.kind === 'directory' && (lower.names(segments).length === 0 || (segments.length === 1 && ours.has(path)))) {
      directories.push({ segments, mode: entry.mode });
      walk(segments);
    } else if (entry.kind === 'directory' || entry.kind === 'file') {
      mounts += 1;
      if (mounts > mostMounts) throw new Fault('SANDBOX_FAILED', `the job has files among more than ${mostMounts} of the toolchain's, near /${path}; without overlay file systems that is too many`);
      options.push('--ro-bind', `${sources.lower}/${path}`, `/${path}`);
    }
  }

  function walk(parent: Segments): void {
    for (const name of lower.names(parent)) {
      const segments = [...parent, name];
      const [below, above] = [lower.lstat(segments), upper.lstat(segments)];
      if (below === undefined) continue;
      if (above === undefined) bring(segments, below);
      else if (above.kind === 'directory' && below.kind === 'directory') walk(segments);
    }
  }

  walk([]);
  return { options, directories };
}
