// Knows: what a build server is told of a compile: the variables that may count there, and how a compile's inputs are asked for beforehand.
// Refuses to know: which files travel; the engine finds those.
import type { EnvPairs } from '@sccache-ts/core/base';
import type { Command, CrateCompilation, EnvRead } from '@sccache-ts/core/compilation';
import { isRead } from './rustc-key.js';
import { readWords } from './rustc-words.js';

/** They steer tools here: jobservers that nobody serves there, wrappers, temporary folders, and what is ours. */
const stays = /^(?:CARGO_MAKEFLAGS|MAKEFLAGS|MFLAGS|GNUMAKEFLAGS|RUSTC(?:_WORKSPACE)?_WRAPPER|SCCACHE_.*|TMPDIR|TMP|TEMP|LD_PRELOAD|LD_AUDIT|CARGO_REGISTR(?:Y|IES)_.*|CARGO_HTTP_.*|SSH_.*)$/;
/** Names that people give to secrets. */
const secret = /TOKEN|SECRET|PASSW|PASSPHRASE|CREDENTIAL|COOKIE|PRIVATE|API_?KEY|ACCESS_?KEY|(?:^|_)(?:AUTH|KEY|PWD|PAT)(?:_|$)/i;
/** They hold such words, and are cargo's and nobody's secret. */
const harmless = /^CARGO_(?:PKG_|FEATURE_|CFG_|BIN_|MANIFEST_|CRATE_)|^PWD$/;

/**
 * What the source asks for by name always goes along, jobservers and the like excepted. Where macros run they may ask for anything, so that all goes
 * but for what looks like a secret; elsewhere only what compilers read.
 */
export function remoteEnv(env: EnvPairs, { asked, macros }: EnvRead): EnvPairs {
  const named = new Set(asked);
  return env.filter(([name]) => {
    if (stays.test(name)) return false;
    if (named.has(name) || isRead(name) || name === 'PATH') return true;
    return macros && (harmless.test(name) || !secret.test(name));
  });
}

/** Only the list: the compiler ends once it has met all sources. */
export function listCommand({ words }: CrateCompilation, program: string, place: string): Command {
  const read = readWords(words) ?? [];
  return { program, args: read.flatMap((word) => (word.option?.effect === 'emit' ? [`--emit=dep-info=${place}`] : word.words)) };
}
