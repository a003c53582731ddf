import type { Tool } from './tools.js';
export const runCmake: Tool = async () => undefined;
