// Knows: one planted violation for every rule of the floors and for the manners that the linter holds.
// A rule that lets its violation through is no rule.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ESLint } from 'eslint';
import { afterAll, describe, expect, it } from 'vitest';
import { checkFloors } from './floors.mjs';

interface Rules {
  readonly forbidden: readonly { readonly name: string; readonly comment: string }[];
}
const rules = createRequire(import.meta.url)('../.config/floors.cjs') as Rules;

/** rule -> [file that sins, the import it sins with, file that must exist besides] */
const planted: Readonly<Record<string, readonly [sinner: string, imported: string, target?: string]>> = {
  'floor-1-base': ['core/src/base/a.ts', '../host/index.js', 'core/src/host/index.ts'],
  'floor-2-decide': ['core/src/wire/a.ts', '../scheduling/index.js', 'core/src/scheduling/index.ts'],
  'floor-3-touch': ['core/src/storage/a.ts', '../host/index.js', 'core/src/host/index.ts'],
  'floor-4-core-knows-no-plugin': ['core/src/engine/a.ts', '../../../adapters/make/src/index.js', 'adapters/make/src/index.ts'],
  'floor-4-adapters-and-plugins': ['adapters/make/src/a.ts', '../../../core/src/engine/index.js', 'core/src/engine/index.ts'],
  'floor-5-daemons': ['daemons/client/src/a.ts', '../../builder/src/index.js', 'daemons/builder/src/index.ts'],
  'floor-5-cli': ['daemons/cli/src/a.ts', '../../../fixtures/src/index.js', 'fixtures/src/index.ts'],
  'pure-floors': ['core/src/compilation/b.ts', 'node:path'],
  'pure-floors-no-packages': ['core/src/scheduling/b.ts', 'commander', 'node_modules/commander/index.js'],
  'world-only-in-host': ['core/src/engine/b.ts', 'node:child_process'],
  'files-only-in-host-and-storage': ['daemons/scheduler/src/b.ts', 'node:fs/promises'],
  'one-door-per-room': ['core/src/engine/c.ts', '../host/land.js', 'core/src/host/land.ts'],
  'one-door-per-package': ['daemons/cli/src/c.ts', '../../client/src/deep.js', 'daemons/client/src/deep.ts'],
  'no-circles': ['core/src/base/c.ts', './d.js', 'core/src/base/d.ts'],
  'imports-lead-somewhere': ['core/src/host/e.ts', './nowhere.js'],
};

/** The same sins through the names of packages. */
const namedPlants: readonly (readonly [sinner: string, imported: string, rule: string])[] = [
  ['core/src/host/n.ts', '@sccache-ts/adapter-make', 'floor-4-core-knows-no-plugin'],
  ['core/src/wire/n.ts', '@sccache-ts/core/host', 'floor-2-decide'],
  ['daemons/client/src/n.ts', '@sccache-ts/builder', 'floor-5-daemons'],
  ['adapters/make/src/n.ts', '@sccache-ts/core/engine', 'floor-4-adapters-and-plugins'],
];

describe('floors', () => {
  const tree = mkdtempSync(join(tmpdir(), 'floors-'));
  afterAll(() => rmSync(tree, { recursive: true, force: true }));

  it('every rule has a planted violation here', () => {
    expect(Object.keys(planted).sort()).toEqual(rules.forbidden.map((rule) => rule.name).sort());
  });

  it('catches every planted violation with its own rule and sentence', async () => {
    const write = (path: string, text: string): void => {
      mkdirSync(dirname(join(tree, path)), { recursive: true });
      writeFileSync(join(tree, path), text);
    };
    for (const [, , target] of Object.values(planted)) if (target !== undefined) write(target, 'export {};\n');
    for (const [sinner, imported] of namedPlants) write(sinner, `export * from '${imported}';\n`);
    write('node_modules/commander/package.json', '{"name":"commander","version":"1.0.0","type":"module","exports":"./index.js"}');
    write('core/src/base/d.ts', "export * from './c.js';\n");
    for (const [sinner, imported] of Object.values(planted)) write(sinner, `export * from '${imported}';\n`);
    const { modules, violations } = await checkFloors(tree);
    expect(modules).toBeGreaterThan(0);
    for (const [rule, [sinner]] of Object.entries(planted)) {
      expect(violations, `${sinner} should break ${rule}`).toContainEqual(expect.objectContaining({ rule, from: sinner }));
    }
    for (const [sinner, , rule] of namedPlants) {
      expect(violations, `${sinner} should break ${rule} through a package's name`).toContainEqual(expect.objectContaining({ rule, from: sinner }));
    }
    expect(violations.every(({ sentence }) => (sentence?.length ?? 0) > 20)).toBe(true);
  });

  it('says that nothing was checked when no module was read', async () => {
    const empty = mkdtempSync(join(tmpdir(), 'floors-'));
    try {
      mkdirSync(join(empty, 'core/src'), { recursive: true });
      expect((await checkFloors(empty)).modules).toBe(0);
    } finally {
      rmSync(empty, { recursive: true, force: true });
    }
  });
});

describe('manners', () => {
  // On a CI machine the parser takes it that no text differs from the file on disk; these texts do.
  const parserOptions = { disallowAutomaticSingleRunInference: true };
  const lint = new ESLint({ overrideConfigFile: '.config/eslint.config.js', overrideConfig: [{ files: ['**/*.ts'], languageOptions: { parserOptions } }] });
  const header = '// Knows: nothing. Refuses to know: everything.\n';
  const rows: readonly [string, string, string][] = [
    ['core/src/base/log.ts', 'export const now = Date.now();', 'no-restricted-properties'],
    ['core/src/base/log.ts', 'export const dice = Math.random();', 'no-restricted-properties'],
    ['core/src/base/log.ts', 'export const who = process.pid;', 'no-restricted-globals'],
    ['core/src/base/log.ts', 'export const wait = () => setTimeout(() => undefined, 1);', 'no-restricted-globals'],
    ['core/src/base/log.ts', 'export const later = async () => 1;', 'no-restricted-syntax'],
    ['core/src/base/log.ts', 'console.log(1);', 'no-restricted-globals'],
    ['core/src/engine/ports.ts', 'export default 1;', 'no-restricted-syntax'],
    ['core/src/engine/ports.ts', 'export const home = process.env["HOME"];', 'no-restricted-properties'],
    ['core/src/engine/ports.ts', 'const f = async () => 1;\nexport const g = () => { f(); };', '@typescript-eslint/no-floating-promises'],
    ['core/src/engine/ports.ts', 'import { Fault } from "../base/index.js";', '@typescript-eslint/no-unused-vars'],
    ['core/src/engine/ports.ts', `export const f = (a: 1, b: 1, c: 1, d: 1, e: 1) => [a, b, c, d, e];`, '@typescript-eslint/max-params'],
    ['core/src/engine/ports.ts', '// line\n'.repeat(260), 'max-lines'],
    ['core/src/engine/ports.ts', `export const f = () => {\n${'  void 0;\n'.repeat(70)}};`, 'max-lines-per-function'],
    ['core/src/engine/ports.ts', 'try { void 0; } catch {}', 'no-empty'],
  ];
  it.each(rows)('%s: %j breaks %s', async (filePath, text, rule) => {
    const [result] = await lint.lintText(`${header}${text}\n`, { filePath });
    expect(result?.messages.map((message) => message.ruleId)).toContain(rule);
  });
});
