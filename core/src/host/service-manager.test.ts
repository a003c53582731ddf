import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { nativeAddon } from './native-addon.js';
import { openServiceManager, type ServiceManager } from './service-manager.js';

/** node cannot receive datagrams on a unix socket either. */
const receiver = `
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1].replace('@', chr(0)))
sys.stdout.write('bound\\n'); sys.stdout.flush()
while True:
    sys.stdout.write(s.recv(4096).decode().replace(chr(10), '|') + chr(10)); sys.stdout.flush()
`;
const noPython = spawnSync('python3', ['--version']).status === 0 ? undefined : 'python3 is not installed';
const noProgram = spawnSync('systemd-notify', ['--version']).status === 0 ? undefined : 'systemd-notify is not installed';
const noAddon = nativeAddon() === undefined ? 'there is no addon' : undefined;

let folder = '';
let child: ChildProcess | undefined;
let manager: ServiceManager | undefined;
afterEach(() => {
  manager?.close();
  child?.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

async function listen(address: string): Promise<string[]> {
  const heard: string[] = [];
  child = spawn('python3', ['-c', receiver, address], { stdio: ['ignore', 'pipe', 'inherit'] });
  child.stdout?.on('data', (chunk: Buffer) => heard.push(...chunk.toString().trim().split('\n')));
  await expect.poll(() => heard, { timeout: 20_000 }).toEqual(['bound']);
  heard.length = 0;
  return heard;
}

describe('openServiceManager', () => {
  it.for([
    ['through the addon', true, noPython ?? noAddon],
    ['through systemd-notify', false, noPython ?? noProgram],
  ] as const)('tells of a daemon\'s life %s', async ([, native, missing], { skip }) => {
    skip(missing !== undefined, missing);
    folder = mkdtempSync(join(tmpdir(), 'notify-'));
    const address = join(folder, 'socket');
    const heard = await listen(address);
    const lost: string[] = [];
    manager = openServiceManager({ NOTIFY_SOCKET: address, PATH: process.env['PATH'] }, { lost: (why) => lost.push(why), native });
    manager.ready('listens on\n127.0.0.1');
    manager.reloading();
    manager.ready('3 jobs');
    manager.stopping('drains', 1500);
    const expected = [
      'READY=1|STATUS=listens on 127.0.0.1', expect.stringMatching(/^RELOADING=1\|MONOTONIC_USEC=[0-9]{6,}$/), 'READY=1|STATUS=3 jobs', 'STOPPING=1|EXTEND_TIMEOUT_USEC=1500000|STATUS=drains',
    ];
    await expect.poll(() => heard.map((line) => line.replace(/^\||MAINPID=[0-9]+\|?/g, '')), { timeout: 20_000 }).toEqual(expected);
    expect(lost).toEqual([]);
  });

  it('gives signs of life as often as it is asked to, to an abstract socket, too', async ({ skip }) => {
    const missing = noPython ?? noAddon ?? (process.platform === 'linux' ? undefined : 'abstract sockets are Linux\'s');
    skip(missing !== undefined, missing);
    const address = `@sccache-ts-notify-${process.pid}`;
    const heard = await listen(address);
    manager = openServiceManager({ NOTIFY_SOCKET: address, WATCHDOG_USEC: '90000', WATCHDOG_PID: String(process.pid) }, { lost: () => undefined });
    await expect.poll(() => heard.length, { timeout: 10_000 }).toBeGreaterThan(3);
    expect(new Set(heard)).toEqual(new Set(['WATCHDOG=1']));
  });

  it('says nothing to nobody, and complains once about one who is not there', ({ skip }) => {
    const lost: string[] = [];
    const lose = { lost: (why: string) => void lost.push(why) };
    openServiceManager({}, lose).ready('x');
    openServiceManager({ NOTIFY_SOCKET: 'relative' }, lose).ready('x');
    expect(lost).toEqual([]);
    skip(noAddon !== undefined, noAddon);
    manager = openServiceManager({ NOTIFY_SOCKET: '/nowhere/socket' }, lose);
    manager.ready('x');
    manager.status('y');
    expect(lost).toEqual([expect.stringContaining('/nowhere/socket')]);
  });
});
