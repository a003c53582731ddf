// Knows: what a build server of ours adds to its heartbeat, and how that travels so that sccache's scheduler does not mind.
// Refuses to know: what a scheduler makes of it.
//
// Grammar:  reported-heartbeat = heartbeat-request [ %s"sccache-ts report" string json ]
// Decoders of sccache ignore bytes after a value (wire protocol, section 2), and so do we: what is missing or makes no sense is no report.
import type { ByteReader } from '../base/index.js';
import { type Codec, codec, type Part, string } from './bincode.js';
import type * as dist from './dist-messages.js';
import { isArchiveId } from './archive-id.js';
import { heartbeatRequestCodec, heartbeatRequestPart } from './scheduler-codec.js';

/** `draining`: takes no new jobs and finishes those it has. `leaving`: has ended, so that nobody need wait for its silence. */
export type ServerConduct = 'serving' | 'draining' | 'leaving';
const conducts: readonly string[] = ['serving', 'draining', 'leaving'] satisfies readonly ServerConduct[];

/** How a build server is doing. Words in it are one line each, without control characters. */
export interface ServerReport {
  readonly conduct: ServerConduct;
  /** Of the program. */
  readonly version: string;
  /** How its sandbox works. */
  readonly mode: string;
  /** Jobs at once. */
  readonly slots: number;
  readonly running: number;
  /** Jobs that were finished, and jobs that were not for reasons of the server, since it was started. */
  readonly done: number;
  readonly failed: number;
  /** Archives that it holds, at most `reportedToolchains`. */
  readonly toolchains: readonly string[];
  /** Bytes of archives. */
  readonly toolchainBytes: number;
  /** Seconds since it was started. */
  readonly upSeconds: number;
  readonly lastError?: ServerError;
  /** Numbers of all jobs that it knows and has not finished; missing when they are too many. What is not among them is not done by it. */
  readonly jobs?: readonly number[];
}

export interface ServerError {
  readonly message: string;
  /** Seconds ago, since clocks differ. */
  readonly agoSeconds: number;
}

export const reportedToolchains = 256;
export const reportedJobs = 2_000;
const longestWords = 300;
const sign = new TextEncoder().encode('sccache-ts report');

type Loose = Readonly<Record<string, unknown>>;

const words = (value: unknown): string =>
  typeof value === 'string' ? value.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ').slice(0, longestWords) : '';
const count = (value: unknown): number => (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : 0);

function errorOf(value: unknown): { readonly lastError?: ServerError } {
  if (typeof value !== 'object' || value === null) return {};
  const { message, agoSeconds } = value as Loose;
  return { lastError: { message: words(message), agoSeconds: count(agoSeconds) } };
}

function jobsOf(value: unknown): { readonly jobs?: readonly number[] } {
  if (!Array.isArray(value) || value.length > reportedJobs) return {};
  const jobs = (value as readonly unknown[]).filter((job): job is number => typeof job === 'number' && Number.isSafeInteger(job));
  return jobs.length === value.length ? { jobs } : {};
}

/** A report of text that anybody may have written; undefined when it is none. */
function reportOf(text: string): ServerReport | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Not ours after all: a heartbeat without a report is a good heartbeat.
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const loose = value as Loose;
  if (typeof loose['conduct'] !== 'string' || !conducts.includes(loose['conduct'])) return undefined;
  const archives = Array.isArray(loose['toolchains']) ? (loose['toolchains'] as readonly unknown[]) : [];
  return {
    conduct: loose['conduct'] as ServerConduct,
    version: words(loose['version']),
    mode: words(loose['mode']),
    slots: count(loose['slots']),
    running: count(loose['running']),
    done: count(loose['done']),
    failed: count(loose['failed']),
    toolchains: archives.slice(0, reportedToolchains).filter((id): id is string => typeof id === 'string' && isArchiveId(id)),
    toolchainBytes: count(loose['toolchainBytes']),
    upSeconds: count(loose['upSeconds']),
    ...errorOf(loose['lastError']),
    ...jobsOf(loose['jobs']),
  };
}

function readReport(from: ByteReader): ServerReport | undefined {
  if (from.left < sign.byteLength) return undefined;
  const found = from.bytes(sign.byteLength);
  if (!found.every((byte, at) => byte === sign[at])) return undefined;
  try {
    return reportOf(string.read(from));
  } catch {
    // Cut short or not UTF-8: a heartbeat without a report is a good heartbeat.
    return undefined;
  }
}

export interface ReportedHeartbeat extends dist.HeartbeatRequest {
  readonly report: ServerReport | undefined;
}

const reportedHeartbeat: Part<ReportedHeartbeat> = {
  write(to, value) {
    heartbeatRequestPart.write(to, value);
    if (value.report === undefined) return;
    to.bytes(sign);
    string.write(to, JSON.stringify({ ...value.report, toolchains: value.report.toolchains.slice(0, reportedToolchains) }));
  },
  read(from) {
    const beat = heartbeatRequestPart.read(from);
    return { ...beat, report: readReport(from) };
  },
};

/** A heartbeat of any build server, with a report if it is one of ours. */
export const reportedHeartbeatCodec: Codec<ReportedHeartbeat> = codec(reportedHeartbeat, (value) => heartbeatRequestCodec.toJson(value));
