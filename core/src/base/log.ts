// Knows: what a log line is. Refuses to know: where lines go (core/host gives sinks) and what time it is.

export const logLevels = ['error', 'warn', 'info', 'debug', 'trace'] as const;
export type LogLevel = (typeof logLevels)[number];

/** `text`: a line for people. `json`: an object a line, for programs that collect logs. */
export const logFormats = ['text', 'json'] as const;
export type LogFormat = (typeof logFormats)[number];

/** Facts beside the sentence. Never an environment, a token or a key. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

export interface Log {
  error(sentence: string, fields?: LogFields): void;
  warn(sentence: string, fields?: LogFields): void;
  info(sentence: string, fields?: LogFields): void;
  debug(sentence: string, fields?: LogFields): void;
  trace(sentence: string, fields?: LogFields): void;
}

/** Builds a Log from one function; lines above `level` are dropped before they are formatted. */
export function logTo(level: LogLevel | 'off', write: (level: LogLevel, sentence: string, fields?: LogFields) => void): Log {
  const limit = level === 'off' ? -1 : logLevels.indexOf(level);
  const at = (mine: LogLevel) => (sentence: string, fields?: LogFields): void => {
    if (logLevels.indexOf(mine) <= limit) write(mine, sentence, fields);
  };
  return { error: at('error'), warn: at('warn'), info: at('info'), debug: at('debug'), trace: at('trace') };
}

/** Says nothing. */
export const silentLog: Log = logTo('off', () => undefined);
