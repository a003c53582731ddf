// Knows: how the native launcher, which npm has installed as a package for this kind of machine, comes to stand where npm's link
// `sccache-ts` leads. Refuses to know: what it does. Nothing is downloaded or built.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { causeChain } from '@sccache-ts/core/base';
import { putProgram, runProcess } from '@sccache-ts/core/host';

export interface LauncherPlace {
  /** The folder that npm's links lead to. */
  readonly bin: string;
  /** The version of this package. */
  readonly version: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

const patienceMs = 20_000;

function findNative(bin: string): string | undefined {
  try {
    return createRequire(join(bin, 'here.js')).resolve(`@sccache-ts/launcher-${process.platform}-${process.arch}/sccache-ts`);
  } catch {
    // There is none for this kind of machine, or optional packages were not wanted.
    return undefined;
  }
}

/**
 * The launcher is asked for its version first: it may be for another machine after all, or its disk may not let it run.
 * @returns a sentence when there is a native launcher that is not used; never throws
 */
export async function putLauncher({ bin, version, env }: LauncherPlace): Promise<string | undefined> {
  // Yarn runs every program of a package with node, whatever it is.
  const yarn = (env['npm_config_user_agent'] ?? '').startsWith('yarn/');
  const from = yarn || process.platform === 'win32' ? undefined : findNative(bin);
  if (from === undefined) return undefined;
  const unfit = async (copy: string): Promise<string | undefined> => {
    const { stdout, code, signal } = await runProcess(copy, ['-V'], { env: {}, timeoutMs: patienceMs });
    const said = stdout.toString();
    return said === `sccache-ts ${version}\n` ? undefined : `-V says ${JSON.stringify(said)} and ends with ${signal ?? code}`;
  };
  const reason = await putProgram({ from, to: join(bin, 'sccache-ts'), unfit }).catch((thrown: unknown) => causeChain(thrown).join(': '));
  return reason === undefined ? undefined : `sccache-ts: the native launcher is not used (${reason}); the slower one in JavaScript stands in for it.`;
}
