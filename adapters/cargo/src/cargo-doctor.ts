// Knows: what in a project's settings and environment keeps crates from the cache, and what to do about it. Refuses to know: where the texts come
// from, and what was really compiled: `--why` tells that.
import { type EnvPairs, envValue, isFault, isOtherCache, isOurs } from '@sccache-ts/core/base';
import { cargoSettings, type CargoSettings, type NamedText, profileNames, profileSetting, type Said, setting, textOf, wordsOf } from './cargo-settings.js';
import { parseRustc } from './dialect/rustc-parse.js';

export interface CargoDoctorInput {
  /** Absolute path of the launcher. */
  readonly launcher: string;
  readonly env: EnvPairs;
  /** Cargo.toml of the workspace's root. */
  readonly manifest: NamedText | undefined;
  /** Cargo.lock beside it. */
  readonly lock: NamedText | undefined;
  /** All `.cargo/config.toml` that cargo reads, the nearest first. */
  readonly configs: readonly NamedText[];
}

export interface CargoFinding {
  /** How much is not cached because of it. */
  readonly lost: 'all' | 'some' | 'nothing';
  /** What is so, who says so, and what to do. */
  readonly sentence: string;
}

const finding = (lost: CargoFinding['lost'], sentence: string): CargoFinding => ({ lost, sentence });

interface Patient extends CargoSettings {
  readonly launcher: string;
}

function wrapper(patient: Patient): readonly CargoFinding[] {
  const said = setting(patient, ['build', 'rustc-wrapper'], 'RUSTC_WRAPPER');
  const text = textOf(said);
  if (text !== undefined && isOurs(text, patient.launcher)) return [];
  if (said !== undefined && text !== undefined) return [finding('all', `${said.where} names the wrapper "${text}": nothing goes through sccache-ts. Name sccache-ts there.`)];
  const off = said === undefined ? 'No wrapper is named' : `${said.where} is empty, which turns wrappers off`;
  return [finding('all', `${off}: only what you build by "sccache-ts cargo …" or "cargo sccache-ts …" is cached. For plain cargo: cargo sccache-ts init, or RUSTC_WRAPPER=sccache-ts.`)];
}

function workspaceWrapper(patient: Patient): readonly CargoFinding[] {
  const said = setting(patient, ['build', 'rustc-workspace-wrapper'], 'RUSTC_WORKSPACE_WRAPPER');
  const text = textOf(said);
  if (said === undefined || text === undefined) return [];
  if (isOurs(text, patient.launcher)) {
    const main = textOf(setting(patient, ['build', 'rustc-wrapper'], 'RUSTC_WRAPPER'));
    if (main !== undefined && isOurs(main, patient.launcher)) return [];
    return [finding('some', `${said.where} names sccache-ts for your own crates only: what comes from a registry is not cached. Name it in RUSTC_WRAPPER instead.`)];
  }
  if (isOtherCache(text)) return [finding('some', `${said.where} names "${text}", another cache: two in a row do your own crates no good. Take it out.`)];
  return [finding('nothing', `${said.where} names "${text}": cargo puts sccache-ts before it, your own crates depend on its bytes too, and are cached.`)];
}

const where = (said: Said | undefined, otherwise: string): string => said?.where ?? otherwise;

/** What a profile says, or those that it inherits from. */
function inherited(patient: Patient, profile: string): { readonly on: boolean; readonly said: Said | undefined } {
  const seen = new Set<string>();
  for (let name = profile; !seen.has(name); ) {
    seen.add(name);
    const said = profileSetting(patient, name, 'incremental');
    if (said?.value.kind === 'flag') return { on: said.value.on, said };
    const parent = textOf(profileSetting(patient, name, 'inherits')) ?? { test: 'dev', bench: 'release' }[name];
    if (parent === undefined) return { on: name === 'dev', said: undefined };
    name = parent;
  }
  return { on: false, said: undefined };
}

const turnOff = 'Set CARGO_INCREMENTAL=0, or "incremental = false" below [build] of .cargo/config.toml (cargo sccache-ts init does that)';

