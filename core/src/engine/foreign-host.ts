// Knows: what a compile on a machine that is no Linux must say before it may go to build servers, which are. Pure. Refuses to know: toolchains and
// schedulers.
import { targetOf } from '../compilation/index.js';
import type { AwayJob } from './ports.js';

const systems: Readonly<Record<string, { readonly name: string; readonly example: string }>> = {
  darwin: { name: 'macOS', example: 'arm64-apple-macos11' },
  win32: { name: 'Windows', example: 'x86_64-pc-windows-msvc' },
};

/** Why automatic packing does nothing on a system; the words before the colon are counted. */
export const noArchive = (platform: string): string =>
  `no toolchain archive: a toolchain is packed on Linux only, and this is ${systems[platform]?.name ?? platform}; name an archive of the same compiler for Linux in the settings, [[dist.toolchains]] with type = "path_override"`;

/**
 * Why this compile must stay at home; undefined when nothing speaks against it. A compiler on a build server is made for Linux, and compiles for that
 * unless it is told otherwise.
 */
export function foreignHostReason({ compilation, compiler }: Pick<AwayJob, 'compilation' | 'compiler'>, platform: string): string | undefined {
  const { kind } = compiler.facts;
  if (platform === 'linux') return undefined;
  const { name, example } = systems[platform] ?? { name: platform, example: 'x86_64-unknown-freebsd' };
  if (kind === 'gcc') return `gcc on ${name}: it cannot be told for which system to compile, and on a build server it would compile for that; clang can`;
  if (kind !== 'clang' || targetOf(compilation.args) !== undefined) return undefined;
  return `no --target: on a build server clang would compile for Linux; add --target=${example}, or whatever this is compiled for`;
}
