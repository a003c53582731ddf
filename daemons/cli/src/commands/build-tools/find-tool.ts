// Knows: where a tool of npm packages is: in this project, in PATH, or inside npm. Refuses to know: what the tool does.
import { dirname, join, resolve } from 'node:path';
import { envValue, Fault } from '@sccache-ts/core/base';
import { findCompiler, isProgram, realPathOf } from '@sccache-ts/core/host';
import type { CommandContext } from '../context.js';
import { foldersFrom } from '../folders-above.js';

type Where = Pick<CommandContext, 'env' | 'cwd'>;

/** npm's own folder: as npm tells its scripts, else where PATH's npm leads to, else beside node. */
function npmFolders({ env, cwd }: Where): readonly string[] {
  const told = envValue(env, 'npm_execpath');
  const npm = findCompiler('npm', { path: envValue(env, 'PATH'), cwd, own: [] });
  const programs = [...(told === undefined ? [] : [told]), ...(npm === undefined ? [] : [realPathOf(npm)])];
  return [...programs.map((program) => dirname(dirname(program))), join(dirname(dirname(process.execPath)), 'lib/node_modules/npm')];
}

/** The nearest one in `node_modules/.bin`, as npm's scripts see it, else PATH's. Absolute; undefined when there is none. */
function findTool(name: string, { env, cwd }: Where): string | undefined {
  const local = foldersFrom(resolve(cwd)).map((folder) => join(folder, 'node_modules/.bin', name)).find(isProgram);
  if (local !== undefined) return local;
  return findCompiler(name, { path: envValue(env, 'PATH'), cwd, own: [] });
}

/** @throws Fault TOOL_MISSING */
export function findNodeGyp(where: Where): string {
  const found = findTool('node-gyp', where) ?? npmFolders(where).map((folder) => join(folder, 'node_modules/node-gyp/bin/node-gyp.js')).find(isProgram);
  if (found !== undefined) return found;
  throw new Fault('TOOL_MISSING', 'node-gyp: neither in node_modules, nor in PATH, nor inside npm', { hint: 'npm install --save-dev node-gyp' });
}

/** @throws Fault TOOL_MISSING */
export function findCmakeJs(where: Where): string {
  const found = findTool('cmake-js', where);
  if (found !== undefined) return found;
  throw new Fault('TOOL_MISSING', 'cmake-js: neither in node_modules nor in PATH', { hint: 'npm install --save-dev cmake-js' });
}
