// Bytes <-> messages. Pure.
export * from './archive-id.js';
export { type Codec } from './bincode.js';
export * from './builder-codec.js';
export * from './conventions.js';
export * from './dist-messages.js';
export { parseTokenKey, sameSecret } from './hs256.js';
export * from './launcher-frames.js';
export * from './launcher-frames-codec.js';
export * from './launcher-frames-split.js';
export {
  bodyDigestOf,
  checkJoinCode,
  type DerivedKeys,
  deriveKeys,
  looksLikeProof,
  type MemberKey,
  memberName,
  type ProvenRequest,
  readJoinCode,
  readProof,
  signMembership,
  signProof,
  writeJoinCode,
} from './membership.js';
export * from './run-job-prefix.js';
export {
  allocJobReplyCodec,
  heartbeatReplyCodec,
  heartbeatRequestCodec,
  jobStateCodec,
  jobStateReplyCodec,
  schedulerStatusCodec,
  serverCertificateReplyCodec,
  toolchainCodec,
} from './scheduler-codec.js';
export * from './server-address.js';
export * from './server-report.js';
export * from './tokens.js';
