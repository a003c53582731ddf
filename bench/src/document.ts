// Knows: docs/performance.md: tables with the machine and the command below them. Refuses to know: how figures were taken.
import { spawnSync } from 'node:child_process';
import { cpus, release, totalmem } from 'node:os';
import { textOf } from './figures.js';
import type { Table } from './figures.js';
import { sccachePrograms } from './fronts.js';
import { closing, merge, sectionsOf } from './sections.js';

const firstLine = (program: string, args: readonly string[]): string => (spawnSync(program, args, { encoding: 'utf8' }).stdout ?? '').split('\n')[0] ?? '';

function versions(): string {
  const peer = sccachePrograms();
  const lines = [
    firstLine('g++', ['--version']),
    firstLine('ccache', ['--version']),
    peer === undefined ? '' : firstLine(peer.sccache, ['--version']),
    firstLine('distcc', ['--version']).split(' ').slice(0, 2).join(' '),
    `node ${process.version}`,
  ];
  return lines.filter((line) => line !== '').join(', ');
}

/** How a table came about. */
function originOf(args: readonly string[]): string {
  const [cpu] = cpus();
  const machine = `${cpus().length} × ${cpu?.model ?? 'unknown processor'}, ${Math.round(totalmem() / 2 ** 30)} GiB, Linux ${release()}`;
  return `\`npm run bench -- ${args.join(' ')}\` on ${machine}, ${new Date().toISOString().slice(0, 10)}; ${versions()}.`;
}

/** @param earlier the document as it is, whose other tables are kept */
export function documentOf(tables: readonly Table[], args: readonly string[], earlier: string): string {
  const origin = originOf(args);
  const fresh = tables.map((table) => ({ title: table.title, text: `${textOf(table)}\n\n${origin}` }));
  return `# Performance, as measured

Good or bad, these are the figures of the commands below the tables. The machine is not a quiet one: read ratios, not milliseconds, and repeat the
commands on yours. \`--install\` gets peers through apt; sccache with sccache-dist is looked for in \`$SCCACHE_PEER_DIR\` and in PATH. icecc is left
out: on one machine it was not brought to send a job.

${merge(sectionsOf(earlier), fresh).map(({ text }) => text).join('\n\n')}

## ${closing}

* A hit of sccache-ts costs the start of its launcher (on x86-64 Linux without a C library, which by itself takes longer to start than all that the launcher
  does), one exchange over a socket, and one copy of the outputs by the launcher. In the daemon the larger part is the kernel's, which is asked for the
  state of every file: of two thousand hits of a C++ file with 250 headers (\`node --cpu-prof\` before the daemon's program) 1.18 s of 3.6 s are \`stat\`, 0.43 s
  writing to the socket and waking the launcher, 0.16 s garbage collection, 0.1 s hashing what the launcher said, 0.07 s records; the rest is node taking and
  closing connections. inotify would save the \`stat\`s, but does not tell of writes through memory maps or other names, so it is not used.
* A miss is the compile and nothing before it; what the compiler read is hashed and looked through after the answer, once for each header and daemon, and competes
  with the next compile for the processors. In a base folder, with a build server, or with \`-MMD\`, a preprocessor run comes before it. Of the first 24 files of
  that library (\`--only cold --files 24\`; processor times of the daemon's threads from \`/proc\`) the daemon takes 1.5 s where the compilers take 28 to 35 s: 0.8 s
  once, for starting node (0.25 s of it loading modules) and reading the compiler's programs, and 30 ms a file: a third for the places where headers were
  looked for, a fifth each for reading headers, for storing, and for garbage. What is left of the percents is two compilers and a daemon on two processors.
* The daemon's memory grows by about 8 KB with each request that it can answer from memory: 3 KB are the numbers of the files that the answer rests on,
  the rest names, states and the answer (heap snapshots after 4,000 compiles and after as many hits). So it is larger once all of them have been hit.
* Of an application of crates the second build is cargo's own work and the copying of what is kept; the first is rustc's. What caching adds to a first build is
  within what one round shows on this machine: basic-http-server's was 1.06 of plain cargo's in one round and 1.02 in another. A build server on the same machine
  cannot make it faster, only show what the way costs: rustc's list before, packing, sending, and that metadata comes when all of a crate does.
* The same application in another folder, tried by hand on 2026-11-26: ripgrep 14.1.1 unpacked twice, \`SCCACHE_BASEDIRS\` naming both folders,
  \`RUSTFLAGS="--remap-path-prefix=$PWD=." RUSTC_WRAPPER=sccache-ts cargo build --release --locked\` in the first and then in the second: 39 of 39 calls of rustc are
  answered there, in 3.0 s.
* After direct mode came to rest on which folders are one (2026-11-26), shorter runs on the same machine, not written into the tables: \`--only hit,cpu,burst --runs 7\` gave
  0.231 and 0.268 of ccache's wall time (C++, C), 0.257 and 0.357 of its processor time, 2.82 and 3.01 of its hits per second; \`--only cold --files 24 --rounds 3\`
  +3.4 % over the bare build, where sccache has +9.2 % and ccache +9.7 %.
* The burst of 64 launchers is bound by the starting of processes and by the daemon's one thread in about equal parts on two processors.
* A compile away costs the client the preprocessor run and a few milliseconds for packing: headers are compressed once per daemon. The very first one
  waits for the toolchain to be packed and sent, a few seconds, which the library table leaves out.
* On the build server a job costs two mounts and one bubblewrap, about 10 ms over the bare command.
`;
}
