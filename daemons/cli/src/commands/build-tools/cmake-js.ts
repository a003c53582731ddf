import type { Tool } from './tools.js';
export const runCmakeJs: Tool = async () => undefined;
