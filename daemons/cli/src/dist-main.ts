// Knows: that `sccache-ts-dist` is a process with arguments, an environment and an exit code. Refuses to know: its commands.
import { runDist } from './fleet/program.js';

process.exitCode = await runDist(process.argv, process.env);
