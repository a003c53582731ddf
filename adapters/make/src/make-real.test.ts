import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { masqueradeNames } from './compiler-names.js';
import { makePlan, type MakePlanInput } from './make-plan.js';

const project = fileURLToPath(new URL('../fixtures/nested', import.meta.url));
const objects = ['lib/area.o', 'lib/edge.o', 'app/main.o', 'app/print.o'];
const found = (name: string): boolean => spawnSync('sh', ['-c', `command -v ${name}`]).status === 0;
const tools = ['make', 'cc', 'g++', 'ar'].every(found);
if (!tools) process.stderr.write('skipped: make, cc, g++ or ar is not installed\n');

describe.skipIf(!tools)('a recursive make project', () => {
  let dir = '';
  let calls = '';
  let launcher = '';
  let masqueradeDir = '';
  const base: Record<string, string> = { PATH: process.env['PATH'] ?? '', LC_ALL: 'C' };

  beforeEach(() => {
    dir = realpathSync(mkdtempSync(join(tmpdir(), 'make-')));
    calls = join(dir, 'calls');
    launcher = join(dir, 'launcher');
    masqueradeDir = join(dir, 'masquerade');
    mkdirSync(masqueradeDir);
    // Writes down what it was asked, then is the compiler: the one named, or the one of its own name further on in PATH.
    writeFileSync(launcher, [
      '#!/bin/sh',
      'name=${0##*/}',
      `PATH=$(printf %s "$PATH" | tr : '\\n' | grep -vxF '${masqueradeDir}' | tr '\\n' :)`,
      '[ "$name" = launcher ] || set -- "$name" "$@"',
      `printf '%s\\n' "$*" >> '${calls}'`,
      'exec "$@"', '',
    ].join('\n'));
    chmodSync(launcher, 0o755);
    for (const name of masqueradeNames) symlinkSync(launcher, join(masqueradeDir, name));
  });
  afterEach(() => {
    rmSync(dir, { recursive: true, force: true });
  });

  const copy = (name: string): string => {
    cpSync(project, join(dir, name), { recursive: true });
    return join(dir, name);
  };
  const make = (cwd: string, args: readonly string[], more: Record<string, string> = {}): { text: string; status: number | null } => {
    const done = spawnSync('make', args, { cwd, env: { ...base, ...more } });
    return { text: `${done.stdout.toString()}${done.stderr.toString()}`, status: done.status };
  };
  const planned = (cwd: string, more: Partial<MakePlanInput> & Pick<MakePlanInput, 'style'>): { text: string; status: number | null } => {
    const plan = makePlan({
      launcher, masqueradeDir, env: Object.entries(base), args: [], jobs: { local: 2, offered: 1, apply: 'argument' }, ...more,
    });
    return make(cwd, plan.args, Object.fromEntries(plan.env));
  };
  const called = (): readonly string[] => (existsSync(calls) ? readFileSync(calls, 'utf8').trim().split('\n') : []);
  const compiled = (): readonly string[] => called().filter((line) => line.includes(' -c ')).map((line) => line.split(' ').at(-1) ?? '').sort();
  const expectSame = (one: string, other: string): void => {
    for (const object of objects) expect(readFileSync(join(one, object)).equals(readFileSync(join(other, object))), object).toBe(true);
    expect(spawnSync(join(other, 'app/shapes')).stdout.toString()).toBe('area 12\nedge 14\n');
  };

  for (const style of ['variables', 'masquerade'] as const) {
    it(`compiles every file of every sub-make through the launcher: ${style}`, () => {
      // The same folder for both: a path in an object would tell them apart.
      const work = copy('work');
      expect(make(work, []).status).toBe(0);
      expect(called()).toEqual([]);
      cpSync(work, join(dir, 'bare'), { recursive: true });
      make(work, ['clean']);
      const { text, status } = planned(work, { style });
      expect(status).toBe(0);
      expect(text).not.toMatch(/jobserver|warning/);
      expect(compiled()).toEqual(['area.c', 'edge.c', 'main.cpp', 'print.cpp']);
      expect(called().filter((line) => line.startsWith('cc '))).toHaveLength(2);
      expect(called().filter((line) => line.startsWith('g++ '))).toHaveLength(3);
      expectSame(join(dir, 'bare'), work);
      expect(readFileSync(join(work, 'app/main.d'), 'utf8')).toContain('../include/shapes.h');
    });
  }

  it('recompiles only what a change touches, as make decides', () => {
    const work = copy('work');
    planned(work, { style: 'variables' });
    rmSync(calls);
    rmSync(join(work, 'lib/edge.o'));
    expect(planned(work, { style: 'variables' }).status).toBe(0);
    expect(compiled()).toEqual(['edge.c']);
  });

  it('keeps the compiler that the user named, on the command line too', () => {
    const work = copy('work');
    expect(planned(work, { style: 'variables', args: ['CC=gcc -std=c99'] }).status).toBe(0);
    expect(called().filter((line) => line.startsWith('gcc -std=c99 '))).toHaveLength(2);
  });

  it('leaves a makefile its own compiler, which a masquerade folder reaches', () => {
    const work = copy('work');
    const makefile = join(work, 'lib/Makefile');
    writeFileSync(makefile, `CC = gcc\n${readFileSync(makefile, 'utf8')}`);
    expect(planned(work, { style: 'variables' }).status).toBe(0);
    expect(compiled()).toEqual(['main.cpp', 'print.cpp']);
    make(work, ['clean']);
    rmSync(calls);
    expect(planned(work, { style: 'masquerade' }).status).toBe(0);
    expect(compiled()).toEqual(['area.c', 'edge.c', 'main.cpp', 'print.cpp']);
    expect(called().filter((line) => line.startsWith('gcc '))).toHaveLength(2);
  });

  it('fails as plain make fails', () => {
    const work = copy('work');
    writeFileSync(join(work, 'lib/edge.c'), 'int edge( { return 1; }\n');
    const bare = make(work, []);
    make(work, ['clean']);
    const ours = planned(work, { style: 'variables', jobs: { local: 1, offered: 0, apply: 'never' } });
    expect(ours.status).toBe(bare.status);
    expect(bare.status).toBe(2);
    expect(ours.text.replaceAll(`${launcher} `, '')).toBe(bare.text);
  });
});
