import { spawn } from 'node:child_process';
import { createServer, type AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { handedOver, parseListeners } from './inherited-sockets.js';

describe('handedOver', () => {
  it.each<[Record<string, string>, readonly number[]]>([
    [{ LISTEN_PID: '7', LISTEN_FDS: '2' }, [3, 4]],
    [{ LISTEN_PID: '8', LISTEN_FDS: '2' }, []],
    [{ LISTEN_FDS: '2' }, []],
    [{ LISTEN_PID: '7', LISTEN_FDS: '-1' }, []],
    [{ LISTEN_PID: '7', LISTEN_FDS: '9999' }, []],
    [{ LISTEN_PID: '7', LISTEN_FDS: '0' }, []],
    [{}, []],
  ])('%j', (env, fds) => expect(handedOver(env, 7)).toEqual(fds));
});

const head = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n';
const row = (local: string, state: string, inode: number): string => `   0: ${local} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000     0        0 ${inode} 1 0000 100 0 0 10 0\n`;

describe('parseListeners', () => {
  it.each<[string, string, boolean, string]>([
    ['IPv4', '0200A8C0:2968', true, '192.168.0.2:10600'],
    ['IPv4 on a machine that counts the other way', 'C0A80002:2968', false, '192.168.0.2:10600'],
    ['IPv6', '00000000000000000000000001000000:01BB', true, '[::1]:443'],
    ['IPv6 for all', '00000000000000000000000000000000:01BB', true, '[::]:443'],
  ])('%s', (_, local, little, address) => expect([...parseListeners(head + row(local, '0A', 55), little)]).toEqual([['55', address]]));

  it('passes connections over', () => expect(parseListeners(head + row('0100007F:2968', '01', 55)).size).toBe(0));
});

/** What a process that is handed these sockets finds, as the words that it prints. */
const child = `
const { inheritedSockets } = await import(process.argv[1]);
const sockets = inheritedSockets({ LISTEN_PID: String(process.pid), LISTEN_FDS: '2' });
const fd = sockets.take('127.0.0.1', Number(process.argv[2]));
console.log(JSON.stringify([fd, sockets.take('127.0.0.1', Number(process.argv[2])) ?? null, sockets.left()]));
`;

describe.runIf(process.platform === 'linux')('inheritedSockets', () => {
  it('finds a socket by its address, once, and tells what is left', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    // Node's own word for the descriptor of a server.
    const { fd } = (server as unknown as { _handle: { fd: number } })._handle;
    const module = new URL('../../dist/host/inherited-sockets.js', import.meta.url).href;
    const process_ = spawn(process.execPath, ['--input-type=module', '-e', child, module, String(port)], { stdio: ['ignore', 'pipe', 'inherit', fd, 'ignore'] });
    let said = '';
    process_.stdout?.on('data', (chunk: Buffer) => (said += chunk.toString()));
    await new Promise((resolve) => process_.on('close', resolve));
    server.close();
    expect(JSON.parse(said)).toEqual([3, null, ['something that is no listening TCP socket']]);
  });
});
