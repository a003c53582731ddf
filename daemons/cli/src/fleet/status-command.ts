// Knows: whom to ask about the fleet, and what to do with a scheduler that tells less. Refuses to know: how the answer is shown.
import { loadClientSettings } from '@sccache-ts/client';
import { Fault, formatSocketAddress, parseSchedulerUrl } from '@sccache-ts/core/base';
import { createHttpClient, homeFolder, type HttpClient, type HttpReply } from '@sccache-ts/core/host';
import { insecureTokens, routes } from '@sccache-ts/core/wire';
import { decodeSchedulerSettings, type FleetReport } from '@sccache-ts/scheduler';
import { type ExitCode, orComplain } from './complain.js';
import { loadSettings } from './settings.js';
import { statusText } from './status-text.js';

export interface StatusOptions {
  readonly scheduler?: string;
  readonly config?: string;
  readonly json?: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
}

interface Whom {
  /** Ends in `/`. */
  readonly url: string;
  readonly token: string | undefined;
}

const timeoutMs = 10_000;
const longestReply = 64 * 1024 * 1024;

async function byConfig(path: string): Promise<Whom> {
  const { publicAddr, clientAuth } = await loadSettings(path, decodeSchedulerSettings);
  const everywhere = { '0.0.0.0': '127.0.0.1', '::': '::1' }[publicAddr.host];
  const token = clientAuth.kind === 'token' ? clientAuth.token : undefined;
  return { url: `http://${formatSocketAddress({ ...publicAddr, host: everywhere ?? publicAddr.host })}/`, token };
}

/** A named scheduler is shown the client's token only if it is the client's own scheduler. */
async function byClient({ scheduler, env }: StatusOptions): Promise<Whom> {
  const named = scheduler === undefined ? undefined : parseSchedulerUrl(scheduler);
  if (scheduler !== undefined && named === undefined) throw new Fault('USAGE', `${scheduler} is not an http or https address without a path`);
  const { dist } = await loadClientSettings({ env, home: homeFolder(), platform: process.platform });
  const url = named ?? dist?.schedulerUrl;
  if (url === undefined) {
    throw new Fault('USAGE', 'no scheduler is known', { hint: 'Name one with --scheduler URL or --config FILE (its settings), or set dist.scheduler_url.' });
  }
  const own = dist !== undefined && dist.schedulerUrl === url && dist.auth.kind === 'token';
  return { url, token: own ? dist.auth.token : insecureTokens.client };
}

async function get(http: HttpClient, { url, token }: Whom, path: string): Promise<HttpReply> {
  const headers = { accept: 'application/json', ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) };
  return http.request({ method: 'GET', url: url + path.slice(1), headers, timeoutMs, maxReply: longestReply });
}

interface Totals {
  readonly num_servers: number;
  readonly num_cpus: number;
  readonly in_progress: number;
}

function jsonOf<T>(whom: Whom, { status, body }: HttpReply): T {
  const text = new TextDecoder().decode(body);
  if (status === 401) throw new Fault('AUTH_REFUSED', `scheduler ${whom.url} does not take this token`, { hint: 'Ask on its own machine, or with the settings of a client.' });
  if (status !== 200) throw new Fault('HTTP_STATUS', `scheduler ${whom.url} answered ${status}: ${text.slice(0, 300)}`);
  try {
    return JSON.parse(text) as T;
  } catch (cause) {
    throw new Fault('WIRE_MALFORMED', `what answers at ${whom.url} is no scheduler: its answer is not JSON`, { cause });
  }
}

async function ask(http: HttpClient, whom: Whom, json: boolean): Promise<string> {
  const reply = await get(http, whom, routes.servers);
  // sccache's own scheduler knows totals only.
  if (reply.status !== 404) {
    const report = jsonOf<FleetReport>(whom, reply);
    return json ? JSON.stringify(report) : statusText(whom.url, report);
  }
  const totals = jsonOf<Totals>(whom, await get(http, whom, routes.status));
  if (json) return JSON.stringify({ scheduler: null, ...totals, servers: null, lost: null });
  return `Scheduler ${whom.url} tells totals only\n${totals.num_servers} build servers, ${totals.num_cpus} processors, ${totals.in_progress} jobs`;
}

/** 0 when the scheduler has answered, 1 when it is not known whom to ask, 2 when there was no answer. */
export async function statusCommand(options: StatusOptions): Promise<ExitCode> {
  const whom = await orComplain(() => (options.config === undefined ? byClient(options) : byConfig(options.config)));
  if (whom === undefined) return 1;
  const http = createHttpClient();
  try {
    const text = await orComplain(() => ask(http, whom, options.json === true));
    if (text === undefined) return 2;
    console.log(text);
    return 0;
  } finally {
    await http.close();
  }
}
