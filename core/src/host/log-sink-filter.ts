// Knows: what SCCACHE_LOG and RUST_LOG ask for, in the language of Rust's env_logger. Refuses to know: where lines go.
//
// Grammar:  filter = directive *("," directive) ["/" regex]    directive = level / target ["=" level]
// The regex, which filters texts, is not supported and left unread.
import { type LogLevel, logLevels } from '../base/index.js';

/** Most verbose level that is written. */
export type LogLimit = LogLevel | 'off';

const parseLevel = (text: string): LogLimit | undefined => {
  const word = text.trim().toLowerCase();
  return word === 'off' ? 'off' : logLevels.find((level) => level === word);
};

/**
 * Our programs log under one name, so every target that begins with `sccache` means us (also `sccache_dist`,
 * `sccache::dist`), and the longest such target decides; others (`hyper=debug`) speak of crates that we do not have.
 * Words that make no sense are passed over, as env_logger does.
 */
export function limitOf(filter: string): LogLimit {
  let chosen: { readonly limit: LogLimit; readonly length: number } | undefined;
  const [directives = ''] = filter.split('/', 1);
  for (const directive of directives.split(',', 64)) {
    const [target = '', level, ...more] = directive.trim().split('=');
    const bare = level === undefined ? parseLevel(target) : undefined;
    const limit = bare ?? (level === undefined ? 'trace' : parseLevel(level));
    const ours = bare !== undefined || target.trim().replaceAll('-', '_').startsWith('sccache');
    if (target.trim() === '' || more.length > 0 || limit === undefined || !ours) continue;
    const length = bare === undefined ? target.trim().length : 0;
    if (chosen === undefined || length >= chosen.length) chosen = { limit, length };
  }
  return chosen?.limit ?? 'off';
}
