// Knows: how the scheduler and the build servers have done of late, and so whom to ask now.
// Refuses to know: toolchains, inputs and results.
import { causeChain, Fault, isFault, type Log } from '../base/index.js';
import type { ArchiveId, SchedulerStatus, ServerId } from '../wire/index.js';
import type { Allocation } from './away.js';
import type { DistClient } from './dist-client.js';
import { createPatience, type Patience } from './distribution-patience.js';
import { within } from './toolchain-choice.js';

export interface Connection {
  /** Whether to ask the scheduler; when it has not been heard of, it is asked how it is first. */
  usable(): Promise<boolean>;
  /** @throws what the call throws */
  alloc(archiveId: ArchiveId, signal: AbortSignal): Promise<Allocation>;
  /** Asks the scheduler, unless it is being left alone: then the milliseconds for which it is. @throws what the call throws */
  status(): Promise<SchedulerStatus | number>;
  readonly server: { worked(id: ServerId): void; failed(id: ServerId, cause: unknown): void };
}

export interface ConnectionOptions {
  readonly client: DistClient;
  readonly log: Log;
  readonly clockMs: () => number;
  /** What the user can do when the token is refused. */
  readonly refusedHint?: string | undefined;
  /** Ends what is not bound to one compile. */
  readonly closed: AbortSignal;
}

/** Of a scheduler that does not answer, a compile learns after this long at most. */
const connectPatienceMs = 2_000;
/** A scheduler that answers but cannot do its work so many times in a row is taken for one that is down. */
const errorsInARow = 3;
const rememberedServers = 1_000;
/** Sentences that are said only once. */
const rememberedSentences = 1_000;

function createOnce(log: Log): (sentence: string) => void {
  const said = new Set<string>();
  return (sentence) => {
    if (said.has(sentence) || said.size >= rememberedSentences) return;
    said.add(sentence);
    log.warn(sentence);
  };
}

interface Health {
  mayTry(): boolean;
  leftMs(): number;
  /** A call has answered. */
  worked(): void;
  failed(thrown: unknown): void;
  connected: boolean;
}

function schedulerHealth({ log, clockMs, refusedHint }: ConnectionOptions, once: (sentence: string) => void): Health {
  const patience = createPatience({ clockMs, firstMs: 30_000, longestMs: 300_000 });
  let errors = 0;
  const health: Health = {
    connected: false,
    mayTry: () => patience.mayTry(),
    leftMs: () => patience.leftMs(),
    worked() {
      errors = 0;
      health.connected = true;
      patience.worked();
    },
    failed(thrown) {
      if (isFault(thrown, 'CANCELLED')) return;
      errors += 1;
      if (isFault(thrown, 'AUTH_REFUSED')) once(`the scheduler refuses our token, so compiles stay at home: ${thrown.message}${refusedHint === undefined ? '' : ` (${refusedHint})`}`);
      if (isFault(thrown, 'HTTP_STATUS') && errors < errorsInARow) return;
      health.connected = false;
      patience.failed();
      log.info(`the scheduler is left alone for ${Math.ceil(patience.leftMs() / 1000)} s: ${causeChain(thrown).join(': ')}`);
    },
  };
  return health;
}

function serverHealth({ clockMs }: ConnectionOptions): (id: ServerId) => Patience {
  const servers = new Map<ServerId, Patience>();
  return (id) => {
    const known = servers.get(id) ?? createPatience({ clockMs, firstMs: 5_000, longestMs: 300_000 });
    servers.delete(id);
    servers.set(id, known);
    const [oldest] = servers.keys();
    if (servers.size > rememberedServers && oldest !== undefined) servers.delete(oldest);
    return known;
  };
}

/** Nothing is asked before the first compile or status. */
export function createConnection(options: ConnectionOptions): Connection {
  const { client, closed } = options;
  const once = createOnce(options.log);
  const scheduler = schedulerHealth(options, once);
  const serverOf = serverHealth(options);
  let greeting: Promise<boolean> | undefined;

  /** One call at a time finds out whether there is a scheduler. That it answers does not yet mean that it works. */
  function greet(): Promise<boolean> {
    const answered = (): boolean => (scheduler.connected = true);
    const refused = (thrown: unknown): boolean => {
      scheduler.failed(isFault(thrown, 'HTTP_STATUS') ? new Fault('HTTP_UNREACHABLE', thrown.message, { cause: thrown }) : thrown);
      return false;
    };
    greeting ??= client.status(closed).then(answered, refused).finally(() => (greeting = undefined));
    return greeting;
  }

  return {
    async usable() {
      if (scheduler.connected) return true;
      return scheduler.mayTry() && (await within(connectPatienceMs, greet())) === true;
    },
    async alloc(archiveId, signal) {
      const reply = await client.allocJob(archiveId, signal).catch((thrown: unknown) => {
        scheduler.failed(thrown);
        throw thrown;
      });
      scheduler.worked();
      if (reply.kind === 'Fail') return { kind: 'none', reason: reply.msg.slice(0, 200), server: undefined };
      const { jobAlloc, needToolchain, certDigest } = reply;
      const server = jobAlloc.serverId;
      if (!serverOf(server).mayTry()) return { kind: 'none', reason: 'the build server has failed a moment ago', server };
      return { kind: 'job', job: jobAlloc, needToolchain, certDigest };
    },
    async status() {
      if (scheduler.leftMs() > 0) return scheduler.leftMs();
      try {
        const status = await client.status(closed);
        scheduler.worked();
        return status;
      } catch (thrown) {
        scheduler.failed(thrown);
        throw thrown;
      }
    },
    server: {
      worked: (id) => serverOf(id).worked(),
      failed(id, cause) {
        if (isFault(cause, 'CANCELLED')) return;
        serverOf(id).failed();
        if (isFault(cause, 'AUTH_REFUSED')) once(`build server ${id} refuses the scheduler's job token: ${cause.message}`);
      },
    },
  };
}
