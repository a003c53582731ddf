// Knows: how node-gyp is told to compile through the launcher. Refuses to know: where the launcher is, and how node-gyp is run.

/** What to add to a node-gyp run. */
export interface NodeGypPlan {
  readonly env: Readonly<Record<string, string>>;
  /** Sentences for the user about what was left alone. */
  readonly notes: readonly string[];
}

export interface NodeGypRequest {
  /** Path or name of the launcher; no white space, because the makefiles that gyp writes split at it. */
  readonly launcher: string;
  /** The environment in which node-gyp will run. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

const compilers = [
  ['CC', 'cc'],
  ['CXX', 'c++'],
] as const;

/**
 * gyp's make generator takes the compilers from CC and CXX and uses them as the first words of a recipe, so a launcher
 * before the compiler is enough; linking goes through it too and is passed on untouched.
 * Source: node-gyp, gyp/pylib/gyp/generator/make.py (`CC.target ?= $(CC)`).
 */
export function nodeGypPlan(request: NodeGypRequest): NodeGypPlan {
  const env: Record<string, string> = {};
  const notes: string[] = [];
  if (/\s/.test(request.launcher)) {
    return { env, notes: [`${request.launcher}: node-gyp cannot use a launcher whose path holds white space; put a link to it elsewhere`] };
  }
  for (const [name, usual] of compilers) {
    const given = request.env[name]?.trim() ?? '';
    if (given === request.launcher || given.startsWith(`${request.launcher} `)) notes.push(`${name} goes through the launcher already`);
    else env[name] = `${request.launcher} ${given === '' ? usual : given}`;
  }
  return { env, notes };
}
