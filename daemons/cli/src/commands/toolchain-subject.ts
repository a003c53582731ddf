// Knows: how a compiler that somebody names becomes one whose toolchain can be packed or tried. Refuses to know: archives.
import { basename, isAbsolute, resolve } from 'node:path';
import { Fault, silentLog } from '@sccache-ts/core/base';
import { speaksCl } from '@sccache-ts/core/engine';
import type { TrialSubject } from '@sccache-ts/core/engine/trial';
import { createCrateProbe, createFileDigests, findCompiler, type PackageRequest } from '@sccache-ts/core/host';
import { daemonParts } from '../daemon-parts.js';
import type { CommandContext } from './context.js';
import { ownPrograms } from './launcher-path.js';

/** @throws Fault COMPILER_NOT_FOUND, COMPILER_UNSUPPORTED */
export async function toolchainSubject(name: string, context: CommandContext): Promise<TrialSubject> {
  const env = Object.fromEntries(context.env);
  const found = findCompiler(name, { path: env['PATH'], cwd: context.cwd, own: ownPrograms(context) });
  if (found === undefined) throw new Fault('COMPILER_NOT_FOUND', `${name}: cannot find binary path`);
  const path = isAbsolute(found) ? found : resolve(context.cwd, found);
  const request = { compiler: path, args: [], cwd: context.cwd, env: context.env };
  if (/^rustc\b/.test(basename(path))) {
    const { sysroot } = await createCrateProbe({ digests: createFileDigests(Date.now) }).survey({ ...request, wrapped: undefined });
    // The name may be rustup's, which compiles nothing itself.
    return { kind: 'rustc', path: `${sysroot}/bin/rustc`, sysroot };
  }
  if (speaksCl({ compiler: path, args: [] })) return { kind: 'cl', path };
  const compiler = await daemonParts(context.around, silentLog, context.build).compilers.identify(request);
  if ('dialect' in compiler) return { kind: 'gnu', path, compiler };
  throw new Fault('COMPILER_UNSUPPORTED', `${path}: is no compiler whose toolchain we know`);
}

/** The kind by which the packer knows what belongs to a compiler. */
export function packedKind(subject: TrialSubject): PackageRequest['kind'] {
  if (subject.kind === 'gnu') return subject.compiler.facts.kind;
  return subject.kind === 'cl' ? 'clang-cl' : 'rustc';
}