function incremental(patient: Patient): readonly CargoFinding[] {
  const variable = envValue(patient.env, 'CARGO_INCREMENTAL');
  if (variable === '1') return [finding('some', 'CARGO_INCREMENTAL is 1: your own crates are compiled incrementally, and such compiles are not cached. Set it to 0.')];
  if (variable !== undefined) return [];
  const build = setting(patient, ['build', 'incremental']);
  if (build?.value.kind === 'flag') {
    if (!build.value.on) return [];
    return [finding('some', `${build.where} turns incremental compiles on for every profile: your own crates are not cached. Make it false.`)];
  }
  return profileNames(patient).flatMap((profile) => {
    const { on, said } = inherited(patient, profile);
    // What a profile merely has from another is told there.
    if (!on || (said === undefined && profile !== 'dev')) return [];
    return [finding('some', `Profile ${profile} compiles your own crates incrementally (${where(said, "cargo's default")}), and such compiles are not cached. ${turnOff}.`)];
  });
}

function splitDebugInfo(patient: Patient): readonly CargoFinding[] {
  return profileNames(patient).flatMap((profile) => {
    const said = profileSetting(patient, profile, 'split-debuginfo');
    const text = textOf(said);
    if (said === undefined || text === undefined || text === 'off') return [];
    return [finding('some', `${said.where} sets split-debuginfo to "${text}" in profile ${profile}: compiles that write further files are not cached. Make it "off", or leave it out where that is the default.`)];
  });
}

/** Lists of flags that some build of the project may use, with who says so. */
function flagSources(patient: Patient): readonly { readonly where: string; readonly words: readonly string[] }[] {
  const { env, configs } = patient;
  // Each of the first two silences all that follow.
  const encoded = envValue(env, 'CARGO_ENCODED_RUSTFLAGS');
  if (encoded !== undefined) return [{ where: 'CARGO_ENCODED_RUSTFLAGS', words: encoded.split('\u001f').filter((word) => word !== '') }];
  const plain = envValue(env, 'RUSTFLAGS');
  if (plain !== undefined) return [{ where: 'RUSTFLAGS', words: wordsOf({ value: { kind: 'text', text: plain }, where: '' }) }];
  const variables = env.flatMap(([name]) => (/^CARGO_(?:BUILD|TARGET_[A-Z0-9_]+)_RUSTFLAGS$/.test(name) ? [name] : []));
  const paths = configs.flatMap(({ read }) => read.entries.map(({ path }) => path)).filter(isFlagList);
  const said = [...variables.map((name) => setting({ env, configs: [] }, [], name)), ...paths.map((path) => setting({ env: [], configs }, path))];
  return said.flatMap((it) => (it === undefined ? [] : [{ where: it.where, words: wordsOf(it) }]));
}

const isFlagList = ([table, name, key]: readonly string[]): boolean => (table === 'build' && name === 'rustflags') || (table === 'target' && key === 'rustflags');

/** A compile as cargo asks for it; what the dialect says of it with further words is said of those words. */
const ordinary = ['--crate-name', 'a', '--edition=2021', 'src/lib.rs', '--crate-type', 'lib', '--emit=dep-info,metadata,link', '-C', 'metadata=0', '--out-dir', '/target'];

function flags(patient: Patient): readonly CargoFinding[] {
  const target = setting(patient, ['build', 'target']);
  const triple = textOf(target);
  const verdictOf = (words: readonly string[]): ReturnType<typeof parseRustc> =>
    parseRustc({ compiler: 'rustc', args: [...ordinary, ...words], cwd: '/', env: patient.env }, () => undefined);
  const found: CargoFinding[] = [];
  for (const { where: source, words } of flagSources(patient)) {
    const verdict = verdictOf(words);
    if (verdict.kind === 'decline') found.push(finding('all', `The flags of ${source} keep every crate from the cache (${verdict.reason}). Take that flag out.`));
    else if (verdict.compilation.nativeCpu) found.push(finding('nothing', `The flags of ${source} compile for this machine's processor (native): what is cached here is not used on machines with another one. Name a processor, e.g. -C target-cpu=x86-64-v3, to share.`));
    found.push(...linkerFlags(words, source));
  }
  const crossing = triple === undefined ? undefined : verdictOf(['--target', triple]);
  if (crossing?.kind === 'decline') found.push(finding('all', `${where(target, 'build.target')} names the target "${triple ?? ''}", and RUST_TARGET_PATH says where to look for it: nobody tells which file that is, so nothing is cached. Name the file, or unset RUST_TARGET_PATH.`));
  else if (triple !== undefined) found.push(finding('some', `${where(target, 'build.target')} names the target "${triple}": where that is not this machine's own, libraries are cached, and what a linker makes is not.`));
  return found;
}

