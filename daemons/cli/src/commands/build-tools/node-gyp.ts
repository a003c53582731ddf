import type { Tool } from './tools.js';
export const runNodeGyp: Tool = async () => undefined;
