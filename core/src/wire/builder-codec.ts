// Knows: the bytes and JSON of the messages that a build server receives and sends.
// Refuses to know: HTTP, tokens, and how a job is run. The run_job request's framing is run-job-prefix.ts.
//
// Grammar (words of bincode.ts; job-state and toolchain of scheduler-codec.ts):
//   assign-job-reply       = job-state, bool need-toolchain
//   submit-toolchain-reply = enum Success / JobNotFound / CannotCache
//   run-job-header         = command, list<string> outputs
//   command                = string executable, list<string> arguments, list<(string, string)> env-vars, string cwd
//   run-job-reply          = enum JobNotFound / Complete: process-output, list<(string, output-data)> outputs
//   process-output         = i32 code, bytes stdout, bytes stderr
//   output-data            = bytes zlib-stream, u64 uncompressed-length
import type * as dist from './dist-messages.js';
import { bytes, codec, jsonBytes, list, type Part, string, stringPairs, strings, variants } from './bincode.js';
import { jobState } from './scheduler-codec.js';

export const assignJobReplyCodec = codec<dist.AssignJobReply>(
  {
    write: (to, value) => {
      jobState.write(to, value.state);
      to.bool(value.needToolchain);
    },
    read: (from) => ({ state: jobState.read(from), needToolchain: from.bool() }),
  },
  (value) => ({ state: value.state, need_toolchain: value.needToolchain }),
);

export const submitToolchainReplyCodec = codec<dist.SubmitToolchainReply>(
  variants(['Success', 'JobNotFound', 'CannotCache']),
  (value) => value,
);

const command: Part<dist.CompileCommand> = {
  write: (to, value) => {
    string.write(to, value.executable);
    strings.write(to, value.arguments);
    stringPairs.write(to, value.envVars);
    string.write(to, value.cwd);
  },
  read: (from) => ({
    executable: string.read(from),
    arguments: strings.read(from),
    envVars: stringPairs.read(from),
    cwd: string.read(from),
  }),
};

export const runJobHeaderCodec = codec<dist.RunJobHeader>(
  {
    write: (to, value) => {
      command.write(to, value.command);
      strings.write(to, value.outputs);
    },
    read: (from) => ({ command: command.read(from), outputs: strings.read(from) }),
  },
  (value) => ({
    command: {
      executable: value.command.executable,
      arguments: value.command.arguments,
      env_vars: value.command.envVars,
      cwd: value.command.cwd,
    },
    outputs: value.outputs,
  }),
);

const outputs = list<readonly [string, dist.OutputData]>(
  {
    write: (to, [path, data]) => {
      string.write(to, path);
      bytes.write(to, data.compressed);
      to.u64(data.uncompressedLength);
    },
    read: (from) => [string.read(from), { compressed: bytes.read(from), uncompressedLength: from.safeU64() }],
  },
  24,
);

const found = variants(['JobNotFound', 'Complete']);

export const runJobReplyCodec = codec<dist.RunJobReply>(
  {
    write: (to, value) => {
      found.write(to, value.kind);
      if (value.kind === 'JobNotFound') return;
      to.i32(value.output.code);
      bytes.write(to, value.output.stdout);
      bytes.write(to, value.output.stderr);
      outputs.write(to, value.outputs);
    },
    read: (from) => {
      if (found.read(from) === 'JobNotFound') return { kind: 'JobNotFound' };
      const output = { code: from.i32(), stdout: bytes.read(from), stderr: bytes.read(from) };
      return { kind: 'Complete', output, outputs: outputs.read(from) };
    },
  },
  (value) => {
    if (value.kind === 'JobNotFound') return 'JobNotFound';
    const { code, stdout, stderr } = value.output;
    return {
      Complete: {
        output: { code, stdout: jsonBytes(stdout), stderr: jsonBytes(stderr) },
        outputs: value.outputs.map(([path, data]) => [
          path,
          { compressed: jsonBytes(data.compressed), uncompressed_len: data.uncompressedLength },
        ]),
      },
    };
  },
);
