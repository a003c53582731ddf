// Knows: which files rustc, and clippy in its place, look for or make without telling. Refuses to know: disks.
import { envValue } from '@sccache-ts/core/base';
import type { CompileRequest } from '@sccache-ts/core/compilation';

/** `foo.rs` and `foo/mod.rs` are two places for one module: where one was read, the other is an error. */
function otherPlace(source: string): readonly string[] {
  if (source.endsWith('/mod.rs')) return [`${source.slice(0, -'/mod.rs'.length)}.rs`];
  return source.endsWith('.rs') ? [`${source.slice(0, -'.rs'.length)}/mod.rs`] : [];
}

/** clippy looks for its settings in a package's folder and in all above, and tells of them when it finds some. */
function clippySettings({ compiler, env }: CompileRequest): readonly string[] {
  if (!/(?:^|\/)clippy-driver$/.test(compiler)) return [];
  const names: string[] = [];
  for (let folder = envValue(env, 'CLIPPY_CONF_DIR') ?? envValue(env, 'CARGO_MANIFEST_DIR') ?? ''; folder.startsWith('/'); ) {
    const prefix = folder === '/' ? '/' : `${folder}/`;
    names.push(`${prefix}.clippy.toml`, `${prefix}clippy.toml`);
    folder = folder === '/' ? '' : folder.slice(0, Math.max(1, folder.lastIndexOf('/')));
  }
  return names;
}

export function lookedFor(request: CompileRequest, sources: readonly string[]): readonly string[] {
  const read = new Set(sources);
  return [...sources.flatMap(otherPlace), ...clippySettings(request)].filter((name) => !read.has(name));
}

/** `#[link(kind = "static")]`, also where an attribute is made by a condition. */
export const mayBundle = (source: string): boolean => /kind\s*=\s*"static/.test(source);

/** rustc links in a folder of its own, and beside the outputs, with objects that it names after its code generation units. */
export function isLinkTemporary(path: string, folder: string): boolean {
  return /\/rustc[A-Za-z0-9]{6}\//.test(path) || (path.startsWith(`${folder}/`) && /\.(?:o|bc)$/.test(path));
}
