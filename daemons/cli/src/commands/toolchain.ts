import type { CommandContext } from './context.js';
export async function listToolchains(_c: CommandContext): Promise<void> {}
export async function testToolchain(_c: CommandContext, _a: unknown): Promise<void> {}
