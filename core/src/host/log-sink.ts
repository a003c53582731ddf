// Knows: where a daemon's log goes and how much of it. Refuses to know: what is worth saying.
import { writeSync } from 'node:fs';
import { type Log, type LogFormat, type LogLevel, logTo } from '../base/index.js';
import { type LogLimit, limitOf } from './log-sink-filter.js';
import { journalMark } from './log-sink-journal.js';
import { spellJson, spellLine, spellMessage, spellTime } from './log-sink-line.js';
import { openSyslog, type Syslog } from './log-sink-syslog.js';

type Environment = Readonly<Record<string, string | undefined>>;

export interface LogSinkOptions {
  /** Who speaks, e.g. `sccache-scheduler`. */
  readonly ident: string;
  /** Send lines up to this level to the system's log instead of standard error. */
  readonly syslog?: LogLevel;
  /** What is written when the environment does not say. Default `error`. */
  readonly otherwise?: LogLimit;
  /** Default `text`. Of no account for the system's log, which has a form of its own. */
  readonly format?: LogFormat;
  /** Takes whole lines instead of standard error. */
  readonly write?: (line: string) => void;
}

function writeToStandardError(line: string): void {
  try {
    writeSync(2, `${line}\n`);
  } catch {
    // Nobody reads our log, or not fast enough: no reason to stop working.
  }
}

/** `SCCACHE_LOG`, else `RUST_LOG`; undefined when neither says anything. */
function askedFor(env: Environment): LogLimit | undefined {
  const filter = env['SCCACHE_LOG'] || env['RUST_LOG'];
  return filter === undefined || filter === '' ? undefined : limitOf(filter);
}

/**
 * A log as the environment wants it: level by `SCCACHE_LOG` or `RUST_LOG` (env_logger's language), times with
 * milliseconds when `SCCACHE_LOG_MILLIS` is set. With `syslog` the level given there decides.
 */
export function logFromEnvironment(env: Environment, options: LogSinkOptions): Log {
  const { ident } = options;
  const mark = options.write === undefined ? journalMark(env) : () => '';
  const put = (level: LogLevel, line: string): void => (options.write ?? writeToStandardError)(`${mark(level)}${line}`);
  const withMillis = env['SCCACHE_LOG_MILLIS'] !== undefined;
  const toStandardError = (level: LogLevel, message: string): void =>
    put(level, spellLine({ time: spellTime(Date.now(), withMillis), level, ident, message }));
  let syslog: Syslog | undefined;
  if (options.syslog !== undefined) {
    syslog = openSyslog(ident, (why) => toStandardError('warn', `the system's log cannot be written to: ${why}`));
  }
  return logTo(options.syslog ?? askedFor(env) ?? options.otherwise ?? 'error', (level, sentence, fields) => {
    if (options.format === 'json' && syslog === undefined) {
      put(level, spellJson({ time: new Date().toISOString(), level, ident, sentence, ...(fields === undefined ? {} : { fields }) }));
      return;
    }
    const message = spellMessage(sentence, fields);
    if (syslog?.write(level, message) !== true) toStandardError(level, message);
  });
}
