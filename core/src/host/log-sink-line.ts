// Knows: how one log line is spelled. Refuses to know: whether and where it is written.
import type { LogFields, LogLevel } from '../base/index.js';

/** One line stays one line whatever a peer put into it. */
const oneLine = (text: string): string => text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, (it) => `\\u${it.charCodeAt(0).toString(16).padStart(4, '0')}`);

const spelled = (value: string | number | boolean): string => {
  const text = String(value);
  return /^[^\s"=]+$/.test(text) ? oneLine(text) : oneLine(JSON.stringify(text));
};

/** `the sentence key=value other="two words"` */
export function spellMessage(sentence: string, fields: LogFields = {}): string {
  let line = oneLine(sentence);
  for (const [name, value] of Object.entries(fields)) if (value !== undefined) line += ` ${name}=${spelled(value)}`;
  return line;
}

/** `2026-01-01T12:00:00Z`, or with milliseconds. */
export function spellTime(epochMs: number, withMillis: boolean): string {
  const iso = new Date(epochMs).toISOString();
  return withMillis ? iso : iso.replace(/\.[0-9]{3}Z$/, 'Z');
}

/** As env_logger writes it: `[2026-01-01T12:00:00Z INFO  sccache_scheduler] the sentence key=value` */
export function spellLine(line: { time: string; level: LogLevel; ident: string; message: string }): string {
  return `[${line.time} ${line.level.toUpperCase().padEnd(5)} ${line.ident.replaceAll('-', '_')}] ${line.message}`;
}

/**
 * One object a line: `time`, `level`, `program`, `message`, and the fields by their own names; a field with one of those names is called `field_…`.
 */
export function spellJson(line: { time: string; level: LogLevel; ident: string; sentence: string; fields?: LogFields }): string {
  const { time, level, ident: program, sentence: message, fields = {} } = line;
  const own = { time, level, program, message };
  const others = Object.entries(fields).map(([name, value]) => [name in own ? `field_${name}` : name, value]);
  return JSON.stringify({ ...own, ...Object.fromEntries(others) }).replace(/[\u007f-\u009f\u2028\u2029]/g, (it) => `\\u${it.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
