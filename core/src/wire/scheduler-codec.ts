// Knows: the bytes and JSON of the messages that the scheduler receives and sends.
// Refuses to know: HTTP, tokens, and what the messages lead to.
//
// Grammar (words of bincode.ts):
//   toolchain          = string archive-id
//   job-state          = enum Pending / Ready / Started / Complete
//   alloc-job-reply    = enum Success: job-alloc, bool need-toolchain, bytes cert-digest / Fail: string msg
//   job-alloc          = string auth, u64 job-id, address server-id
//   certificate-reply  = bytes cert-digest, bytes cert-pem
//   heartbeat-request  = bytes jwt-key, u64 num-cpus, u64 server-nonce, bytes cert-digest, bytes cert-pem
//   heartbeat-reply    = bool is-new
//   job-state-reply    = enum Success / Fail: string msg
//   status             = u64 num-servers, u64 num-cpus, u64 in-progress
import { jobIdOf } from './conventions.js';
import type * as dist from './dist-messages.js';
import { address, bytes, codec, jsonBytes, type Part, string, variants } from './bincode.js';

export const jobState: Part<dist.JobState> = variants(['Pending', 'Ready', 'Started', 'Complete']);
const successOrFail = variants(['Success', 'Fail']);

const jobAlloc: Part<dist.JobAlloc> = {
  write: (to, value) => {
    string.write(to, value.auth);
    to.u64(value.jobId);
    address.write(to, value.serverId);
  },
  read: (from) => ({ auth: string.read(from), jobId: jobIdOf(from.u64()), serverId: address.read(from) }),
};

export const toolchainCodec = codec<dist.Toolchain>(
  {
    write: (to, value) => string.write(to, value.archiveId),
    read: (from) => ({ archiveId: string.read(from) }),
  },
  (value) => ({ archive_id: value.archiveId }),
);

export const allocJobReplyCodec = codec<dist.AllocJobReply>(
  {
    write: (to, value) => {
      successOrFail.write(to, value.kind);
      if (value.kind === 'Fail') {
        string.write(to, value.msg);
      } else {
        jobAlloc.write(to, value.jobAlloc);
        to.bool(value.needToolchain);
        bytes.write(to, value.certDigest);
      }
    },
    read: (from) => {
      if (successOrFail.read(from) === 'Fail') return { kind: 'Fail', msg: string.read(from) };
      return { kind: 'Success', jobAlloc: jobAlloc.read(from), needToolchain: from.bool(), certDigest: bytes.read(from) };
    },
  },
  (value) => {
    if (value.kind === 'Fail') return { Fail: { msg: value.msg } };
    const { auth, jobId, serverId } = value.jobAlloc;
    return {
      Success: {
        job_alloc: { auth, job_id: Number(jobId), server_id: serverId },
        need_toolchain: value.needToolchain,
        cert_digest: jsonBytes(value.certDigest),
      },
    };
  },
);

export const serverCertificateReplyCodec = codec<dist.ServerCertificateReply>(
  {
    write: (to, value) => {
      bytes.write(to, value.certDigest);
      bytes.write(to, value.certPem);
    },
    read: (from) => ({ certDigest: bytes.read(from), certPem: bytes.read(from) }),
  },
  (value) => ({ cert_digest: jsonBytes(value.certDigest), cert_pem: jsonBytes(value.certPem) }),
);

export const heartbeatRequestPart: Part<dist.HeartbeatRequest> = {
  write: (to, value) => {
    bytes.write(to, value.jwtKey);
    to.u64(value.numCpus).u64(value.serverNonce);
    bytes.write(to, value.certDigest);
    bytes.write(to, value.certPem);
  },
  read: (from) => ({
    jwtKey: bytes.read(from),
    numCpus: from.safeU64(),
    serverNonce: from.u64(),
    certDigest: bytes.read(from),
    certPem: bytes.read(from),
  }),
};

export const heartbeatRequestCodec = codec<dist.HeartbeatRequest>(
  heartbeatRequestPart,
  (value) => ({
    jwt_key: jsonBytes(value.jwtKey),
    num_cpus: value.numCpus,
    // A JSON number of ours cannot hold 64 bits; nobody receives this message as JSON.
    server_nonce: value.serverNonce.toString(),
    cert_digest: jsonBytes(value.certDigest),
    cert_pem: jsonBytes(value.certPem),
  }),
);

export const heartbeatReplyCodec = codec<dist.HeartbeatReply>(
  { write: (to, value) => void to.bool(value.isNew), read: (from) => ({ isNew: from.bool() }) },
  (value) => ({ is_new: value.isNew }),
);

export const jobStateCodec = codec<dist.JobState>(jobState, (value) => value);

export const jobStateReplyCodec = codec<dist.JobStateReply>(
  {
    write: (to, value) => {
      successOrFail.write(to, value.kind);
      if (value.kind === 'Fail') string.write(to, value.msg);
    },
    read: (from) =>
      successOrFail.read(from) === 'Fail' ? { kind: 'Fail', msg: string.read(from) } : { kind: 'Success' },
  },
  (value) => (value.kind === 'Fail' ? { Fail: { msg: value.msg } } : 'Success'),
);

export const schedulerStatusCodec = codec<dist.SchedulerStatus>(
  {
    write: (to, value) => void to.u64(value.numServers).u64(value.numCpus).u64(value.inProgress),
    read: (from) => ({ numServers: from.safeU64(), numCpus: from.safeU64(), inProgress: from.safeU64() }),
  },
  (value) => ({ num_servers: value.numServers, num_cpus: value.numCpus, in_progress: value.inProgress }),
);
