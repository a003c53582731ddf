// Knows: how compilers are called, so that a masquerade folder can hold a link for each. Refuses to know: which are installed.

/** The least that a masquerade folder holds; versioned and cross compilers are added under their own names. */
export const masqueradeNames: readonly string[] = ['cc', 'c++', 'gcc', 'g++', 'clang', 'clang++'];

/** `gcc`, `gcc-12`, `clang++-14`, `aarch64-linux-gnu-gcc-12`, `x86_64-w64-mingw32-g++-posix`, `avr-gcc` */
const compilerName = /^(?:(?<target>[A-Za-z0-9_.]+(?:-[A-Za-z0-9_.]+)*)-)?(?:cc|c\+\+|gcc|g\+\+|clang|clang\+\+)(?:-\d+(?:\.\d+)*)?(?:-(?:posix|win32))?$/;

/** Targets of one word. Other single words before a hyphen are wrappers (`c99-gcc`, `musl-gcc`, `afl-gcc`): they find the compiler in PATH by themselves. */
const shortTargets: ReadonlySet<string> = new Set(['avr', 'mingw32', 'msp430', 'pru', 'xtensa']);

/** Whether a program of this name is a C or C++ compiler of the gcc or clang kind. */
export function isCompilerName(name: string): boolean {
  const found = compilerName.exec(name);
  const target = found?.groups?.['target'];
  return found !== null && (target === undefined || target.includes('-') || shortTargets.has(target));
}
