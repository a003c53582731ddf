// Knows: what the program `sccache-ts` is this time: a command, or the daemon. Refuses to know: compiles; the launcher stands before us
// and only hands us what is not one. A command starts without the daemon's parts, and the daemon without the commands'.
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { processContext } from './commands/context.js';

const { version } = createRequire(import.meta.url)('../package.json') as { readonly version: string };
const context = processContext(version, fileURLToPath(import.meta.url));
const args = process.argv.slice(2);

async function main(): Promise<number> {
  if (process.env['SCCACHE_START_SERVER'] !== '1') return (await import('./commands/perform.js')).runCommandLine(args, context);
  if (args.length > 0) {
    process.stdout.write("sccache: SCCACHE_START_SERVER can't be used with other commands\n");
    return 1;
  }
  // The engine compiles functions anew, for speed, that it has seen run for a while. In a build's first minute that costs more than it gains,
  // and what serves hits for longer gets there all the same. Only here, since a later engine that did not know this flag would not start with it.
  setFlagsFromString('--interrupt-budget=500000');
  const { becomeDaemon } = await import('./become-daemon.js');
  return becomeDaemon(context);
}

// `sccache-ts --show-stats | head -1`: who reads no further has all that was wanted.
process.stdout.on('error', (cause: NodeJS.ErrnoException) => {
  if (cause.code !== 'EPIPE') throw cause;
  process.exit(0);
});
process.exitCode = await main();
