import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { clangDialect, type CompilerKind, gccDialect } from '../compilation/index.js';
import { createFileDigests } from '../host/index.js';
import type { Front } from './ports.js';
import { gatherInputs, type InputsResult } from './preprocess.js';

const env = { PATH: '/usr/bin:/bin', LANG: 'C.UTF-8' };
const has = (name: string): boolean => spawnSync(name, ['--version'], { env }).status === 0;

describe('gatherInputs', () => {
  let dir = '';
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'gather-'));
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));
  const write = (name: string, text: string): void => writeFileSync(join(dir, name), text);
  const front = (): Front => ({
    signal: new AbortController().signal,
    colour: false,
    umask: 0o022,
    run: (command, options) => {
      const done = spawnSync(command.program, command.args, { cwd: dir, env, maxBuffer: 1 << 26 });
      options.onStdout?.(done.stdout);
      return Promise.resolve({ code: done.status ?? undefined, signal: undefined, stdout: done.stdout, stderr: done.stderr, wallMs: 1 });
    },
  });
  function gather(kind: CompilerKind, line: string): Promise<InputsResult> {
    const dialect = kind === 'gcc' ? gccDialect : clangDialect;
    const request = { compiler: `/usr/bin/${kind}`, args: line.split(' '), cwd: dir, env: Object.entries(env) };
    const verdict = dialect.parse(request, { kind, plusplus: false, version: '', apple: false }, () => undefined);
    if (verdict.kind === 'decline') throw new Error(verdict.reason);
    const { compilation } = verdict;
    return gatherInputs(front(), createFileDigests(Date.now), { dialect, program: kind, compilation, dependencyTemporary: undefined, base: '' });
  }
  const partsOf = (result: InputsResult): Record<string, string> => {
    if (result.kind !== 'inputs') throw new Error(JSON.stringify(result));
    return Object.fromEntries(result.inputs.parts.map((part) => [part.label, part.value]));
  };

  it('names every file that was entered, those of -imacros too', async () => {
    write('m.h', '#define ONE 1\n');
    write('a.h', 'int a;\n');
    write('a.c', '#include "a.h"\nint b = ONE;\n');
    const labels = Object.keys(partsOf(await gather('gcc', '-imacros m.h -c a.c')));
    expect(labels).toEqual(expect.arrayContaining(['preprocessed text', 'file a.c', 'file ./m.h', 'file a.h']));
  });

  it.each([
    ['a.s', '.data\n.incbin "x"\n'],
    ['a.s', '.data\n.include "x.inc"\n'],
    ['a.i', 'asm(".incbin \\"x\\"");\n'],
    ['a.c', 'asm(".incbin \\"x\\"");\n'],
  ])('will not know what the assembler reads in %s: %j', async (name, text) => {
    write(name, text);
    expect(await gather('gcc', `-c ${name}`)).toEqual({ kind: 'unknowable', reason: '.incbin' });
  });

  it('minds the files that preprocessed text names, for they are quoted in diagnostics', async () => {
    write('a.i', '# 1 "a.c"\nint f(void) { int unused; return 0; }\n');
    const without = partsOf(await gather('gcc', '-Wall -c a.i'));
    expect(without['quoted file a.c']).toBe('absent');
    write('a.c', 'int f(void) { int unused; return 0; }\n');
    const withSource = partsOf(await gather('gcc', '-Wall -c a.i'));
    expect(withSource['quoted file a.c']).toMatch(/^[0-9a-f]{64}$/);
    expect(withSource['file a.i']).toBe(without['file a.i']);
  });

  it('puts the processor into the key of code made for it', async () => {
    write('a.c', 'int a;\n');
    expect(partsOf(await gather('gcc', '-march=native -c a.c'))['processor']).toMatch(/^[0-9a-f]{64}$/);
    expect(partsOf(await gather('gcc', '-c a.c'))['processor']).toBeUndefined();
  });

  it('sees a precompiled header that gcc uses', async () => {
    write('p.h', 'int p;\n');
    write('a.c', '#include "p.h"\n');
    expect(spawnSync('gcc', ['-c', 'p.h', '-o', 'p.h.gch'], { cwd: dir, env }).status).toBe(0);
    const result = await gather('gcc', '-c a.c');
    expect(result).toMatchObject({ kind: 'inputs', inputs: { precompiled: ['p.h.gch'] } });
    expect(partsOf(result)['file p.h.gch']).toMatch(/^[0-9a-f]{64}$/);
  });

  it.skipIf(!has('clang'))('leaves alone what clang silently takes from a precompiled header', async () => {
    write('p.h', 'int p;\n');
    write('a.c', 'int *q = &p;\n');
    expect((await gather('clang', '-include p.h -c a.c')).kind).toBe('inputs');
    expect(spawnSync('clang', ['-x', 'c-header', '-c', 'p.h', '-o', 'p.h.pch'], { cwd: dir, env }).status).toBe(0);
    expect(await gather('clang', '-include p.h -c a.c')).toEqual({ kind: 'unknowable', reason: 'precompiled header' });
    const explicit = await gather('clang', '-include-pch p.h.pch -c a.c');
    expect(partsOf(explicit)['file p.h.pch']).toMatch(/^[0-9a-f]{64}$/);
  });

  it('leaves an unreadable or refused input to the compiler', async () => {
    expect(await gather('gcc', '-c none.s')).toEqual({ kind: 'refused' });
    write('a.c', '#error no\n');
    expect(await gather('gcc', '-c a.c')).toEqual({ kind: 'refused' });
  });
});
