// Knows: running ninja so that compiles go through the launcher. Refuses to know: what the copy of the build file says, and what stands in
// ninja's log; the adapter tells that.
import { resolve } from 'node:path';
import { suggestedJobs } from '@sccache-ts/adapter-make';
import { followWord, type HashKind, hashKindOfNinja, ninjaJobsAreDecided, ninjaPlan, type NinjaPlan, NinjaSyntaxError, ninjaWishes, type NinjaWishes, wrapperOf } from '@sccache-ts/adapter-ninja';
import { envValue, Fault } from '@sccache-ts/core/base';
import { type Accompany, become, endAs, findCompiler, holdingSignals, type ProgramEnd, runProcess, usableProcessors } from '@sccache-ts/core/host';
import type { CommandContext } from '../context.js';
import { launcherOf } from '../launcher-path.js';
import { type Capacity, capacityOf } from './capacity.js';
import { compileSummary, type Numbers, statisticsNow } from './compile-summary.js';
import { absoluteFile, copyState, type CopyState, type CopyWanted, currentCopy, followOriginal, logPath, textOf } from './ninja-copy.js';
import { keepPools, logKind, withOurLog } from './ninja-log-file.js';
import type { Tool } from './tools.js';

const hint = 'Install ninja (ninja-build), or name it in the variable NINJA.';

/** How long ninja may take to say its version, or to read a build file of any size. */
const patienceMs = 60_000;

/** Distributions have names of their own for it; samurai is another ninja. */
const usualNames = ['ninja', 'ninja-build', 'samu'];

/** @throws Fault TOOL_MISSING */
function ninjaOf(context: CommandContext): string {
  const named = envValue(context.env, 'NINJA');
  const names = named === undefined || named === '' ? usualNames : [named];
  const found = names.flatMap((name) => findCompiler(name, { path: envValue(context.env, 'PATH'), cwd: context.cwd, own: [] }) ?? [])[0];
  if (found === undefined) throw new Fault('TOOL_MISSING', `${names[0] ?? ''}: cannot find binary path`, { hint });
  return found;
}

interface Call {
  readonly context: CommandContext;
  readonly ninja: string;
  readonly wishes: NinjaWishes;
  readonly wanted: CopyWanted;
  /** On their way; never fails. */
  readonly asked: Promise<Numbers>;
}

interface Done {
  readonly end: ProgramEnd;
  /** As they were when ninja began. */
  readonly before: Numbers;
}

interface Question {
  readonly ninja: string;
  readonly args: readonly string[];
  readonly cwd: string;
}

async function ask({ env }: CommandContext, { ninja, args, cwd }: Question): Promise<{ readonly code: number | undefined; readonly text: string }> {
  const { code, stdout } = await runProcess(ninja, args, { cwd, env: Object.fromEntries(env), timeoutMs: patienceMs });
  return { code, text: stdout.toString().trim() };
}

interface Place {
  readonly ninja: string;
  readonly folder: string;
  readonly file: string;
}

/** How this ninja writes commands into its log: as that is written already, else as its version does. */
async function hashOf(context: CommandContext, { ninja, folder, file }: Place): Promise<HashKind> {
  const state = copyState(folder, file);
  const logged = state === undefined ? undefined : await logKind(logPath(folder, state.builddir));
  return logged ?? hashKindOfNinja((await ask(context, { ninja, args: ['--version'], cwd: context.cwd })).text);
}

/**
 * Undefined: ninja is to read the original.
 * @throws Fault USAGE when the build file is not there, or is none
 */
