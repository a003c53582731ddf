// Knows: which programs are no compiler of ours, and which compile crates, by name alone. Refuses to know: what a name that says nothing stands
// for.
import { envValue } from '../base/index.js';
import type { CompileRequest } from '../compilation/index.js';

const others: ReadonlySet<string> = new Set([
  'rustc', 'clippy-driver', 'nvcc', 'cudafe++', 'cicc', 'ptxas', 'nvc', 'nvc++',
]);
const caches = /^(ccache|sccache|distcc|icecc)/;

const fileName = (path: string): string => path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);

/** `clang-cl-14.exe` -> `clang-cl`. */
const stemOf = (path: string): string => fileName(path).replace(/\.exe$/i, '').replace(/-[0-9][0-9.]*$/, '');

/**
 * Whether a request is for a compiler of crates: `rustc` or `clippy-driver`, or a program that cargo puts before one (RUSTC_WORKSPACE_WRAPPER),
 * whose first argument is then the rustc.
 */
export function rustcOf({ compiler, args, env }: Pick<CompileRequest, 'compiler' | 'args' | 'env'>): { readonly wrapped: string | undefined } | undefined {
  const [first = ''] = args;
  const wraps = envValue(env, 'CARGO') !== undefined && !first.startsWith('-') && !first.startsWith('@') && stemOf(first) === 'rustc';
  if (wraps) return { wrapped: first };
  return ['rustc', 'clippy-driver'].includes(stemOf(compiler)) ? { wrapped: undefined } : undefined;
}

/** Whether a request is for rustc by its own name, with nothing in its place. */
export const isRustcItself = (request: Pick<CompileRequest, 'compiler' | 'args' | 'env'>): boolean => stemOf(request.compiler) === 'rustc' && rustcOf(request)?.wrapped === undefined;

/**
 * Whether a request speaks in cl's manner: by the driver's name (`clang-cl-14`, `x86_64-pc-windows-msvc-clang-cl`, `cl.exe`), or because it says so.
 * A compiler of another kind does not know `--driver-mode`.
 */
export function speaksCl({ compiler, args }: Pick<CompileRequest, 'compiler' | 'args'>): boolean {
  const mode = args.filter((word) => word.startsWith('--driver-mode=')).at(-1);
  return mode === undefined ? /(?:^|-)cl$/i.test(stemOf(compiler)) : mode === '--driver-mode=cl';
}

/**
 * Why a program is refused without being run: a phrase that continues its path; undefined when it may be a gcc or clang.
 * @param path as the caller resolved it
 * @param real where its links lead
 */
export function refusedByName(path: string, real: string): string | undefined {
  const behind = caches.exec(fileName(real))?.[1];
  // Behind such a link another cache would run, and with it everything that this one would decide.
  if (behind !== undefined) return `leads to ${fileName(real)}, which is a compiler cache or distributor and no compiler`;
  const stem = stemOf(path);
  return others.has(stem) ? `${stem} is not supported` : undefined;
}
