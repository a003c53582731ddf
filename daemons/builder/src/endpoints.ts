// Knows: the three things that a build server is asked, and who may ask. Refuses to know: sockets, and how a job runs.
import { Fault } from '@sccache-ts/core/base';
import { answeredWith, type Call, errorReply, notFound, okReply, readMessage, type Reply, type Route, type Stored } from '@sccache-ts/core/host';
import {
  type ArchiveId,
  assignJobReplyCodec,
  bearerToken,
  checkJobToken,
  isArchiveId,
  type JobId,
  parseJobId,
  routes,
  type SubmitToolchainReply,
  submitToolchainReplyCodec,
  toolchainCodec,
} from '@sccache-ts/core/wire';
import type { Builder } from './builder.js';
import { runJob } from './run-job.js';

const longestToolchainName = 4096;

/**
 * A client's compile fails on any 4xx and is repeated at home on any 5xx; so 401 is only for what never was a token of this
 * fleet. A good token of this server's life before a restart is the client's bad luck, not its fault.
 * @throws Fault AUTH_REFUSED (401) or JOB_UNKNOWN (500)
 */
function admit(builder: Builder, call: Call, id: JobId): void {
  const token = bearerToken(call.headers.authorization) ?? '';
  switch (checkJobToken(builder.jobKey, token, id)) {
    case 'valid':
      return;
    case 'wrong-signature':
      throw new Fault('JOB_UNKNOWN', `job ${id} was signed with another key, perhaps before this server was restarted`);
    case 'wrong-job':
      throw new Fault('AUTH_REFUSED', `the token that came with job ${id} is for another job`);
    case 'malformed':
      throw new Fault('AUTH_REFUSED', `no valid token came with job ${id}`);
  }
}

async function assign(builder: Builder, call: Call, id: JobId): Promise<Reply> {
  const { archiveId } = await readMessage(call, toolchainCodec, longestToolchainName);
  if (builder.work.draining) throw new Fault('NO_CAPACITY', 'this build server is being stopped and takes no new jobs');
  if (!isArchiveId(archiveId)) {
    const fault = new Fault('WIRE_MALFORMED', 'the toolchain is not named by 64 hex digits');
    throw answeredWith(errorReply(400, fault), fault);
  }
  builder.jobs.assign(id, { archiveId, release: builder.cache.hold(archiveId) });
  const needToolchain = !builder.cache.has(archiveId);
  return okReply(assignJobReplyCodec, { state: needToolchain ? 'Pending' : 'Ready', needToolchain }, call);
}

const whyNot: Readonly<Record<Exclude<Stored, 'stored'>, (builder: Builder) => string>> = {
  'disk-full': ({ settings }) => `no space left on the disk under ${settings.cacheDir}; until there is room its clients compile at home`,
  'too-large': ({ cache }) => `it is larger than all that may be kept, ${cache.maxBytes} bytes; see toolchain_cache_size`,
  'wrong-digest': () => 'what came is not what its name says',
};

async function store(builder: Builder, call: Call, archiveId: ArchiveId): Promise<SubmitToolchainReply> {
  if (builder.cache.has(archiveId)) return 'Success';
  const started = performance.now();
  try {
    const stored = await builder.cache.insert(archiveId, call.body, AbortSignal.any([call.signal, builder.work.handBack]));
    builder.figures.bytes.add({ kind: 'toolchain' }, call.received());
    builder.figures.uploads.add({ result: stored });
    const fields = { ms: Math.round(performance.now() - started), cacheBytes: builder.cache.bytes };
    if (stored === 'stored') {
      builder.log.info(`toolchain ${archiveId}: stored`, fields);
      return 'Success';
    }
    const trouble = `toolchain ${archiveId} not stored: ${whyNot[stored](builder)}`;
    builder.figures.trouble(trouble);
    builder.log.warn(trouble, fields);
    return 'CannotCache';
  } catch (thrown) {
    builder.figures.uploads.add({ result: 'failed' });
    builder.figures.trouble(`toolchain ${archiveId} not stored: ${String(thrown)}`);
    builder.log.warn(`toolchain ${archiveId} not stored: ${String(thrown)}`);
    return 'CannotCache';
  }
}

/** A client whose toolchain was not taken compiles at home: its job is forgotten at once, so that the scheduler hears of it no more and places others here. */
async function submit(builder: Builder, call: Call, id: JobId): Promise<Reply> {
  const { jobs } = builder;
  let reply: SubmitToolchainReply | undefined;
  try {
    await builder.link.tell(id, 'Ready');
    const job = jobs.find(id);
    reply = job === undefined ? 'JobNotFound' : await store(builder, call, job.archiveId);
    return okReply(submitToolchainReplyCodec, reply, call);
  } finally {
    if (reply === 'Success') jobs.renew(id);
    else jobs.take(id)?.release();
  }
}

type Deed = (builder: Builder, call: Call, id: JobId) => Promise<Reply>;

/** @param builder settles once the server is ready; requests wait for it */
export function builderRoutes(builder: Promise<Builder>): readonly Route[] {
  const route = (pattern: string, deed: Deed): Route => ({
    method: 'POST',
    pattern,
    async handle(call) {
      const id = parseJobId(call.params['job'] ?? '');
      if (id === undefined) return notFound;
      const ready = await builder;
      admit(ready, call, id);
      const leave = ready.work.enter(id);
      try {
        return await deed(ready, call, id);
      } finally {
        leave();
      }
    },
  });
  return [route(routes.assignJob, assign), route(routes.submitToolchain, submit), route(routes.runJob, runJob)];
}
