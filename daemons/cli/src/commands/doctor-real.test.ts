// Knows: that `sccache-ts doctor` finds nothing where nothing is wrong, and the one thing where one is; real daemon, scheduler and build server.
// Refuses to know: the sentences for what cannot be made here (doctor-findings.test.ts).
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { clientEnvironment, freePort, launcher, openSite, run, sandboxMissing, type Scheduler, sum, toolMissing } from '@sccache-ts/fixtures';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const site = openSite('doctor');
/** Where the doctor makes folders of its own. */
const temporary = join(site.folder, 'tmp');
mkdirSync(temporary);
const missing = toolMissing('gcc');
const noSandbox = missing ?? sandboxMissing();
let scheduler: Scheduler;
/** A check-up waits for a toolchain to be packed and sent, and on a busy machine that takes its time. */
const patient = { timeout: 240_000 };

beforeAll(async () => {
  scheduler = await site.scheduler();
});
afterAll(() => site.close());

interface Examined {
  readonly code: number | null;
  /** By subject: its marks and sentences, in order. */
  readonly of: (subject: string) => readonly string[];
  readonly text: string;
  readonly said: string;
}

async function examine(env: Readonly<Record<string, string>>): Promise<Examined> {
  const done = await run(launcher(), ['doctor'], { cwd: site.folder, env: { ...env, TMPDIR: temporary }, timeoutMs: 150_000 });
  const text = done.stdout.toString();
  const lines = text.split('\n').map((line) => /^(\w+) +(\w+) +(.*)$/.exec(line));
  return {
    code: done.code, text, said: done.stderr.toString(),
    of: (subject) => lines.flatMap((line) => (line?.[2] === subject ? [`${line[1] ?? ''} ${line[3] ?? ''}`] : [])),
  };
}

const wrongLines = ({ text }: Examined): readonly string[] => text.split('\n').filter((line) => line.startsWith('wrong'));

describe('with a scheduler', patient, () => {
  it('finds that it has no build server', async ({ skip }) => {
    skip(noSandbox !== undefined, noSandbox);
    const client = await site.client('early', scheduler);
    const lonely = await examine(client.env);
    expect(lonely.code, lonely.text).toBe(2);
    expect(wrongLines(lonely)).toEqual([expect.stringMatching(/scheduler .*has no build server/)]);
    expect(lonely.of('token')).toEqual(['ok the scheduler takes it']);
  });

  it('finds nothing wrong where nothing is', async ({ skip }) => {
    skip(noSandbox !== undefined, noSandbox);
    const client = await site.client('healthy', scheduler);
    const builder = await site.builder(scheduler);
    const before = await client.stats();
    const healthy = await examine(client.env);
    expect([healthy.code, wrongLines(healthy), healthy.said], `${healthy.text}${client.log()}`).toEqual([0, [], '']);
    expect(healthy.text).toMatch(/Nothing is wrong\.\n$/);
    expect(healthy.of('scheduler')).toEqual([expect.stringMatching(/^ok http:.* has 1 build server with \d+ cores/)]);
    expect(healthy.of('token')).toEqual(['ok the scheduler takes it']);
    expect(healthy.of('toolchain')).toEqual([expect.stringMatching(/^ok /)]);
    expect(healthy.of('remote')).toEqual([expect.stringMatching(new RegExp(`^ok ${builder.id} compiled a small file .* byte for byte`))]);
    const after = await client.stats();
    expect(sum(after.dist_compiles)).toBeGreaterThan(sum(before.dist_compiles));
    expect(sum(after.cache_hits.counts) - sum(before.cache_hits.counts)).toBe(1);
    await builder.stop();
  });

  it('finds a wrong token', async ({ skip }) => {
    skip(missing !== undefined, missing);
    const client = await site.client('stranger', scheduler, { scheduler: { url: scheduler.url, token: 'no such token' } });
    const examined = await examine(client.env);
    expect(examined.code, examined.text).toBe(2);
    expect(examined.of('token')).toEqual([expect.stringMatching(/^wrong the scheduler refuses it: .* 401 .*dist\.auth in the settings/)]);
    expect(examined.of('compile')).toEqual([expect.stringMatching(/^ok .*came from the cache/)]);
    expect(examined.said).toMatch(/^sccache: error: \d of \d+ checks found something wrong: .*token\n$/);
  });

  it('finds a dead scheduler', async ({ skip }) => {
    skip(missing !== undefined, missing);
    const url = `http://127.0.0.1:${await freePort()}`;
    const client = await site.client('lonely', scheduler, { scheduler: { url, token: 'any' } });
    const examined = await examine(client.env);
    expect([examined.code, wrongLines(examined)], examined.text).toEqual([2, [expect.stringMatching(new RegExp(`scheduler .*ECONNREFUSED.*${url}`))]]);
    expect(examined.of('remote')).toEqual(['skipped there is no scheduler that answers']);
    expect(examined.of('compile')).toEqual([expect.stringMatching(/^ok .*came from the cache/)]);
    // No more than the two compiles that it tells of.
    expect((await client.stats()).compile_requests).toBe(2);
  });
});

