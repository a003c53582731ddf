// Knows: how to play 1,000 build servers and many clients against one scheduler. Runs in a worker thread, so that the
// scheduler has its thread alone. Refuses to know: what the figures are for.
import { Agent, request } from 'node:http';
import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import { makeCertificate } from '@sccache-ts/core/host';
import {
  allocJobReplyCodec, contentTypes, heartbeatRequestCodec, insecureTokens, type JobAlloc, type JobState, jobStateCodec, paths, routes, toolchainCodec,
} from '@sccache-ts/core/wire';
import { size, toolchainOf } from './scheduler-fleet.js';

export interface Load {
  readonly port: number;
  readonly allocations: number;
  /** Clients that ask at the same time. */
  readonly clients: number;
  /** False: a connection for each request, as sccache's programs have it. */
  readonly keepAlive: boolean;
}

export interface LoadFigures {
  /** Milliseconds from asking to answer. */
  readonly allocations: readonly number[];
  readonly elapsedMs: number;
}

async function play({ port, allocations, clients, keepAlive }: Load): Promise<LoadFigures> {
  const agent = new Agent({ keepAlive, maxSockets: clients });
  const post = (path: string, token: string, body: Uint8Array): Promise<Uint8Array> =>
    new Promise((resolve, reject) => {
      const headers = { authorization: `Bearer ${token}`, 'content-type': contentTypes.bincode, 'content-length': body.byteLength };
      const call = request({ host: '127.0.0.1', port, agent, method: 'POST', path, headers }, (reply) => {
        const chunks: Buffer[] = [];
        reply.on('data', (chunk: Buffer) => chunks.push(chunk));
        reply.on('end', () => {
          if (reply.statusCode === 200) resolve(Buffer.concat(chunks));
          else reject(new Error(`${path}: ${reply.statusCode} ${Buffer.concat(chunks).toString()}`));
        });
      });
      call.on('error', reject).end(body);
    });
  const tokenOf = (server: string): string => `${server} ${insecureTokens.server}`;
  const tell = (job: JobAlloc, state: JobState) => post(paths.jobState(job.jobId), tokenOf(job.serverId), jobStateCodec.encode(state));

  async function allocate(count: number): Promise<JobAlloc> {
    const body = toolchainCodec.encode({ archiveId: toolchainOf(count) });
    const reply = allocJobReplyCodec.decode(await post(routes.allocJob, insecureTokens.client, body));
    if (reply.kind === 'Fail') throw new Error(reply.msg);
    return reply.jobAlloc;
  }

  /** Every client takes the next number until there are no more. */
  async function share(count: number, work: (number: number) => Promise<void>): Promise<void> {
    let next = 0;
    const client = async (): Promise<void> => {
      while (next < count) await work(next++);
    };
    await Promise.all(Array.from({ length: clients }, client));
  }

  const certificate = await makeCertificate({ serverId: '127.0.0.1:1', validFromMs: Date.now(), days: 1 });
  const beat = heartbeatRequestCodec.encode({
    jwtKey: new Uint8Array(32),
    numCpus: size.cpus,
    serverNonce: 1n,
    certDigest: certificate.digest,
    certPem: new TextEncoder().encode(certificate.certPem),
  });
  await share(size.servers, async (number) => void (await post(routes.heartbeat, tokenOf(`127.0.0.1:${10_000 + number}`), beat)));
  const inFlight: JobAlloc[] = [];
  await share(size.jobs, async (number) => void inFlight.push(await allocate(number)));
  const times: number[] = [];
  const from = performance.now();
  await share(allocations, async (number) => {
    const asked = performance.now();
    inFlight.push(await allocate(number));
    times.push(performance.now() - asked);
    const oldest = inFlight.shift();
    if (oldest === undefined) return;
    await tell(oldest, 'Started');
    await tell(oldest, 'Complete');
  });
  const elapsedMs = performance.now() - from;
  agent.destroy();
  return { allocations: times, elapsedMs };
}

if (!isMainThread) parentPort?.postMessage(await play(workerData as Load));
