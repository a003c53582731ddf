// Knows: what the protocol's HTTP looks like: paths, content types, negotiation, error bodies, the insecure tokens.
// Refuses to know: sockets and what a route does.
import { causeChain } from '../base/index.js';
import type { JobId, ServerId } from './dist-messages.js';

/** Route patterns, as a server listens to them; `:name` is one percent-decoded segment. */
export const routes = {
  allocJob: '/api/v1/scheduler/alloc_job',
  serverCertificate: '/api/v1/scheduler/server_certificate/:server',
  heartbeat: '/api/v1/scheduler/heartbeat_server',
  jobState: '/api/v1/scheduler/job_state/:job',
  status: '/api/v1/scheduler/status',
  /** Ours; sccache's scheduler has none. */
  join: '/api/v1/scheduler/join',
  /** Ours: every build server with what it says of itself, as JSON. sccache's scheduler answers 404. */
  servers: '/api/v1/scheduler/servers',
  assignJob: '/api/v1/distserver/assign_job/:job',
  submitToolchain: '/api/v1/distserver/submit_toolchain/:job',
  runJob: '/api/v1/distserver/run_job/:job',
} as const;

/** With a scheduler's reply to a heartbeat, ours only: whole seconds after which it would like to hear again. Both sides do without it. */
export const beatHeader = 'x-sccache-ts-beat';

/** Paths with a parameter, as a client asks for them. */
export const paths = {
  serverCertificate: (id: ServerId): string => `/api/v1/scheduler/server_certificate/${id}`,
  jobState: (id: JobId): string => `/api/v1/scheduler/job_state/${id}`,
  assignJob: (id: JobId): string => `/api/v1/distserver/assign_job/${id}`,
  submitToolchain: (id: JobId): string => `/api/v1/distserver/submit_toolchain/${id}`,
  runJob: (id: JobId): string => `/api/v1/distserver/run_job/${id}`,
} as const;

const largestId = 2n ** 64n - 1n;

/** The one form of a job's number. */
export const jobIdOf = (value: bigint): JobId => (value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value);

/** A job id as it stands in a path; undefined for anything but a u64. */
export function parseJobId(text: string): JobId | undefined {
  const value = /^[0-9]{1,20}$/.test(text) ? BigInt(text) : largestId + 1n;
  return value <= largestId ? jobIdOf(value) : undefined;
}

export const contentTypes = {
  bincode: 'application/octet-stream',
  json: 'application/json; charset=utf-8',
  text: 'text/plain; charset=utf-8',
} as const;

/** The tokens of `DANGEROUSLY_INSECURE`, which everybody knows. */
export const insecureTokens = {
  client: 'dangerously_insecure_client',
  server: 'dangerously_insecure_server',
} as const;

/** `WWW-Authenticate` for the refusals, as the reference words them. */
export const authenticate = {
  noBearerAuth: 'Bearer error="no_bearer_auth"',
  bearerAuthFailed: 'Bearer error="bearer_auth_failed"',
  invalidBearerToken: 'Bearer error="invalid_bearer_token"',
  mismatchedAddress: 'Bearer error="invalid_bearer_token_mismatched_address"',
  invalidJwt: 'Bearer error="invalid_jwt"',
} as const;

export interface ErrorBody {
  readonly description: string;
  readonly cause: ErrorBody | null;
}

/** The outermost message first, its causes inside it. */
export function errorBody(thrown: unknown): ErrorBody {
  const [description = 'unknown error', ...causes] = causeChain(thrown);
  const cause = causes.reduceRight<ErrorBody | null>((inner, text) => ({ description: text, cause: inner }), null);
  return { description, cause };
}

function qualityOf(parameters: readonly string[]): number {
  const texts = parameters.map((parameter) => /^q=([01](?:\.[0-9]{0,3})?)$/i.exec(parameter.trim())?.[1]);
  return Math.min(1, Number(texts.find((text) => text !== undefined) ?? 1));
}

/** The q of the most specific range that covers the type; 0 when none does. */
function preference(accept: string, type: string): number {
  const names = ['*/*', 'application/*', type];
  let best = { specificity: -1, q: 0 };
  for (const range of accept.split(',', 32)) {
    const [name = '', ...parameters] = range.split(';');
    const specificity = names.indexOf(name.trim().toLowerCase());
    if (specificity > best.specificity) best = { specificity, q: qualityOf(parameters) };
  }
  return best.q;
}

/** How a reply is encoded: JSON only where its q is the higher one, bincode in every other case, as the reference does. */
export function negotiate(accept: string | undefined): 'bincode' | 'json' {
  if (accept === undefined) return 'bincode';
  return preference(accept, 'application/json') > preference(accept, 'application/octet-stream') ? 'json' : 'bincode';
}
