// Knows: which programs a sandbox is made of, where they are, and whether bubblewrap is new enough.
// Refuses to know: what is run in the sandbox, and whether the kernel allows one (overlay.ts tries that).
import { constants, existsSync } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';
import { Fault } from '../base/index.js';
import { runProcess } from './processes.js';
import { controls, type SandboxFeatures, tellTales } from './sandbox-arguments.js';
import { findEnter } from './sandbox-enter.js';
import { seccompProgram } from './seccomp-program.js';

export interface SandboxTools extends SandboxFeatures {
  readonly bwrap: string;
  readonly sh: string;
  readonly mount: string;
  readonly unshare: string;
  readonly prlimit: string;
  readonly setpriv: string;
  /** Does what the four above do, in one; undefined: there is none here. */
  readonly enter: string | undefined;
}

const oldest = [0, 3, 0] as const;
/** Where system administrators' programs are, which the search path of an ordinary user or of a service may lack. */
const systemFolders = ['/usr/sbin', '/usr/bin', '/sbin', '/bin'];

async function isProgram(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return true;
  } catch {
    // Not there, or not for us: then it is not the one we look for.
    return false;
  }
}

/** A program in the search path, or where those of system administrators are. @throws Fault TOOL_MISSING */
export async function findTool(name: string, searchPath: string, hint: string): Promise<string> {
  for (const folder of [...searchPath.split(delimiter).filter(isAbsolute), ...systemFolders]) {
    const path = join(folder, name);
    if (await isProgram(path)) return path;
  }
  throw new Fault('TOOL_MISSING', `${name} is not in the search path (${searchPath})`, { hint });
}

/** The version in `bubblewrap 0.8.0`; undefined when that is not what it says. */
export function parseBubblewrapVersion(text: string): readonly [number, number, number] | undefined {
  const found = /^\S+ ([0-9]+)\.([0-9]+)(?:\.([0-9]+))?/.exec(text);
  return found === null ? undefined : [Number(found[1]), Number(found[2]), Number(found[3] ?? 0)];
}

/** Compares as versions do: the first number that differs decides. */
export function isNewEnough(version: readonly number[], least: readonly number[] = oldest): boolean {
  const at = least.findIndex((number, index) => (version[index] ?? 0) !== number);
  return at < 0 || (version[at] ?? 0) > (least[at] ?? 0);
}

async function ask(bwrap: string, question: string): Promise<string> {
  const { code, stdout, stderr } = await runProcess(bwrap, [question], { env: {}, timeoutMs: 10_000 });
  if (code !== 0) throw new Fault('TOOL_MISSING', `${bwrap} ${question} ended with ${code}: ${stderr.toString().slice(0, 300)}`);
  return stdout.toString();
}

const installBubblewrap = 'Install bubblewrap, e.g. with `apt-get install bubblewrap`, or set bwrap_path.';

/**
 * @param bwrapPath from the settings; undefined: looked for in `searchPath`
 * @throws Fault TOOL_MISSING, TOOL_TOO_OLD
 */
export async function findSandboxTools(bwrapPath: string | undefined, searchPath: string): Promise<SandboxTools> {
  const bwrap = bwrapPath ?? (await findTool('bwrap', searchPath, installBubblewrap));
  if (!(await isProgram(bwrap))) throw new Fault('TOOL_MISSING', `bwrap_path ${bwrap} is not there, or is no program`, { hint: installBubblewrap });
  const said = await ask(bwrap, '--version');
  const version = parseBubblewrapVersion(said);
  if (version === undefined || !isNewEnough(version)) {
    throw new Fault('TOOL_TOO_OLD', `${bwrap} says ${JSON.stringify(said.trim().slice(0, 80))}; bubblewrap ${oldest.join('.')} or newer is needed`, { hint: installBubblewrap });
  }
  const help = await ask(bwrap, '--help');
  const utilLinux = 'It is part of util-linux.';
  return {
    bwrap,
    tellsStatus: help.includes('--json-status-fd'),
    endsNesting: help.includes('--disable-userns'),
    sizesMemory: help.includes('--size'),
    controls: controls.filter((path) => existsSync(path)),
    tellTales: tellTales.filter((path) => existsSync(path)),
    filter: help.includes('--seccomp') ? seccompProgram(process.arch) : undefined,
    sh: await findTool('sh', '', 'A POSIX shell is needed.'),
    mount: await findTool('mount', searchPath, utilLinux),
    unshare: await findTool('unshare', searchPath, utilLinux),
    prlimit: await findTool('prlimit', searchPath, utilLinux),
    setpriv: await findTool('setpriv', searchPath, utilLinux),
    enter: await findEnter(),
  };
}
