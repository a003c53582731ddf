import { describe, expect, it } from 'vitest';
import { candidateModes, type ModeWishes, spellMode, weaknesses } from './sandbox-mode.js';
import { type MountJob, mountWords, type SandboxMode } from './sandbox-mount.js';
import type { SandboxTools } from './sandbox-tools.js';

const order = (wishes: Partial<ModeWishes>): string[] => {
  const modes = candidateModes({ layers: 'auto', firstUser: 53_200, uid: 0, ...wishes }, '/mnt');
  return [...new Set(modes.map(({ layers, as, ownUsers }) => `${layers} ${as}${ownUsers ? ' own' : ''}`))];
};

describe('candidateModes', () => {
  it.each<[string, Partial<ModeWishes>, string[]]>([
    ['root', {}, ['overlay root own', 'binds root own', 'overlay root', 'overlay user', 'binds root']],
    ['root without ids for jobs', { firstUser: undefined }, ['overlay root', 'overlay user', 'binds root']],
    ['an ordinary user', { uid: 1000 }, ['overlay user', 'binds user']],
    ['root that wants mounts', { layers: 'binds' }, ['binds root own', 'binds root']],
    ['an ordinary user that wants an overlay', { uid: 1000, layers: 'overlay' }, ['overlay user']],
  ])('of %s', (_, wishes, expected) => {
    expect(order(wishes)).toEqual(expected);
  });
});

const tools: SandboxTools = {
  bwrap: 'bwrap', sh: 'sh', mount: 'mount', unshare: 'unshare', prlimit: 'prlimit', setpriv: 'setpriv', enter: undefined, tellsStatus: true, endsNesting: true, sizesMemory: true,
  controls: [], tellTales: [], filter: new Uint8Array(8),
};
const mode: SandboxMode = { layers: 'overlay', as: 'root', ownUsers: true, options: ['volatile'], place: '/mnt' };
const job = { folder: '/b/builds/1', lower: '/b/toolchains/ab', groups: ['/g/1', '/h/1'], limits: ['--core=0'], user: 53_201 };

describe('mountWords', () => {
  it('takes limits and another user last, when all is mounted', () => {
    const words = mountWords(tools, mode, job);
    expect(words.filter((word) => !word.includes(';'))).toEqual([
      'unshare', '--mount', '--propagation', 'private', '--', 'sh', '-c', 'sh', '/g/1 /h/1',
      'mount', 'lowerdir=../../toolchains/ab,upperdir=upper,workdir=work,nosuid,nodev,volatile', '/mnt',
      'prlimit', '--core=0', '--', 'setpriv', '--reuid', '53201', '--regid', '53201', '--clear-groups', '--no-new-privs', '--',
    ]);
  });

  it('needs no mount of its own for mounts by an ordinary user', () => {
    const words = mountWords(tools, { ...mode, layers: 'binds', as: 'user', ownUsers: false }, { ...job, groups: [], limits: [], user: undefined });
    expect(words).toEqual(['sh', '-c', expect.stringContaining('exec'), 'sh', '']);
  });

  it('never lets a name be read as options', () => {
    expect(() => mountWords(tools, mode, { ...job, lower: '/b/tool,chains' })).toThrowError(expect.objectContaining({ code: 'IMPOSSIBLE' }));
  });
});

describe('mountWords for sandbox-enter', () => {
  const entering = { ...tools, enter: 'enter' };
  const inside = { folder: '/b/memory', mounts: '/proc/7/fd/8', user: undefined };
  const overlay = ['overlay', 'lowerdir=../../toolchains/ab,upperdir=upper,workdir=work,volatile', '/mnt'];
  const byPlace = ['memory', 'size=64k,mode=755', '/mnt', 'folder', '/mnt/upper', 'folder', '/mnt/lower', 'bind', 'upper', '/mnt/upper', 'bind', '../../toolchains/ab', '/mnt/lower'];
  const needs = ['bwrap', '/dev/null', '/dev/zero', '/dev/full', '/dev/random', '/dev/urandom', '/b/toolchains/ab', '/mnt'];
  const shed = [...needs.flatMap((path) => ['need', path]), 'shed'];
  const rest = ['group', '/g/1', 'group', '/h/1'];
  const last = ['limit', 'core=0', 'user', '53201', 'run'];
  const asUser = { ...mode, as: 'user', ownUsers: false } as const;

  it.each<[string, SandboxMode, Partial<MountJob>, string[]]>([
    ['an overlay', mode, {}, ['own-mounts', ...rest, ...shed, ...overlay, ...last]],
    ['mounts', { ...mode, layers: 'binds' }, {}, ['own-mounts', ...rest, ...shed, ...byPlace, ...last]],
    ['an overlay of an ordinary user', asUser, { user: undefined }, ['own-user', ...rest, ...overlay.slice(0, 2), 'target', 'limit', 'core=0', 'run']],
    ['mounts of an ordinary user', { ...asUser, layers: 'binds' }, { user: undefined, groups: [] }, ['limit', 'core=0', 'run']],
    ['an overlay on a disk', mode, { inside, groups: [] }, ['join', '/proc/7/fd/8', '/b/memory', 'own-mounts', ...shed, 'overlay', 'lowerdir=../toolchains/ab,upperdir=upper,workdir=work,volatile', '/mnt', ...last]],
    ['an overlay of an ordinary user on a disk', asUser, { inside: { ...inside, user: '/proc/7/fd/9' }, groups: [], user: undefined }, [
      'join-user', '/proc/7/fd/9', '/proc/7/fd/8', '/b/memory', 'own-mounts', 'overlay', 'lowerdir=../toolchains/ab,upperdir=upper,workdir=work,volatile', 'target', 'limit', 'core=0', 'run',
    ]],
  ])('spells %s, with limits and another user last', (_, it, change, expected) => {
    expect(mountWords(entering, it, { ...job, ...change })).toEqual(['enter', 'die-first', ...expected]);
  });

  it('never lets a name be read as options', () => {
    expect(() => mountWords(entering, mode, { ...job, lower: '/b/tool,chains' })).toThrowError(expect.objectContaining({ code: 'IMPOSSIBLE' }));
  });

  it('is the only way to a disk', () => {
    expect(() => mountWords(tools, mode, { ...job, inside })).toThrowError(expect.objectContaining({ code: 'IMPOSSIBLE' }));
  });
});

describe('what a mode is worth', () => {
  it('is said in words, and nothing is hidden', () => {
    expect(spellMode(mode)).toBe('overlay file system, as root, a user id for each job');
    expect(spellMode(mode, 'memory')).toBe('overlay file system, as root, a user id for each job, a disk of fixed size in memory for each job');
    expect(weaknesses(mode, tools, true)).toEqual([]);
    const weak = weaknesses({ ...mode, layers: 'binds', ownUsers: false }, { ...tools, filter: undefined, endsNesting: false }, false);
    expect(weak).toHaveLength(5);
  });
});
