// Knows: which build tool is run by which room, loaded only when it is asked for. Refuses to know: build tools.
import type { CommandContext } from '../context.js';
import type { ToolName } from '../own-words.js';

/**
 * Runs the build tool with these arguments, everything set for it; this process ends as the tool does, by becoming it or by its exit code.
 * @throws Fault TOOL_MISSING, USAGE
 */
export type Tool = (context: CommandContext, args: readonly string[]) => Promise<void>;

const tools: Readonly<Record<ToolName, () => Promise<Tool>>> = {
  make: async () => (await import('./make.js')).runMake,
  cmake: async () => (await import('./cmake.js')).runCmake,
  ninja: async () => (await import('./ninja.js')).runNinja,
  'node-gyp': async () => (await import('./node-gyp.js')).runNodeGyp,
  'cmake-js': async () => (await import('./cmake-js.js')).runCmakeJs,
};

export async function runTool(context: CommandContext, { name, args }: { readonly name: ToolName; readonly args: readonly string[] }): Promise<void> {
  const tool = await tools[name]();
  return tool(context, args);
}
