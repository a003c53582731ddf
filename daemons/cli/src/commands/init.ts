import type { CommandContext } from './context.js';
export async function initialise(_c: CommandContext, _a: unknown): Promise<void> {}
