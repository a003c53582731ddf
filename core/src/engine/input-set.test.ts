import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inflateSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Digest, EnvPairs } from '../base/index.js';
import { gccDialect } from '../compilation/index.js';
import { createFolderViews, createMemberCache } from '../host/index.js';
import { inputSetOf } from './input-set.js';
import { mentionsOf } from './input-set-scan.js';
import type { AwayJob } from './ports.js';

let root = '';
const write = (name: string, text = ''): void => {
  mkdirSync(join(root, name, '..'), { recursive: true });
  writeFileSync(join(root, name), text);
};
beforeAll(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'sts-set-')));
  write('src/a.c', '#include "sub/b.h"\n');
  write('src/sub/b.h', '#include "../c.h"\n');
  write('src/c.h', '#if __has_include(<maybe/d.h>) || __has_include("e.h") || __has_include(<absent.h>)\n#endif\n');
  write('inc/maybe/d.h', 'd');
  write('src/e.h', 'e');
  write('real/x.h', 'x');
  write('macro.c', '#if __has_include(WHICH)\n#endif\n');
  write('big.c', ' '.repeat(2_000_000));
  symlinkSync(join(root, 'real'), join(root, 'link'));
  symlinkSync(join(root, 'src'), join(root, 'alias'));
});
afterAll(() => rmSync(root, { recursive: true }));

const members = createMemberCache({ maxBytes: 1e7, watch: mentionsOf });
interface Given {
  readonly args?: readonly string[];
  readonly files?: readonly string[];
  readonly env?: EnvPairs;
  readonly links?: ReadonlyMap<string, string>;
}

function jobOf({ args = ['-c', 'a.c'], files = ['a.c'], env = [] }: Given): AwayJob {
  const facts = { kind: 'gcc', plusplus: false, version: '12', apple: false } as const;
  const request = { compiler: '/usr/bin/gcc', args, cwd: join(root, 'src'), env };
  const verdict = gccDialect.parse(request, facts, () => undefined);
  if (verdict.kind !== 'compile') throw new Error(verdict.reason);
  const compiler = { path: request.compiler, facts, dialect: gccDialect, identity: 'x' as Digest };
  return { request, compiler, compilation: verdict.compilation, files, signal: new AbortController().signal };
}

/** The names in the archive, relative to the root; or why the compile stays at home. */
async function namesOf(given: Given): Promise<readonly string[] | string> {
  const set = await inputSetOf(jobOf(given), { members, links: given.links ?? new Map(), maxBytes: 1e6, views: createFolderViews(Date.now) });
  if (set.kind === 'home') return set.reason;
  const listed = spawnSync('tar', ['tf', '-'], { input: inflateSync(Buffer.concat(set.archive)), encoding: 'utf8' });
  return listed.stdout.trim().split('\n').map((name) => name.replace(`${root.slice(1)}/`, '')).sort();
}

describe('input sets', () => {
  it('hold what was read, what is asked for and there, and the folders on the way', async () => {
    const files = ['a.c', 'sub/b.h', 'sub/../c.h'];
    expect(await namesOf({ args: ['-c', 'a.c', '-I', '../inc', '-Inone/..', '-Isub/../../inc/maybe'], files })).toEqual(
      ['inc/maybe/d.h', 'src/a.c', 'src/c.h', 'src/e.h', 'src/sub/b.h'],
    );
  });

  it('name folders that hold nothing but are named', async () => {
    mkdirSync(join(root, 'bare/deep'), { recursive: true });
    expect(await namesOf({ args: ['-c', 'a.c', '-I../bare', '-o', '../bare/deep/../a.o'] })).toEqual(['bare/', 'bare/deep/', 'src/a.c']);
  });

  it('make folders of links, and follow those that exist over there', async () => {
    expect(await namesOf({ files: ['a.c', '../link/x.h'] })).toEqual(['link/x.h', 'src/a.c']);
    const links = new Map([[join(root, 'link'), join(root, 'real')]]);
    expect(await namesOf({ files: ['a.c', `${root}/link/x.h`, '../real/x.h'], links })).toEqual(['real/x.h', 'src/a.c']);
  });

  it('give the working directory the name that PWD gives it', async () => {
    const env: EnvPairs = [['PWD', join(root, 'alias')]];
    expect(await namesOf({ env, files: ['a.c', `${root}/src/c.h`] })).toEqual(['alias/a.c', 'alias/c.h', 'alias/e.h', 'src']);
    expect(await namesOf({ env: [['PWD', join(root, 'real')]] })).toEqual(['src/a.c']);
    expect(await namesOf({ env: [['PWD', `${root}/src/`]] })).toMatch(/roundabout/);
  });

  it.each<[string, Given, RegExp]>([
    ['a file of this machine', { files: ['a.c', '/proc/version'] }, /exists only here/],
    ['an unreadable file', { files: ['a.c', 'gone.h'] }, /gone.h is not a file/],
    ['a folder for a file', { files: ['a.c', 'sub'] }, /sub is not a file/],
    ['too much', { files: ['a.c', '../big.c'] }, /more than 1000000 bytes/],
    ['an operand that is a macro', { files: ['a.c', '../macro.c'] }, /__has_include of "WHICH"/],
    ['no output', { args: ['-c', 'a.c', '-o', '/dev/null'] }, /not an ordinary file/],
  ])('%s keeps the compile at home', async (_name, given, reason) => {
    expect(await namesOf(given)).toMatch(reason);
  });

  it('two files of one name keep it at home', async () => {
    mkdirSync(join(root, 'far/inner'), { recursive: true });
    write('far/y.h', 'far');
    write('src/y.h', 'near');
    symlinkSync(join(root, 'far/inner'), join(root, 'src/hop'));
    expect(await namesOf({ files: ['a.c', 'y.h', 'hop/../y.h'] })).toMatch(/two files would be/);
  });
});
