// Knows: which parts of a rustc command line and environment decide about its result. Refuses to know: files' contents; the engine adds those.
import type { EnvPairs, KeyPart } from '@sccache-ts/core/base';
import type { CrateCompilation } from '@sccache-ts/core/compilation';
import { externOf, ownWords } from './rustc-parse.js';
import { readWords, type RustcWord } from './rustc-words.js';

/** They steer cargo, or say where it keeps things. */
const cargoOnly = /^CARGO_(?:MAKEFLAGS|BUILD_.*|ENCODED_RUSTFLAGS|TARGET_DIR|REGISTR(?:Y|IES)_.*|TERM_.*|HTTP_.*|NET_.*|HOME|INCREMENTAL|LOG|INSTALL_.*|ALIAS_.*|PROFILE_.*|CACHE_.*|FUTURE_INCOMPAT_.*)$/;
/** Read by rustc, by drivers in its place, or by macros as a matter of course. */
const alsoRead = /^(?:CARGO$|OUT_DIR$|RUSTC_BOOTSTRAP$|RUSTC_FORCE_.*|RUSTC_OVERRIDE_.*|RUSTC_BREAK_.*|RUSTC_STABLE$|RUST_TARGET_PATH$|RUST_MIN_STACK$|SOURCE_DATE_EPOCH$|CLIPPY_.*|.*_DEPLOYMENT_TARGET$|SDKROOT$)/;

/** Whether compilers, or macros as a matter of course, read a variable. */
export const isRead = (name: string): boolean => (name.startsWith('CARGO_') && !cargoOnly.test(name)) || alsoRead.test(name);

/** What stands in the key for one option; undefined: nothing. */
function textOf({ name, option, value, words }: RustcWord): string | undefined {
  switch (option?.effect) {
    case 'message-width':
    case 'out-dir':
    case 'search':
    case 'colour':
    case 'cfg':
    case 'crate-name':
      return undefined;
    case 'extern': {
      // With a path its content stands in the key: which names have one must be told too.
      const { name: crate, path } = externOf(value);
      return `--extern ${crate}${path === undefined ? '' : '='}`;
    }
    case 'target':
      // The content counts; only the name shows in what is made.
      return `--target ${value.endsWith('.json') ? value.slice(value.lastIndexOf('/') + 1) : value}`;
    case 'codegen':
    case 'unstable':
      return `${name ?? ''}${value}`;
    default:
      return name === undefined ? undefined : option?.shape === 'value' ? `${name} ${value}` : words.join(' ');
  }
}

/** Labelled so that an explanation of a miss can name what differs. */
export function rustcKeyParts(compilation: CrateCompilation, env: EnvPairs, { colours }: { readonly colours: boolean }): readonly KeyPart[] {
  const read = readWords(ownWords(compilation.words, env)) ?? [];
  const texts = read.flatMap((word) => textOf(word) ?? []);
  const cfgs = read.flatMap(({ option, value }) => (option?.effect === 'cfg' ? [value] : [])).sort();
  const variables = env.filter(([name]) => isRead(name)).map(([name, value]) => ({ label: `variable ${name}`, value }));
  variables.sort((one, other) => (one.label < other.label ? -1 : 1));
  const shown = compilation.colour === 'auto' ? String(colours) : compilation.colour;
  return [
    { label: 'crate', value: compilation.crateName },
    { label: 'crate types', value: compilation.crateTypes.join(' ') },
    { label: 'source name', value: compilation.input },
    { label: 'working directory', value: compilation.cwd },
    { label: 'colours', value: shown },
    ...texts.map((value, at) => ({ label: `argument ${at + 1}`, value })),
    ...cfgs.map((value) => ({ label: 'cfg', value })),
    ...variables,
  ];
}
