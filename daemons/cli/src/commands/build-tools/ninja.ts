import type { Tool } from './tools.js';
export const runNinja: Tool = async () => undefined;
