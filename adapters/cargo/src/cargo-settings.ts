// Knows: which of several places decides a setting of cargo's: a variable, files from the nearest one on, the manifest's profiles.
// Refuses to know: what follows from it. Source: The Cargo Book, "Configuration" and "Profiles"; tried with cargo 1.95.
import { type EnvPairs, envValue } from '@sccache-ts/core/base';
import { entryAt, lineAt, readToml, type TomlText, type TomlValue } from './cargo-toml.js';

export interface NamedText {
  /** As the user is to be told of it. */
  readonly file: string;
  readonly text: string;
}

interface ReadText extends NamedText {
  readonly read: TomlText;
}

export interface CargoSettings {
  readonly env: EnvPairs;
  /** The nearest first. */
  readonly configs: readonly ReadText[];
  /** The one of the workspace's root, whose profiles count. */
  readonly manifest: ReadText | undefined;
}

/** A setting and who says so. */
export interface Said {
  readonly value: TomlValue;
  /** A variable's name, or `file:line`. */
  readonly where: string;
}

/** @throws Fault SETTINGS_SYNTAX with file and line */
export function cargoSettings({ env, configs, manifest }: { readonly env: EnvPairs; readonly configs: readonly NamedText[]; readonly manifest: NamedText | undefined }): CargoSettings {
  const read = (named: NamedText): ReadText => ({ ...named, read: readToml(named.file, named.text) });
  return { env, configs: configs.map(read), manifest: manifest === undefined ? undefined : read(manifest) };
}

/** cargo's name for a key in the environment. */
export const variableOf = (path: readonly string[]): string => `CARGO_${path.join('_').replaceAll(/[-.]/g, '_').toUpperCase()}`;

function inText({ file, text, read }: ReadText, path: readonly string[]): Said | undefined {
  const entry = entryAt(read, path);
  return entry === undefined ? undefined : { value: entry.value, where: `${file}:${lineAt(text, entry.from)}` };
}

function inVariable(env: EnvPairs, name: string): Said | undefined {
  const text = envValue(env, name);
  if (text === undefined) return undefined;
  return { value: text === 'true' || text === 'false' ? { kind: 'flag', on: text === 'true' } : { kind: 'text', text }, where: name };
}

/** A key of the configuration; `variable`: a shorter name that wins over all. */
export function setting({ env, configs }: Pick<CargoSettings, 'env' | 'configs'>, path: readonly string[], variable?: string): Said | undefined {
  const short = variable === undefined ? undefined : inVariable(env, variable);
  return short ?? inVariable(env, variableOf(path)) ?? configs.map((config) => inText(config, path)).find((said) => said !== undefined);
}

/** A key of a profile: the configuration wins over the manifest. */
export function profileSetting(settings: CargoSettings, profile: string, key: string): Said | undefined {
  const path = ['profile', profile, key];
  return setting(settings, path) ?? (settings.manifest === undefined ? undefined : inText(settings.manifest, path));
}

/** All profiles that somebody names, after the two that everybody uses. */
export function profileNames({ configs, manifest }: CargoSettings): readonly string[] {
  const texts = [...configs, ...(manifest === undefined ? [] : [manifest])];
  const paths = texts.flatMap(({ read }) => [...read.entries, ...read.headers].map(({ path }) => path));
  const named = paths.flatMap(([first, name]) => (first === 'profile' && name !== undefined ? [name] : []));
  return [...new Set(['dev', 'release', ...named])];
}

/** The text of a setting; undefined when it has none, or is empty. */
export function textOf(said: Said | undefined): string | undefined {
  return said?.value.kind === 'text' && said.value.text !== '' ? said.value.text : undefined;
}

/** The words of a setting that is a list of texts, or one text with blanks between them. */
export function wordsOf({ value }: Said): readonly string[] {
  if (value.kind === 'text') return value.text.split(' ').filter((word) => word !== '');
  return value.kind === 'list' ? value.items.flatMap((item) => (item.kind === 'text' ? [item.text] : [])) : [];
}
