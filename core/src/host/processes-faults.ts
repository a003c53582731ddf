// Knows: in which words a program's end that was not its own is told. Refuses to know: who ran it, and how.
import { Fault } from '../base/index.js';

export const cannotStart = (program: string, cause: NodeJS.ErrnoException): Fault =>
  new Fault('TOOL_MISSING', `${program}: cannot be started: ${cause.code ?? cause.message}`, { cause });

export const stillRunning = (program: string, timeoutMs: number): Fault => new Fault('PROCESS_TIMEOUT', `${program}: still running after ${timeoutMs} ms, killed`);

export const tooMuch = (program: string, limit: number, stream: string): Fault => new Fault('PROCESS_FAILED', `${program}: wrote more than ${limit} bytes to ${stream}, killed`);

export const wasCancelled = (program: string): Fault => new Fault('CANCELLED', `${program}: cancelled, killed`);