describe('without a daemon', patient, () => {
  const stop = async (env: Readonly<Record<string, string>>): Promise<void> => void (await run(launcher(), ['--stop-server'], { env }));
  const environment = (name: string, more: Readonly<Record<string, string>> = {}): Record<string, string> => {
    mkdirSync(join(site.folder, name));
    return { ...clientEnvironment({ folder: join(site.folder, name) }), ...more };
  };

  it('starts one, and finds a cache folder that cannot be written to', async ({ skip }) => {
    skip(missing !== undefined, missing);
    writeFileSync(join(site.folder, 'file'), '');
    const env = environment('unwritable', { SCCACHE_DIR: join(site.folder, 'file/cache') });
    try {
      const examined = await examine(env);
      expect(examined.code, examined.text).toBe(2);
      expect(examined.of('daemon')).toEqual([expect.stringMatching(/^ok none ran; one was started/)]);
      expect(examined.of('cache')).toEqual([expect.stringMatching(/^wrong .*file\/cache\/sccache-ts cannot be written to: ENOTDIR/)]);
      expect(examined.of('scheduler')).toEqual([expect.stringMatching(/^note none is set/)]);
      const again = await examine({ ...env, SCCACHE_DIR: join(site.folder, 'another') });
      expect(again.of('daemon'), again.text).toEqual([expect.stringMatching(/^ok one runs/), expect.stringMatching(/^wrong it keeps results in .*--stop-server/)]);
    } finally {
      await stop(env);
    }
  });

  it('says where the settings are wrong, and starts none', async () => {
    const env = environment('nonsense');
    writeFileSync(env['SCCACHE_CONF'] ?? '', '[dist]\nscheduler_urll = "x"\n');
    const examined = await examine(env);
    expect(examined.code).toBe(2);
    expect(examined.of('settings')).toEqual([expect.stringMatching(/^wrong .*scheduler_urll/)]);
    expect(examined.of('daemon')).toEqual(['skipped without settings none can be started']);
  });

  it('tells a compiler behind our link from a link with no compiler', async ({ skip }) => {
    skip(missing !== undefined, missing);
    const links = join(site.folder, 'links');
    mkdirSync(links);
    for (const name of ['gcc', 'clang']) symlinkSync(launcher(), join(links, name));
    const only = join(site.folder, 'only');
    mkdirSync(only);
    const real = (process.env['PATH'] ?? '').split(':').flatMap((folder) => (readdirSafely(folder).includes('gcc') ? [join(folder, 'gcc')] : []))[0] ?? '';
    for (const [name, path] of [['gcc', real], ['node', process.execPath]] as const) symlinkSync(path, join(only, name));
    writeFileSync(join(only, 'rustc'), '#!/bin/sh\necho error: no default toolchain >&2; exit 1\n', { mode: 0o755 });
    const env = environment('links-client', { PATH: `${links}:${only}`, SCCACHE_CONF: join(site.folder, 'nonsense/client/config') });
    const examined = await examine(env);
    expect(examined.of('compiler'), examined.text).toEqual([
      `ok gcc is ${join(only, 'gcc')}; ${join(links, 'gcc')} before it in PATH is our own stand-in`,
      expect.stringMatching(/^wrong clang in PATH is .*links\/clang, which leads to .*, and no compiler of that name comes after it/),
      expect.stringMatching(/^wrong rustc is .*only\/rustc, and .*only\/rustc --version ends with 1 error: no default toolchain; mend rustc first/),
    ]);
  });
});

it('leaves no folder behind', () => {
  expect(readdirSync(temporary).filter((name) => name.startsWith('sccache-ts-doctor-'))).toEqual([]);
});

function readdirSafely(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    // PATH may name folders that are not there.
    return [];
  }
}