const linkerNames = /^(?:.+-)?(?:cc|c\+\+|gcc|g\+\+|clang|clang\+\+)(?:-[0-9.]+)?$/;

function linkerFinding(linker: string, source: string): readonly CargoFinding[] {
  if (linkerNames.test(linker.slice(linker.lastIndexOf('/') + 1))) return [];
  return [finding('some', `${source} names the linker "${linker}": what it makes is cached only if it is gcc or clang. Name one of these, and choose ld, lld or mold by -C link-arg=-fuse-ld=….`)];
}

function linkerFlags(words: readonly string[], source: string): readonly CargoFinding[] {
  const linker = words.flatMap((word) => /^(?:-C|--codegen=)?linker=(.+)$/.exec(word)?.[1] ?? []).at(-1);
  const gold = words.some((word) => /-fuse-ld=gold\b/.test(word));
  return [
    ...(linker === undefined ? [] : linkerFinding(linker, source)),
    ...(gold ? [finding('some', `The flags of ${source} choose the linker gold, which does not list what it reads: what it makes is not cached. Choose ld, lld or mold.`)] : []),
  ];
}

function linkers({ env, configs }: Patient): readonly CargoFinding[] {
  const variables = env.flatMap(([name, value]) => (/^CARGO_TARGET_[A-Z0-9_]+_LINKER$/.test(name) && value !== '' ? [{ where: name, linker: value }] : []));
  const paths = configs.flatMap(({ read }) => read.entries.map(({ path }) => path)).filter(([table, , key]) => table === 'target' && key === 'linker');
  const files = paths.flatMap((path) => {
    const said = setting({ env: [], configs }, path);
    const linker = textOf(said);
    return said === undefined || linker === undefined ? [] : [{ where: said.where, linker }];
  });
  return [...variables, ...files].flatMap((it) => linkerFinding(it.linker, it.where));
}

function compiler(patient: Patient): readonly CargoFinding[] {
  const said = setting(patient, ['build', 'rustc'], 'RUSTC');
  const text = textOf(said);
  if (said === undefined || text === undefined || /^(?:rustc|clippy-driver)(?:-[0-9.]+)?$/.test(text.slice(text.lastIndexOf('/') + 1))) return [];
  return [finding('all', `${said.where} names the compiler "${text}", which is not called rustc and is left alone. Call it rustc.`)];
}

function nativeCode({ env, lock }: Patient & Pick<CargoDoctorInput, 'lock'>): readonly CargoFinding[] {
  const builds = [...(lock?.text ?? '').matchAll(/^name = "(cc|cmake)"\r?$/gm)].map(([, name = '']) => name);
  if (builds.length === 0 || env.some(([name, value]) => /^(?:HOST_|TARGET_)?CC(?:_|$)/.test(name) && /(?:^|\/)sccache-ts(?:\s|$)/.test(value))) return [];
  return [finding('some', `${lock?.file ?? 'Cargo.lock'} has ${builds.join(' and ')}: the C and C++ code of build scripts is compiled without the cache. Where no other target is built for, CC="sccache-ts cc" CXX="sccache-ts c++" caches it.`)];
}

/** The worst first. */
export function cargoDoctor(input: CargoDoctorInput): readonly CargoFinding[] {
  const { launcher, lock } = input;
  try {
    const patient = { ...cargoSettings(input), launcher, lock };
    const parts = [wrapper, compiler, flags, workspaceWrapper, incremental, splitDebugInfo, linkers, nativeCode];
    const found = parts.flatMap((part) => part(patient));
    return (['all', 'some', 'nothing'] as const).flatMap((lost) => found.filter((it) => it.lost === lost));
  } catch (thrown) {
    if (isFault(thrown, 'SETTINGS_SYNTAX')) return [finding('all', `${thrown.message}: cargo will not read it either. Mend it first.`)];
    throw thrown;
  }
}
