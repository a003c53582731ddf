// Knows: what the program `sccache-ts` is this time: a command, or the daemon. Refuses to know: compiles; the launcher stands before us
// and only hands us what is not one.
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { processContext } from './commands/context.js';
import { runCommandLine } from './commands/perform.js';

const { version } = createRequire(import.meta.url)('../package.json') as { readonly version: string };
const context = processContext(version, fileURLToPath(import.meta.url));
const args = process.argv.slice(2);

async function main(): Promise<number> {
  if (process.env['SCCACHE_START_SERVER'] !== '1') return runCommandLine(args, context);
  if (args.length > 0) {
    process.stdout.write("sccache: SCCACHE_START_SERVER can't be used with other commands\n");
    return 1;
  }
  const { becomeDaemon } = await import('./become-daemon.js');
  return becomeDaemon(context);
}

// `sccache-ts --show-stats | head -1`: who reads no further has all that was wanted.
process.stdout.on('error', (cause: NodeJS.ErrnoException) => {
  if (cause.code !== 'EPIPE') throw cause;
  process.exit(0);
});
process.exitCode = await main();
