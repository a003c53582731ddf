import { describe, expect, it } from 'vitest';
import { candidateModes, type ModeWishes, spellMode, weaknesses } from './sandbox-mode.js';
import { mountWords, type SandboxMode } from './sandbox-mount.js';
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

describe('what a mode is worth', () => {
  it('is said in words, and nothing is hidden', () => {
    expect(spellMode(mode)).toBe('overlay file system, as root, a user id for each job');
    expect(weaknesses(mode, tools, true)).toEqual([]);
    const weak = weaknesses({ ...mode, layers: 'binds', ownUsers: false }, { ...tools, filter: undefined, endsNesting: false }, false);
    expect(weak).toHaveLength(5);
  });
});
