// `sccache-ts make` through the real launcher, with the real make: what is built, cached and said is what plain make would have built and said.
import { spawn, spawnSync } from 'node:child_process';
import { closeSync, cpSync, existsSync, lstatSync, mkdirSync, mkdtempSync, openSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { cleanEnvironment, type Client, clientEnvironment, differences, launcher, openSite, sandboxMissing, snapshot, sum, toolMissing, until } from '../../../../../fixtures/src/kit/index.js';

const nested = fileURLToPath(new URL('../../../../../adapters/make/fixtures/nested', import.meta.url));
const missing = toolMissing('make') ?? toolMissing('gcc') ?? toolMissing('g++');
if (missing !== undefined) process.stderr.write(`skipped: ${missing}\n`);

let home = '';
beforeEach(() => {
  home = realpathSync(mkdtempSync(join(tmpdir(), 'make-command-')));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

describe.skipIf(missing !== undefined)('sccache-ts make', () => {
  const site = openSite('make');
  let client: Client;
  let work = '';
  beforeAll(async () => {
    client = await site.client('home');
  });
  afterAll(() => site.close());
  beforeEach(async () => {
    work = join(home, 'work');
    cpSync(nested, work, { recursive: true });
    await client.zeroStats();
  });

  type Env = Readonly<Record<string, string>>;
  // Whoever runs these tests may be a make himself.
  const quiet = { LC_ALL: 'C', MAKEFLAGS: '', MAKELEVEL: '', GNUMAKEFLAGS: '' };
  const told = ({ status, stdout, stderr }: ReturnType<typeof spawnSync>) => ({ status, stdout: stdout.toString(), stderr: stderr.toString() });
  const plain = (args: readonly string[], env: Env = {}) => told(spawnSync('make', args, { cwd: work, env: cleanEnvironment({ ...quiet, ...env }) }));
  const ours = (args: readonly string[], env: Env = {}) => told(spawnSync(client.program, ['make', ...args], { cwd: work, env: { ...client.env, ...quiet, ...env } }));
  const objects = () => new Map([...snapshot(work)].filter(([name]) => /\.[od]$|shapes$/.test(name)));
  const hits = async () => {
    const { cache_hits, cache_misses } = await client.stats();
    return [sum(cache_hits.counts), sum(cache_misses.counts)];
  };
  const makefile = (text: string): void => {
    rmSync(work, { recursive: true, force: true });
    mkdirSync(work);
    writeFileSync(join(work, 'Makefile'), text);
    writeFileSync(join(work, 'x.c'), 'int x;\n');
  };

  it('builds what make builds and says what make says, a makefile\'s own CC or not, and has it all from the cache the second time', async () => {
    writeFileSync(join(work, 'lib/Makefile'), `CC = gcc\n${readFileSync(join(work, 'lib/Makefile'), 'utf8')}`);
    const bare = plain(['-j1']);
    expect(bare.status).toBe(0);
    const expected = objects();
    for (const seen of [[0, 4], [4, 4]]) {
      plain(['clean']);
      expect(ours(['-j1'])).toEqual(bare);
      expect(differences(expected, objects())).toEqual([]);
      expect(await hits()).toEqual(seen);
    }
  });

  it('fails as make fails', () => {
    writeFileSync(join(work, 'lib/edge.c'), 'int edge( { return 1; }\n');
    const bare = plain(['-j1']);
    expect(bare.status).toBe(2);
    plain(['clean']);
    expect(ours(['-j1'])).toEqual(bare);
  });

  it('reaches cross compilers by prefix, and compilers named by path', async () => {
    makefile('CC = $(CROSS_COMPILE)gcc\nx.o: x.c\n\t$(CC) -c $< -o $@\n');
    const prefix = `${spawnSync('gcc', ['-dumpmachine'], { encoding: 'utf8' }).stdout.trim()}-`;
    expect(spawnSync('which', [`${prefix}gcc`]).status, `${prefix}gcc`).toBe(0);
    expect(ours([`CROSS_COMPILE=${prefix}`])).toMatchObject({ status: 0, stdout: `${prefix}gcc -c x.c -o x.o\n` });
    expect(await hits()).toEqual([0, 1]);
    rmSync(join(work, 'x.o'));
    const gcc = spawnSync('which', ['gcc'], { encoding: 'utf8' }).stdout.trim();
    expect(ours([`CC=${gcc} -O1`])).toMatchObject({ status: 0, stdout: `${client.program} ${gcc} -O1 -c x.c -o x.o\n` });
    expect(await hits()).toEqual([0, 2]);
  });

  it('goes by variables, and says so, where no folder of links can be had', async () => {
    // As nothing was compiled before.
    makefile('x.o: x.c\n\t$(CC) -DBY_VARIABLES -c $< -o $@\n');
    writeFileSync(join(home, 'file'), '');
    const { status, stdout, stderr } = ours(['-j1'], { SCCACHE_DIR: join(home, 'file') });
    expect([status, stdout]).toEqual([0, `${client.program} cc -DBY_VARIABLES -c x.c -o x.o\n`]);
    expect(stderr).toMatch(/^sccache: warning: .*\/file\/sccache-ts\/masquerade-.*: cannot be made: ENOTDIR: only makefiles that do not set CC and CXX compile through the cache\n$/);
    expect(await hits()).toEqual([0, 1]);
  });

  const flags = 'all:\n\t@echo "$(MAKEFLAGS)"\n';
  const jobsIn = (text: string): number => Number(/-j(\d+)/.exec(text)?.[1] ?? 1);
  it.each<[string, string, readonly string[], Env, number]>([
    ['nobody has said anything', flags, [], {}, availableParallelism()],
    ['the command line says it', flags, ['-j3'], {}, 3],
    ['MAKEFLAGS says it', flags, [], { MAKEFLAGS: '-j3' }, 3],
    ['the makefile says it', `MAKEFLAGS += -j3\n${flags}`, [], {}, 3],
    ['a make above decides', flags, [], { MAKELEVEL: '1' }, 1],
  ])('-j when %s', (_, text, args, env, jobs) => {
    makefile(text);
    expect(jobsIn(ours(args, env).stdout)).toBe(jobs);
  });

  const version = /^GNU Make (\d+)\.(\d+)/.exec(spawnSync('make', ['--version'], { encoding: 'utf8' }).stdout) ?? ['', '0', '0'];
  const hasFifo = Number(version[1]) * 100 + Number(version[2]) >= 404;
  if (!hasFifo) process.stderr.write(`skipped: GNU make ${version[1]}.${version[2]} has no jobserver of the fifo style (4.4 has)\n`);
  describe.each(['pipe', 'fifo'].slice(0, hasFifo ? 2 : 1))('the jobserver by %s', (style) => {
    const start = hasFifo ? [`--jobserver-style=${style}`, '-j3'] : ['-j3'];
    it('is one for a make above and all below, and reaches recipes', () => {
      // Each level asks that it was given the one jobserver; a make that cannot reach it warns on standard error.
      makefile([
        'AUTH = $(filter --jobserver-auth=%,$(MAKEFLAGS))',
        'all: ; +@echo "top $(AUTH)"; $(LAUNCHER) make --no-print-directory -f Makefile below',
        'below: ; +@echo "below $(AUTH)"; $(MAKE) --no-print-directory lowest',
        'lowest: a.o b.o',
        '\t+@echo "lowest $(AUTH)"; $(LAUNCHER) make --no-print-directory -n nothing',
        '%.o: x.c\n\t+@sh -c \'case "$$MAKEFLAGS" in *fifo:*) ;; *) n=$${MAKEFLAGS##*auth=}; : <&$${n%%,*};; esac\' && $(CC) -c $< -o $@',
        'nothing: ;',
        // Or make, where both were written in the same tick of the clock, would link it from Makefile.o.
        'Makefile: ;', '',
      ].join('\n'));
      const bare = plain([...start, 'LAUNCHER='], {});
      expect(bare.status, bare.stdout + bare.stderr).toBe(0);
      rmSync(join(work, 'a.o'));
      rmSync(join(work, 'b.o'));
      const own = ours([...start, `LAUNCHER=${client.program}`]);
      expect([bare.status, own.status, own.stderr]).toEqual([0, 0, '']);
      expect(new Set([...own.stdout.matchAll(/ (--jobserver-auth=\S+)/g)].map((found) => found[1])).size).toBe(1);
      expect(own.stdout.replaceAll(/auth=\S+/g, '')).toBe(bare.stdout.replaceAll(/auth=\S+/g, ''));
    });
  });

  const noNative = lstatSync(launcher()).isFile() && !launcher().endsWith('.js') ? undefined : 'the native launcher is not built: make is then a child of the one in JavaScript';
  if (noNative !== undefined) process.stderr.write(`skipped: ${noNative}\n`);
  interface Ended {
    readonly code: number | null;
    readonly by: NodeJS.Signals | null;
    readonly said: string;
    readonly left: boolean;
  }
  const started = 'all: slow\nslow: ; @touch slow; echo started; exec sleep 20\n';
  it.skipIf(noNative !== undefined).each<[NodeJS.Signals, 'all' | 'one']>([['SIGINT', 'all'], ['SIGTERM', 'one'], ['SIGHUP', 'all']])('ends by %s as make ends by it, sent to %s', async (signal, whom) => {
    const endOnce = async (program: string, args: readonly string[]) => {
      makefile(started);
      const child = spawn(program, args, { cwd: work, env: { ...client.env, ...quiet }, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
      let said = '';
      for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
      const ended = new Promise<Ended>((resolve) => child.on('close', (code, by) => resolve({ code, by, said, left: existsSync(join(work, 'slow')) })));
      await until('the recipe', () => said.includes('started'), { timeoutMs: 30_000 });
      process.kill(whom === 'all' ? -(child.pid ?? 0) : (child.pid ?? 0), signal);
      return ended;
    };
    // GNU make now and then loses a race against its own child's end, says so, and ends otherwise than it meant to.
    const end = async (program: string, args: readonly string[]) => {
      for (let again = 0; again < 10; again += 1) {
        const ended = await endOnce(program, args);
        if (!ended.said.includes('No child processes')) return ended;
      }
      throw new Error(`${program}: loses the race each time`);
    };
    expect(await end(client.program, ['make', '-j1'])).toEqual(await end('make', ['-j1']));
  });

  it.skipIf(noNative !== undefined)('hands on what it was given: ignored signals, limits, open files, standard input', () => {
    makefile('all: ; @grep -E "Sig(Ign|Cgt)" /proc/$$PPID/status; ulimit -Sn; read -r word && echo "$$word"; read -r word <&7 && echo "$$word"; echo "$(MAKE) $$PWD"\n');
    const through = (words: string) => told(spawnSync('sh', ['-c', `trap '' HUP USR2; ulimit -Sn 333; exec 7<<x\nseven\nx\nexec ${words}`], {
      cwd: work, env: { ...client.env, ...quiet }, input: 'one line\n',
    }));
    const bare = through('make -j1');
    expect(bare.stdout).toMatch(/333\none line\nseven\nmake \//);
    expect(through(`${client.program} make -j1`)).toEqual(bare);
  });

  it.skipIf(noNative !== undefined)('does not wait for the daemon that it has started, however many open files it was given', async () => {
    // Node leaves descriptors above the first gap beyond 15 to whatever it starts.
    const env: Env = { ...clientEnvironment({ folder: home, scheduler: { url: 'http://127.0.0.1:9', token: 'none' } }), ...quiet };
    const through = openSync('/dev/null', 'r');
    makefile('all: ; @echo all\n');
    const given = (program: string, args: readonly string[]) =>
      spawnSync(program, args, { cwd: work, env, stdio: ['ignore', 'pipe', 'pipe', ...Array.from({ length: 17 }, () => through)], timeout: 30_000 });
    try {
      // Without -j it asks the daemon how many build servers there are.
      const own = given(client.program, ['make']);
      expect([own.signal, told(own)]).toEqual([null, told(given('make', []))]);
      expect(existsSync(env['SCCACHE_SERVER_UDS'] ?? ''), 'a daemon').toBe(true);
    } finally {
      closeSync(through);
      spawnSync(client.program, ['--stop-server'], { env, timeout: 30_000 });
    }
  }, 90_000);

  it('keeps words that are no UTF-8', () => {
    makefile('all: ; @printf %s "$(WORD)" | od -An -tx1\n');
    expect(told(spawnSync('sh', ['-c', `exec "${client.program}" make "WORD=$(printf 'a\\377b')"`], { cwd: work, env: client.env })).stdout).toBe(' 61 ff 62\n');
  });

  it('tells only when only that is asked', () => {
    expect(ours(['--version'])).toEqual(plain(['--version']));
    expect(ours(['-n'])).toEqual(plain(['-n']));
  });

  const noSandbox = sandboxMissing();
  if (noSandbox !== undefined) process.stderr.write(`skipped: ${noSandbox}\n`);
  it.skipIf(noSandbox !== undefined)('counts what the scheduler offers, and keeps the probes of configure at home, cached', async () => {
    const scheduler = await site.scheduler();
    await site.builder(scheduler);
    const away = await site.client('away', scheduler);
    const { num_cpus } = await scheduler.status();
    const run = (words: readonly string[]) => told(spawnSync(away.program, words, { cwd: work, env: { ...away.env, ...quiet } }));
    makefile(flags);
    await until('the offer', () => jobsIn(run(['make']).stdout) === availableParallelism() + num_cpus, { timeoutMs: 60_000 });
    writeFileSync(join(work, 'warm.c'), 'int warm;\n');
    await until('gcc on the build server', async () => {
      await away.zeroStats();
      spawnSync(away.program, ['gcc', '-c', 'warm.c'], { cwd: work, env: { ...away.env, SCCACHE_RECACHE: '1' } });
      return sum((await away.stats()).dist_compiles) === 1;
    }, { timeoutMs: 120_000 });
    await away.zeroStats();
    makefile('all: ; ./configure\n');
    const probe = "printf '#include <stdio.h>\\nint probe;\\n' >conftest.c; rm -f conftest.o; gcc -c -g conftest.c >&5 && test -s conftest.o && echo yes";
    writeFileSync(join(work, 'configure'), `#!/bin/sh\nexec 5>>config.log\n${probe}\n${probe}\n`, { mode: 0o755 });
    expect(run(['make'])).toEqual({ status: 0, stdout: './configure\nyes\nyes\n', stderr: '' });
    const stats = await away.stats();
    expect([sum(stats.dist_compiles), sum(stats.cache_misses.counts), sum(stats.cache_hits.counts)]).toEqual([0, 1, 1]);
    expect(readFileSync(join(work, 'config.log'), 'utf8')).toBe('');
  }, 240_000);
});
