// Knows: under which addresses this machine is seen from elsewhere. Refuses to know: who looks.
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { Fault } from '../base/index.js';

/** IP addresses that are neither loopback nor link-local, IPv4 first. */
export function ownAddresses(): readonly string[] {
  const all = Object.values(networkInterfaces()).flatMap((them) => them ?? []);
  const outside = all.filter((it) => !it.internal && !/^(169\.254\.|fe80:)/i.test(it.address));
  return [...outside].sort((a, b) => a.family.localeCompare(b.family)).map((it) => it.address);
}

/** The address by which packets of this machine leave for that host. @throws Fault HTTP_UNREACHABLE, HTTP_TIMEOUT */
export function addressTowards(host: string, port: number, timeoutMs: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, timeout: timeoutMs });
    const fail = (fault: Fault): void => {
      socket.destroy();
      reject(fault);
    };
    socket.once('timeout', () => fail(new Fault('HTTP_TIMEOUT', `${host} port ${port}: no connection in ${timeoutMs} ms`)));
    socket.once('error', (cause) => fail(new Fault('HTTP_UNREACHABLE', `${host} port ${port}: ${cause.message}`, { cause })));
    socket.once('connect', () => {
      const { localAddress = '' } = socket;
      socket.destroy();
      resolve(localAddress.replace(/^::ffff:(?=[0-9.]+$)/i, ''));
    });
  });
}
