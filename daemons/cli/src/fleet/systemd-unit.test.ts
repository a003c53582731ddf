import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { socketText, unitName, unitPath, unitText, type UnitFacts, unitWord } from './systemd-unit.js';

const root = fileURLToPath(new URL('../../../..', import.meta.url));
const script = join(root, 'daemons/cli/bin/sccache-ts-dist.js');
const noVerify = spawnSync('systemd-analyze', ['--version']).status === 0 ? undefined : 'systemd-analyze is not installed (apt-get install systemd)';
let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'units-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** As in the documents. */
const usual: UnitFacts = {
  daemon: 'scheduler',
  user: false,
  node: '/usr/bin/node',
  script: '/usr/local/lib/node_modules/sccache-ts/bin/sccache-ts-dist.js',
  config: '/etc/sccache-ts/scheduler.conf',
  writes: [],
  secrets: [],
  lowPort: false,
  sockets: [],
  drainSeconds: 10,
  addon: true,
};
const usualServer: UnitFacts = {
  ...usual, daemon: 'server', config: '/etc/sccache-ts/server.conf', writes: ['/var/cache/sccache-ts-server', '/var/lib/sccache-ts-server/build'], drainSeconds: 60,
};

describe('words of a unit', () => {
  it.each([
    ['/usr/bin/node', '/usr/bin/node'],
    ['/opt/my tools/node', '"/opt/my tools/node"'],
    ['/a"b\\c', '"/a\\"b\\\\c"'],
    ['/100%/$HOME', '/100%%/$$HOME'],
  ])('%s', (word, written) => expect(unitWord(word)).toBe(written));
  it('paths in lists', () => expect([unitPath('/a b/50%'), unitPath('/plain')]).toEqual(['"/a b/50%%"', '/plain']));
});

describe('units', () => {
  it.each([['the scheduler', usual], ['the build server', usualServer]] as const)('for %s are those in docs/systemd', (_what, facts) => {
    expect(readFileSync(join(root, 'docs/systemd', unitName(facts.daemon)), 'utf8')).toBe(unitText(facts));
  });

  it('let systemd make folders below /var, name all others, and let homes be read where something lies there', () => {
    const text = unitText({ ...usualServer, writes: ['/var/cache/a', '/srv/build x'], script: '/home/u/x.js' });
    for (const line of ['CacheDirectory=a', 'ReadWritePaths="/srv/build x"', 'ProtectHome=read-only']) expect(text.split('\n')).toContain(line);
    expect(unitText(usualServer).split('\n')).toContain('ProtectHome=yes');
  });

  it('hand the scheduler the secrets beside its settings, and let it listen where only some may', () => {
    const lines = unitText({ ...usual, secrets: ['/etc/sccache-ts/key', '/srv/other'], lowPort: true }).split('\n');
    for (const line of ['LoadCredential=scheduler.conf:/etc/sccache-ts/scheduler.conf', 'LoadCredential=key:/etc/sccache-ts/key', 'CapabilityBoundingSet=CAP_NET_BIND_SERVICE', 'AmbientCapabilities=CAP_NET_BIND_SERVICE']) {
      expect(lines).toContain(line);
    }
    expect(lines.filter((line) => line.includes('/srv/other'))).toEqual([]);
    expect(unitText(usual).split('\n')).toContain('CapabilityBoundingSet=');
  });

  it('leave listening to systemd where that is wanted', () => {
    const sockets = { ...usual, sockets: ['10.0.0.1:10600', '[::1]:10699'] };
    for (const line of ['Requires=sccache-ts-scheduler.socket', 'After=sccache-ts-scheduler.socket', 'Also=sccache-ts-scheduler.socket']) expect(unitText(sockets).split('\n')).toContain(line);
    for (const line of ['ListenStream=10.0.0.1:10600', 'ListenStream=[::1]:10699', 'FreeBind=yes']) expect(socketText(sockets).split('\n')).toContain(line);
    expect(unitText(usual)).not.toContain('.socket');
  });

  it('for a user\'s own systemd ask for nothing that it cannot do', () => {
    const text = unitText({ ...usualServer, user: true });
    expect(text).not.toMatch(/Protect|DynamicUser|Capability|Directory|OOMScoreAdjust|network-online/);
    expect(text).toContain('WantedBy=default.target');
  });

  it.for([
    ['scheduler', usual], ['server', usualServer], ['scheduler of a user', { ...usual, user: true }], ['server of a user', { ...usualServer, user: true }],
    ['server without the addon', { ...usualServer, addon: false }], ['scheduler with sockets', { ...usual, sockets: ['127.0.0.1:10600', '[::1]:10699'] }],
  ] as const)('%s pass systemd-analyze verify', ([what, facts], { skip }) => {
    skip(noVerify !== undefined, noVerify);
    const place = join(folder, what.replaceAll(' ', '-'));
    mkdirSync(place);
    const path = join(place, unitName(facts.daemon));
    writeFileSync(path, unitText({ ...facts, node: process.execPath, script }));
    if (facts.sockets.length > 0) writeFileSync(join(place, unitName(facts.daemon, 'socket')), socketText(facts));
    const { status, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', ...(facts.user ? ['--user'] : []), path], { encoding: 'utf8' });
    // What is said of other units of this machine is not ours.
    expect(stderr.split('\n').filter((line) => line.includes('sccache-ts'))).toEqual([]);
    if (!stderr.includes('Failed to')) expect(status).toBe(0);
  });
});
