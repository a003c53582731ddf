// Knows: how to run the import rules of .config/floors.cjs over a tree of sources. Refuses to know: the rules.
import { createRequire } from 'node:module';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const sources = ['core/src', 'adapters', 'plugins', 'daemons', 'fixtures/src', 'bench/src'];

/**
 * Workspace names lead to sources here, not to dist/, which may be missing or old: an import through a name must break the same
 * rules as one through a path. The names are those of tsconfig.all.json.
 */
function sourcesByName(tree) {
  const { paths } = JSON.parse(readFileSync(join(root, '.config/tsconfig.all.json'), 'utf8')).compilerOptions;
  const named = Object.entries(paths).filter(([name]) => !name.includes('*'));
  const rooms = ['base', 'compilation', 'wire', 'scheduling', 'storage', 'host', 'engine'];
  return Object.fromEntries([
    ...named.map(([name, [path]]) => [`${name}$`, join(tree, '.config', path)]),
    ...rooms.map((room) => [`@sccache-ts/core/${room}$`, join(tree, `core/src/${room}/index.ts`)]),
  ]);
}

/**
 * @param {string} tree folder that holds core/, daemons/ …
 * @returns {Promise<{ modules: number, violations: { rule: string, sentence: string, from: string, to: string }[] }>}
 */
export async function checkFloors(tree = root) {
  const { cruise } = await import('dependency-cruiser');
  const rules = createRequire(import.meta.url)('../.config/floors.cjs');
  const result = await cruise(
    sources.filter((path) => existsSync(join(tree, path))),
    { ...rules.options, baseDir: tree, ruleSet: { forbidden: rules.forbidden }, validate: true },
    { alias: sourcesByName(tree) },
  );
  const { summary } = result.output;
  const sentences = new Map(rules.forbidden.map((rule) => [rule.name, rule.comment]));
  const violations = summary.violations.map(({ rule, from, to }) => ({ rule: rule.name, sentence: sentences.get(rule.name), from, to }));
  return { modules: summary.totalCruised, violations };
}

/** Prints what is wrong; true when nothing is. A check that saw no module saw nothing and fails. */
export async function reportFloors(tree = root) {
  const { modules, violations } = await checkFloors(tree);
  for (const { from, to, sentence } of violations) console.error(`${from} imports ${to}\n  ${sentence}`);
  if (modules === 0) console.error('floors: no module was read, so nothing was checked');
  else console.log(`floors: ${modules} modules, ${violations.length} violations`);
  return modules > 0 && violations.length === 0;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) process.exitCode = (await reportFloors()) ? 0 : 1;
