import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { logLevels } from '../base/index.js';
import { limitOf } from './log-sink-filter.js';
import { spellMessage } from './log-sink-line.js';
import { logFromEnvironment, type LogSinkOptions } from './log-sink.js';

function written(env: Record<string, string>, options: Partial<LogSinkOptions> = {}): string[] {
  const lines: string[] = [];
  const log = logFromEnvironment(env, { ident: 'sccache-scheduler', write: (line) => lines.push(line), ...options });
  for (const level of logLevels) log[level](`said at ${level}`, { a: 1 });
  return lines;
}

describe('limitOf', () => {
  it.each([
    ['debug', 'debug'],
    ['WARN', 'warn'],
    ['off', 'off'],
    ['sccache=debug', 'debug'],
    ['sccache', 'trace'],
    ['sccache_dist=info', 'info'],
    ['sccache::dist=trace', 'trace'],
    ['sccache-ts=debug', 'debug'],
    ['info,hyper=debug', 'info'],
    ['error,sccache=debug', 'debug'],
    ['sccache=debug,error', 'debug'],
    ['sccache=warn,sccache_ts=trace', 'trace'],
    ['sccache=warn,sccache=info', 'info'],
    ['hyper=debug,reqwest=trace', 'off'],
    ['sccache=loud', 'off'],
    ['sccache=debug=info', 'off'],
    [' sccache = debug , info ', 'debug'],
    ['debug/some text', 'debug'],
    [',,', 'off'],
  ])('%j', (filter, limit) => {
    expect(limitOf(filter)).toBe(limit);
  });
});

describe('logFromEnvironment', () => {
  it.each<[string, Record<string, string>, Partial<LogSinkOptions>, number]>([
    ['errors only when nobody says anything', {}, {}, 1],
    ['what the program says otherwise', {}, { otherwise: 'info' }, 3],
    ['SCCACHE_LOG', { SCCACHE_LOG: 'debug' }, {}, 4],
    ['RUST_LOG', { RUST_LOG: 'sccache=trace' }, {}, 5],
    ['SCCACHE_LOG before RUST_LOG', { SCCACHE_LOG: 'warn', RUST_LOG: 'trace' }, {}, 2],
    ['an empty SCCACHE_LOG says nothing', { SCCACHE_LOG: '', RUST_LOG: 'info' }, {}, 3],
    ['silence', { SCCACHE_LOG: 'off' }, {}, 0],
  ])('%s', (_what, env, options, lines) => {
    expect(written(env, options)).toHaveLength(lines);
  });

  it('writes lines as env_logger does', () => {
    expect(written({})[0]).toMatch(/^\[20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ ERROR sccache_scheduler\] said at error a=1$/);
    expect(written({ SCCACHE_LOG_MILLIS: '1' })[0]).toMatch(/:\d\d\.\d{3}Z ERROR /);
  });
});

describe('as JSON lines', () => {
  it('gives each line as one object with the fields beside the sentence', () => {
    const lines: string[] = [];
    const log = logFromEnvironment({}, { ident: 'sccache-scheduler', otherwise: 'info', format: 'json', write: (line) => lines.push(line) });
    log.info('two\nlines \u001b[31m\u2028', { server: '127.0.0.1:1', jobs: 3, on: true, off: undefined, level: 'mine' });
    log.debug('not asked for');
    expect(lines).toHaveLength(1);
    expect(lines[0]).not.toMatch(/[\n\u001b\u2028]/);
    expect(JSON.parse(lines[0] ?? '')).toEqual({
      time: expect.stringMatching(/^20.*\.\d{3}Z$/) as string, level: 'info', program: 'sccache-scheduler', message: 'two\nlines \u001b[31m\u2028', server: '127.0.0.1:1', jobs: 3, on: true,
      field_level: 'mine',
    });
  });
});

describe('spellMessage', () => {
  it('keeps one line one line', () => {
    const message = spellMessage('peer said\nERROR fake\u001b[31m', { text: 'two words', code: 'A=B', empty: '', on: true, off: undefined });
    expect(message).toBe('peer said\\u000aERROR fake\\u001b[31m text="two words" code="A=B" empty="" on=true');
  });
});

describe('syslog', () => {
  const path = process.env['PATH'];
  let folder = '';
  afterEach(async () => {
    process.env['PATH'] = path;
    if (folder !== '') await rm(folder, { recursive: true, force: true });
  });

  it('gets every line with its priority, up to the level asked for', async () => {
    folder = await mkdtemp(join(tmpdir(), 'log-sink-'));
    const out = join(folder, 'out');
    await writeFile(join(folder, 'logger'), `#!/bin/sh\necho "$@" > ${out}\ncat >> ${out}\n`);
    await chmod(join(folder, 'logger'), 0o755);
    process.env['PATH'] = `${folder}:${path}`;
    expect(written({ SCCACHE_LOG: 'trace' }, { syslog: 'info' })).toEqual([]);
    const expected = [`--prio-prefix --tag sccache-scheduler[${process.pid}]`, '<27>said at error a=1', '<28>said at warn a=1', '<30>said at info a=1', ''];
    await expect.poll(() => readFile(out, 'utf8').catch(() => ''), { timeout: 10_000 }).toBe(expected.join('\n'));
  });

  it('is given up aloud when there is none', async () => {
    folder = await mkdtemp(join(tmpdir(), 'log-sink-'));
    process.env['PATH'] = folder;
    const lines: string[] = [];
    const log = logFromEnvironment({}, { ident: 'x', syslog: 'info', write: (line) => lines.push(line) });
    await expect.poll(() => lines.length, { timeout: 10_000 }).toBe(1);
    expect(lines[0]).toContain("the system's log cannot be written to");
    log.info('still heard');
    expect(lines[1]).toContain('still heard');
  });
});
