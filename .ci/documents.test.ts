// Knows: that documents name files that exist and commands that package.json has. Refuses to know: what they say about them.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from './prepare.mjs';

const documents = [
  ...readdirSync(root).filter((name) => name.endsWith('.md')),
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: Readonly<Record<string, string>> };

describe.each(documents)('%s', (document) => {
  const text = readFileSync(join(root, document), 'utf8');

  it('names only files that exist', () => {
    const named = [...text.matchAll(/`((?:core|adapters|plugins|daemons|fixtures|bench|docs|\.ci|\.config)\/[\w./-]+)`/g)].map(([, path = '']) => path);
    const linked = [...text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, path = '']) => join(dirname(document), path));
    expect([...named, ...linked].filter((path) => !existsSync(join(root, path)) && !existsSync(join(root, path.replace(/^core\//, 'core/src/'))))).toEqual([]);
  });

  it('names only scripts that exist', () => {
    const commands = [...text.matchAll(/\bnpm (?:run )?(start|test|build|lint|bench|interop|clean|run [a-z:-]+)\b/g)].map(([, name = '']) => name.replace('run ', ''));
    expect(commands.filter((name) => !(name in scripts))).toEqual([]);
  });
});
