import type { CommandContext } from './context.js';
export async function examine(_c: CommandContext): Promise<void> {}
