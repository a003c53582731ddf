// Knows: which programs are no compiler of ours, by name alone. Refuses to know: what a name that says nothing stands for.

const others: ReadonlySet<string> = new Set([
  'rustc', 'clippy-driver', 'nvcc', 'cudafe++', 'cicc', 'ptxas', 'nvc', 'nvc++', 'cl', 'clang-cl',
]);
const caches = /^(ccache|sccache|distcc|icecc)/;

const fileName = (path: string): string => path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);

/**
 * Why a program is refused without being run: a phrase that continues its path; undefined when it may be a gcc or clang.
 * @param path as the caller resolved it
 * @param real where its links lead
 */
export function refusedByName(path: string, real: string): string | undefined {
  const behind = caches.exec(fileName(real))?.[1];
  // Behind such a link another cache would run, and with it everything that this one would decide.
  if (behind !== undefined) return `leads to ${fileName(real)}, which is a compiler cache or distributor and no compiler`;
  // `clang-cl-14.exe` -> `clang-cl`.
  const stem = fileName(path).replace(/\.exe$/i, '').replace(/-[0-9][0-9.]*$/, '');
  return others.has(stem) ? `${stem} is not supported` : undefined;
}