async function copyFor(call: Call): Promise<CopyState | undefined> {
  const { context, wanted, wishes } = call;
  const name = absoluteFile(wanted.folder, wanted.file);
  if (context.around.platform === 'win32') {
    context.complain('sccache: warning: ninja: commands are not for a shell on Windows, so nothing of this build is cached\n');
    return undefined;
  }
  try {
    const copy = await currentCopy(wanted);
    if ('hashes' in copy) return copy;
    if (copy.launcher !== undefined && !wishes.quiet) context.complain(`sccache-ts: compiles of this build have a launcher already (${copy.launcher}), which was left alone\n`);
    return undefined;
  } catch (thrown) {
    if (thrown instanceof Fault) throw thrown;
    if (thrown instanceof NinjaSyntaxError) {
      // Ninja has the last word: what it understands is built, if not through the cache.
      const args = ['-f', wanted.file, '-t', 'targets', 'depth', '1'];
      const understood = await ask(context, { ninja: call.ninja, args, cwd: wanted.folder }).catch(() => undefined);
      if (understood?.code !== 0) throw new Fault('USAGE', `ninja: ${textOf(thrown.message)}`, { hint: `Nothing was built: ${name} is no build file that ninja could read.` });
      context.complain(`sccache: warning: ${textOf(thrown.message)}: not understood, so nothing of this build is cached\n`);
      return undefined;
    }
    context.complain(`sccache: warning: ${wanted.folder}: cannot be written (${(thrown as NodeJS.ErrnoException).code ?? String(thrown)}), so nothing of this build is cached\n`);
    return undefined;
  }
}

/** @throws Fault TOOL_MISSING */
function start(accompany: Accompany, ninja: string, { args, env }: NinjaPlan): Promise<ProgramEnd> {
  for (const [name, value] of env) process.env[name] = value;
  return accompany({ path: ninja, args }).catch((cause: unknown) => {
    throw new Fault('TOOL_MISSING', `${ninja}: cannot be started: ${(cause as Error).message}`, { hint });
  });
}

async function build(call: Call): Promise<Done> {
  const { context, ninja, wishes, wanted, asked } = call;
  const planOf = (file: string, capacity: Capacity): NinjaPlan =>
    ninjaPlan({ wishes, env: context.env, file, ...capacity, suggested: suggestedJobs(capacity) });
  const alone = { local: usableProcessors(), offered: 0 };
  const copy = await copyFor(call);
  if (copy !== undefined) {
    const plan = planOf(wrapperOf(wanted.file), ninjaJobsAreDecided({ wishes, env: context.env }) ? alone : await capacityOf(context));
    const refusal = await keepPools(wanted, plan.depths);
    const before = await asked;
    if (refusal === undefined) return { before, end: await holdingSignals((accompany) => withOurLog({ wanted, copy }, () => start(accompany, ninja, plan))) };
    context.complain(`sccache: warning: ${refusal}, so nothing of this build is cached\n`);
  }
  // Build servers take what goes through the launcher, and nothing else.
  const plan = planOf(wanted.file, alone);
  return { before: await asked, end: await holdingSignals((accompany) => start(accompany, ninja, plan)) };
}

/** Ninja itself calls us when the original of a copy has changed. */
async function follow(context: CommandContext, file: string): Promise<void> {
  const hash = copyState(context.cwd, file)?.hash ?? (await hashOf(context, { ninja: ninjaOf(context), folder: context.cwd, file }));
  await followOriginal({ folder: context.cwd, file, launcher: launcherOf(context), build: context.build, hash });
}

export const runNinja: Tool = async (context, args) => {
  const [first = ''] = args;
  if (first.startsWith(followWord)) return follow(context, first.slice(followWord.length));
  const ninja = ninjaOf(context);
  const wishes = ninjaWishes(args);
  if (wishes.idle) return become({ path: ninja, args });
  const folder = resolve(context.cwd, wishes.folder ?? '.');
  // Asked for while the copy is made.
  const asked = wishes.quiet ? Promise.resolve('silent' as const) : statisticsNow(context);
  const hash = await hashOf(context, { ninja, folder, file: wishes.file });
  const wanted = { folder, file: wishes.file, launcher: launcherOf(context), build: context.build, hash };
  const { end, before } = await build({ context, ninja, wishes, wanted, asked });
  // Who has not answered before the build is not waited for again.
  const line = before === 'silent' ? undefined : compileSummary(before, await statisticsNow(context));
  if (line !== undefined) context.complain(`${line}\n`);
  return endAs(end);
};
