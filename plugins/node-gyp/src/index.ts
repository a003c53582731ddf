// Knows: how node-gyp is told to compile through the launcher, and how many compiles at once. Refuses to know: where the launcher is, how many
// processors there are, and how node-gyp is run.
import { isOurs, readMakeFlags, withLauncher } from '@sccache-ts/core/base';

/** What to add to a node-gyp run. */
export interface NodeGypPlan {
  readonly env: Readonly<Record<string, string>>;
  /** False: the launcher cannot be used at all; a note says why. */
  readonly reached: boolean;
  /** Sentences for the user about what was left alone. */
  readonly notes: readonly string[];
}

export interface NodeGypRequest {
  /** Path or name of the launcher; no white space, because the makefiles that gyp writes split at it. */
  readonly launcher: string;
  /** The environment in which node-gyp will run. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What stands after `node-gyp`; default nothing. */
  readonly args?: readonly string[];
  /** Compiles at once when nobody has said how many; undefined: node-gyp's own choice, one. */
  readonly jobs?: number;
}

interface Compiler {
  readonly name: string;
  /** What gyp takes when nothing is set; undefined: another variable of this table. */
  readonly usual?: string;
}

/** Those for one toolset win over the plain ones, so one that is set must begin with the launcher too. Source: gyp, GetEnvironFallback in make.py. */
const compilers: readonly Compiler[] = [
  { name: 'CC', usual: 'cc' },
  { name: 'CXX', usual: 'c++' },
  ...['CC_target', 'CXX_target', 'CC_host', 'CXX_host'].map((name) => ({ name })),
];

const compiling = new Set(['build', 'rebuild']);
const others = new Set(['clean', 'configure', 'install', 'list', 'ls', 'remove', 'rm']);

/**
 * Whether the number of jobs need not be known: `-j`, JOBS, npm's own names for it, or a make above us that hands out its jobs, says it, or nothing is
 * going to be compiled. Sources: node-gyp, lib/build.js, commands and parseArgv in lib/node-gyp.js.
 */
export function nodeGypJobsAreDecided({ env, args = [] }: Pick<NodeGypRequest, 'env' | 'args'>): boolean {
  if (args.some((arg) => others.has(arg)) && !args.some((arg) => compiling.has(arg))) return true;
  if (args.some((arg) => /^(?:-j\d*|--jobs?)$|^--jobs?=/.test(arg))) return true;
  if (readMakeFlags(env['MAKEFLAGS']).jobs) return true;
  return Object.entries(env).some(([name, value]) => (value ?? '') !== '' && /^(?:JOBS|(?:npm_config|npm_package_config_node_gyp)_jobs)$/.test(name));
}

/**
 * gyp's make generator takes the compilers from CC and CXX and uses them as the first words of a recipe, so a launcher
 * before the compiler is enough; linking goes through it too and is passed on untouched.
 * Source: node-gyp, gyp/pylib/gyp/generator/make.py (`CC.target ?= $(CC)`).
 */
export function nodeGypPlan(request: NodeGypRequest): NodeGypPlan {
  const { launcher, jobs } = request;
  const env: Record<string, string> = jobs === undefined || jobs < 2 || nodeGypJobsAreDecided(request) ? {} : { JOBS: `${Math.trunc(jobs)}` };
  if (/\s/.test(launcher)) {
    return { env, reached: false, notes: [`${launcher}: node-gyp cannot use a launcher whose path holds white space; put a link to it elsewhere`] };
  }
  const notes: string[] = [];
  for (const { name, usual } of compilers) {
    const given = request.env[name]?.trim() ?? '';
    const value = given === '' ? usual : given;
    if (value === undefined) continue;
    const wanted = withLauncher(value, launcher);
    if (wanted !== undefined) env[name] = wanted;
    else if (isOurs(value.split(/\s+/, 1)[0] ?? '', launcher)) notes.push(`${name} goes through the launcher already`);
    else notes.push(`${name} is "${value}" and is left alone`);
  }
  return { env, reached: true, notes };
}
