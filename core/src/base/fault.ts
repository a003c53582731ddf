// Knows: what an infrastructure failure is called, and whose it is.
// Refuses to know: what is done about one; `blame` decides that, in the engine and the daemons.
// Not faults but values: a miss, a decline, a compiler's non-zero exit, a full fleet.

/** Who must act. `user`: said once, exit 2. `fleet`: compile at home, count, log. `bug`: compile at home, log with stack. */
export type Blame = 'user' | 'fleet' | 'bug';

/** Stable names, matched on instead of classes or message texts. A code never changes its meaning. */
export const faultCodes = {
  // user: settings, flags, environment
  SETTINGS_SYNTAX: 'user',
  SETTINGS_UNKNOWN_KEY: 'user',
  SETTINGS_INVALID: 'user',
  SETTINGS_UNREADABLE: 'user',
  USAGE: 'user',
  ADDRESS_INVALID: 'user',
  ADDRESS_IN_USE: 'user',
  KEY_INVALID: 'user',
  TOKEN_INVALID: 'user',
  LOGIN_FAILED: 'user',
  TOOL_MISSING: 'user',
  TOOL_TOO_OLD: 'user',
  NOT_ROOT: 'user',
  COMPILER_NOT_FOUND: 'user',
  COMPILER_UNSUPPORTED: 'user',
  DAEMON_UNREACHABLE: 'user',
  DAEMON_START_FAILED: 'user',
  NOT_RECORDED: 'user',
  EXAMINED: 'user',
  TOOLCHAIN_INCOMPLETE: 'user',
  // fleet: network, storage, peers
  WIRE_MALFORMED: 'fleet',
  WIRE_TOO_LARGE: 'fleet',
  HTTP_STATUS: 'fleet',
  HTTP_UNREACHABLE: 'fleet',
  HTTP_TIMEOUT: 'fleet',
  AUTH_REFUSED: 'fleet',
  NO_CAPACITY: 'fleet',
  JOB_UNKNOWN: 'fleet',
  JOB_STATE_INVALID: 'fleet',
  SERVER_UNKNOWN: 'fleet',
  TOOLCHAIN_REFUSED: 'fleet',
  TOOLCHAIN_UNPACKABLE: 'fleet',
  TOOLCHAIN_TOO_LARGE: 'fleet',
  ARCHIVE_MALFORMED: 'fleet',
  ARCHIVE_HOSTILE: 'fleet',
  SANDBOX_FAILED: 'fleet',
  JOB_OVER_TIME: 'fleet',
  JOB_OVER_CPU: 'fleet',
  JOB_OVER_MEMORY: 'fleet',
  JOB_OVER_PROCESSES: 'fleet',
  JOB_OVER_DISK: 'fleet',
  JOB_OVER_OUTPUT: 'fleet',
  OUTPUT_UNREADABLE: 'fleet',
  RESULT_DOUBTFUL: 'fleet',
  STORAGE_TIMEOUT: 'fleet',
  STORAGE_FAILED: 'fleet',
  STORAGE_CORRUPT: 'fleet',
  PROCESS_FAILED: 'fleet',
  PROCESS_TIMEOUT: 'fleet',
  LAUNCHER_GONE: 'fleet',
  CANCELLED: 'fleet',
  // bug: must not happen
  IMPOSSIBLE: 'bug',
} as const satisfies Record<string, Blame>;

export type FaultCode = keyof typeof faultCodes;

export interface FaultOptions {
  /** What the reader can do about it, as a sentence. */
  readonly hint?: string;
  readonly cause?: unknown;
}

/** Infrastructure went wrong. A compiler's diagnostics are never a Fault. Match on `code`, never on `instanceof`. */
export class Fault extends Error {
  readonly code: FaultCode;
  readonly blame: Blame;
  readonly hint: string | undefined;

  /** @param message what was tried, on which path or host, and what happened; no secrets, no environment values */
  constructor(code: FaultCode, message: string, options: FaultOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'Fault';
    this.code = code;
    this.blame = faultCodes[code];
    this.hint = options.hint;
  }
}

/** True when `thrown` is a Fault (of any copy of this module), optionally with that very code. */
export function isFault(thrown: unknown, code?: FaultCode): thrown is Fault {
  const it = thrown as { code?: unknown; blame?: unknown } | null | undefined;
  if (typeof it !== 'object' || it === null || typeof it.blame !== 'string') return false;
  return typeof it.code === 'string' && Object.hasOwn(faultCodes, it.code) && (code === undefined || it.code === code);
}

/** The chain of messages from the outermost fault inward, for logs and error bodies. Bounded at 16 links. */
export function causeChain(thrown: unknown): readonly string[] {
  const chain: string[] = [];
  let at: unknown = thrown;
  while (at !== undefined && at !== null && chain.length < 16) {
    if (at instanceof Error) {
      chain.push(at.message);
      at = at.cause;
    } else {
      chain.push(String(at));
      at = undefined;
    }
  }
  return chain;
}
