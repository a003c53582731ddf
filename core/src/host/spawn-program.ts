// Knows: what node must be told to start a program, which on Windows may be a batch file that only cmd can run. Refuses to know: which program, and why.
import { batchCommandLine, isBatchFile } from '../base/index.js';

export interface SpawnWords {
  readonly file: string;
  readonly args: readonly string[];
  readonly windowsVerbatimArguments?: true;
}

/** @throws Error for words that cannot be handed on to a batch file */
export function spawnWords(program: string, args: readonly string[], platform: NodeJS.Platform = process.platform): SpawnWords {
  if (platform !== 'win32' || !isBatchFile(program)) return { file: program, args };
  const line = batchCommandLine(program, args);
  if (line === undefined) throw new Error(`${program}: a batch file cannot be given a line end among its arguments`);
  return { file: process.env['COMSPEC'] ?? 'cmd.exe', args: ['/d', '/s', '/c', line], windowsVerbatimArguments: true };
}
