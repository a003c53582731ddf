// Knows: the golden captures in fixtures/vectors and what their index says they hold.
import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { inflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import * as wire from './index.js';

type Json = Readonly<Record<string, unknown>>;
interface VectorFile {
  readonly file: string;
  readonly bytes?: number;
  readonly full_length?: number;
  readonly decoded?: Json;
  readonly text?: string;
}
interface Index {
  readonly constants: Readonly<Record<'job_jwt_key_hex' | 'client_token' | 'server_bearer' | 'server_id', string>>;
  readonly vectors: readonly { readonly name: string; readonly files: Readonly<Record<string, VectorFile>> }[];
  readonly archive_ids: readonly { readonly archive_id: string; readonly blake3_plain_hex: string; readonly file?: string }[];
}

const folder = fileURLToPath(new URL('../../../fixtures/vectors/', import.meta.url));
const read = (file: string): Uint8Array => new Uint8Array(readFileSync(folder + file));
const index = JSON.parse(readFileSync(`${folder}index.json`, 'utf8')) as Index;
const key = Buffer.from(index.constants.job_jwt_key_hex, 'hex');
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');

/** A decoder of one message that answers in the words of index.json, and the bytes made from what was decoded. */
type Reader = (bytes: Uint8Array) => { fields: Json; again: Uint8Array };

function reader<T>(codec: wire.Codec<T>, fields: (value: T) => Json): Reader {
  return (bytes) => {
    const value = codec.decode(bytes);
    return { fields: fields(value), again: codec.encode(value) };
  };
}

const indexed = <T extends string>(...names: readonly T[]) => (value: T): Json => ({ variant_index: names.indexOf(value) });
const jobStates: readonly wire.JobState[] = ['Pending', 'Ready', 'Started', 'Complete'];

const runJobRequest: Reader = (bytes) => {
  const prefix = wire.createRunJobPrefixReader().push(bytes);
  if (prefix === undefined) throw new Error('no header in the body');
  const { header, rest } = prefix;
  const again = Buffer.concat([wire.encodeRunJobPrefix(header), rest]);
  return {
    fields: {
      bincode_length: bytes.byteLength - 4 - rest.byteLength,
      executable: header.command.executable,
      arguments: header.command.arguments,
      env_vars: header.command.envVars,
      cwd: header.command.cwd,
      outputs: header.outputs,
      zlib_length: rest.byteLength,
      zlib_header_hex: hex(rest.subarray(0, 2)),
      tar_length: inflateSync(rest).byteLength,
    },
    again,
  };
};

const readers: readonly (readonly [RegExp, Reader])[] = [
  [
    /status\.res\.body$/,
    reader(wire.schedulerStatusCodec, (it) => ({ num_servers: it.numServers, num_cpus: it.numCpus, in_progress: it.inProgress })),
  ],
  [/(alloc|assign)_job.*\.req\.body$/, reader(wire.toolchainCodec, (it) => ({ archive_id: it.archiveId }))],
  [
    /alloc_job.*(\.res\.body|\.bin)$/,
    reader(wire.allocJobReplyCodec, (it) =>
      it.kind === 'Fail'
        ? { variant: '1 Fail', msg: it.msg }
        : {
            variant: '0 Success',
            auth: it.jobAlloc.auth,
            job_id: it.jobAlloc.jobId,
            server_id: it.jobAlloc.serverId,
            need_toolchain: it.needToolchain,
            cert_digest_hex: hex(it.certDigest),
          },
    ),
  ],
  [
    /server_certificate\.res\.body$/,
    reader(wire.serverCertificateReplyCodec, (it) => ({ cert_digest_hex: hex(it.certDigest), cert_pem: text(it.certPem) })),
  ],
  [/submit_toolchain.*(\.res\.body|\.bin)$/, reader(wire.submitToolchainReplyCodec, indexed('Success', 'JobNotFound', 'CannotCache'))],
  [/run_job.*\.req\.body$/, runJobRequest],
  [
    /run_job.*(\.res\.body|\.bin)$/,
    reader(wire.runJobReplyCodec, (it) =>
      it.kind === 'JobNotFound'
        ? { variant: '0 JobNotFound' }
        : {
            variant: '1 Complete',
            code: it.output.code,
            stdout: text(it.output.stdout),
            stderr: text(it.output.stderr),
            outputs: it.outputs.map(([path, data]) => {
              const plain = inflateSync(data.compressed);
              return {
                path,
                zlib_length: data.compressed.byteLength,
                uncompressed_length_field: data.uncompressedLength,
                uncompressed_length: plain.byteLength,
                sha256: createHash('sha256').update(plain).digest('hex'),
              };
            }),
          },
    ),
  ],
  [
    /heartbeat.*(\.req\.body|\.bin)$/,
    reader(wire.heartbeatRequestCodec, (it) => ({
      jwt_key_hex: hex(it.jwtKey),
      num_cpus: it.numCpus,
      server_nonce: it.serverNonce.toString(),
      cert_digest_hex: hex(it.certDigest),
      cert_pem: text(it.certPem),
    })),
  ],
  [/heartbeat\.res\.body$/, reader(wire.heartbeatReplyCodec, (it) => ({ is_new: it.isNew }))],
  [
    /assign_job.*(\.res\.body|\.bin)$/,
    reader(wire.assignJobReplyCodec, (it) => ({ state: jobStates.indexOf(it.state), need_toolchain: it.needToolchain })),
  ],
  [/job_state.*\.req\.body$/, reader(wire.jobStateCodec, indexed(...jobStates))],
  [
    /job_state.*(\.res\.body|\.bin)$/,
    reader(wire.jobStateReplyCodec, (it) => (it.kind === 'Fail' ? { variant: '1 Fail', msg: it.msg } : { variant_index: 0 })),
  ],
];

/** The index says some things in more than one way, and some that other tests look at. */
function expected(name: string, decoded: Json): Json {
  const { auth_header, auth_claims, bincode_fully_consumed, fully_consumed, digest_is_sha256_of_der, tar_entries, ...rest } = decoded;
  void [auth_header, auth_claims, bincode_fully_consumed, fully_consumed, digest_is_sha256_of_der, tar_entries];
  if (name.includes('32-')) return { ...rest, job_id: Number(rest['job_id']) };
  if (name.includes('33-')) return { ...rest, state: 0 };
  if (name.includes('34-')) return { ...rest, state: 1 };
  if (name.includes('36-')) return { variant_index: 2 };
  if (!name.includes('38-')) return rest;
  const emptyOutput = {
    path: '/a',
    zlib_length: 8,
    uncompressed_length_field: 0,
    uncompressed_length: 0,
    sha256: createHash('sha256').digest('hex'),
  };
  return { ...rest, stdout: '', stderr: '', outputs: [emptyOutput] };
}

const files = index.vectors.flatMap(({ files }) => Object.entries(files).map(([part, entry]) => ({ part, ...entry })));
const bodies = files.filter(({ part, file }) => part.endsWith('body') && !/\.txt$|json|submit_toolchain.*req/.test(file));

describe('golden vectors', () => {
  it('are all here, and every message is one we read', () => {
    for (const { file, bytes } of files) {
      if (bytes !== undefined) expect(statSync(folder + file).size, file).toBe(bytes);
    }
    expect(bodies.filter(({ file }) => !readers.some(([pattern]) => pattern.test(file)))).toEqual([]);
    expect(bodies.length).toBe(61);
  });

  it.each(bodies)('$file decodes to its fields and encodes to the same bytes', ({ file, decoded }) => {
    const bytes = read(file);
    const readIt = readers.find(([pattern]) => pattern.test(file))?.[1];
    const result = readIt?.(bytes);
    expect(result?.fields).toEqual(expected(file, decoded ?? {}));
    expect(hex(result?.again ?? new Uint8Array())).toBe(hex(bytes));
  });

  const truncated = files.filter(({ full_length: length }) => length !== undefined);
  it.each(truncated)('$file is TRUNCATED in the capture ($bytes of $full_length bytes): only its gzip head is checked', ({ file }) => {
    expect(hex(read(file).subarray(0, 3))).toBe('1f8b08');
  });

  it('the truncated captures are the two automatic gcc toolchains and nothing else', () => {
    expect(truncated.map(({ file }) => file).sort()).toEqual([
      'client-0.10.0/04-submit_toolchain-gcc.req.body',
      'client-0.17.0/04-submit_toolchain-gcc.req.body',
    ]);
  });

  it.each(['client-0.10.0', 'client-0.17.0'])('%s sends the tiny toolchain as it is', (client) => {
    expect(hex(read(`${client}/10-submit_toolchain-tiny.req.body`))).toBe(hex(read('tiny-toolchain.tar.gz')));
  });

  it('status as JSON is serde JSON', () => {
    const status = wire.schedulerStatusCodec.toJson({ numServers: 1, numCpus: 2, inProgress: 0 });
    expect(JSON.stringify(status)).toBe(text(read('hand/23-status-json.res.body')));
  });
});

describe('tokens in the vectors', () => {
  const heads = files.filter(({ part, file }) => part === 'req.head' && /distserver/.test(text(read(file))));

  it.each(heads)('$file carries the token that our key makes for the job in its path', ({ file }) => {
    const head = text(read(file));
    const job = wire.parseJobId(/distserver\/[a-z_]+\/([0-9]+) /.exec(head)?.[1] ?? '') ?? -1;
    const token = wire.bearerToken(/^authorization: (.*?)\r?$/im.exec(head)?.[1]) ?? '';
    expect(token).toBe(wire.signJobToken(key, job));
    expect(wire.checkJobToken(key, token, job)).toBe('valid');
    expect(wire.checkJobToken(key, token, Number(job) + 1)).toBe('wrong-job');
  });

  it('the hand-made job and server tokens are made again', () => {
    expect(heads.length).toBeGreaterThanOrEqual(15);
    expect(wire.signJobToken(key, 0)).toBe(text(read('hand/39-job-token.txt')));
    const serverToken = text(read('hand/40-server-token.txt'));
    expect(wire.signServerToken(key, '192.168.1.10:10501')).toBe(serverToken);
    expect(wire.readServerToken(key, serverToken)).toBe('192.168.1.10:10501');
    expect(wire.claimedServerId(serverToken)).toBe('192.168.1.10:10501');
  });

  it('the shared server token is read from the heartbeat head', () => {
    const bearer = wire.bearerToken(/^authorization: (.*?)\r?$/im.exec(text(read('hand/20-heartbeat.req.head')))?.[1]) ?? '';
    expect(bearer).toBe(index.constants.server_bearer);
    expect(bearer).toBe(wire.sharedServerToken(index.constants.server_id, wire.insecureTokens.server));
    expect(wire.readSharedServerToken(bearer, wire.insecureTokens.server)).toBe(index.constants.server_id);
  });
});

describe('archive ids', () => {
  it.each(index.archive_ids)('$archive_id is the nibble-swapped digest', ({ archive_id: id, blake3_plain_hex: plain }) => {
    expect(wire.archiveIdFromHash(Buffer.from(plain, 'hex'))).toBe(id);
    expect(wire.isArchiveId(id)).toBe(true);
  });
});
