// Knows: the options of rustc, how each takes its value, and what each means to us. Refuses to know: command lines.

/** How an option's value is written. `codegen` and `unstable`: `-C name=value`. */
export type RustcShape = 'flag' | 'value';

export type RustcEffect =
  /** Into the key as text. */
  | 'hashed'
  /** A question, which compiles nothing. */
  | 'question'
  /** Not to be cached; the option is the reason. */
  | 'declined'
  | 'crate-name' | 'crate-type' | 'emit' | 'out-dir' | 'extern' | 'search' | 'library' | 'cfg' | 'colour' | 'target' | 'test' | 'format' | 'codegen' | 'unstable'
  | 'message-width' | 'remap' | 'remap-scope';

export interface RustcOption {
  readonly shape: RustcShape;
  readonly effect: RustcEffect;
}

const rows: readonly (readonly [shape: RustcShape, effect: RustcEffect, names: string])[] = [
  ['flag', 'question', '-V --version -vV -h --help'],
  ['value', 'question', '--explain --print --pretty --unpretty'],
  ['value', 'declined', '-o --sysroot'],
  // What follows is all files; the words that we add would be too.
  ['flag', 'declined', '--'],
  ['value', 'crate-name', '--crate-name'],
  ['value', 'crate-type', '--crate-type'],
  ['value', 'emit', '--emit'],
  ['value', 'out-dir', '--out-dir'],
  ['value', 'extern', '--extern'],
  ['value', 'search', '-L'],
  ['value', 'library', '-l'],
  ['value', 'cfg', '--cfg'],
  ['value', 'colour', '--color'],
  ['value', 'target', '--target'],
  ['flag', 'test', '--test'],
  ['value', 'format', '--error-format --json'],
  ['value', 'codegen', '-C --codegen'],
  ['value', 'unstable', '-Z'],
  ['value', 'message-width', '--diagnostic-width'],
  ['value', 'remap', '--remap-path-prefix'],
  ['value', 'remap-scope', '--remap-path-scope'],
  ['value', 'hashed', '--check-cfg --edition --cap-lints -A --allow -W --warn -D --deny -F --forbid --force-warn --env-set'],
  ['flag', 'hashed', '-g -O -v --verbose'],
];

export const rustcOptions: ReadonlyMap<string, RustcOption> = new Map(
  rows.flatMap(([shape, effect, names]) => names.split(' ').map((name) => [name, { shape, effect }] as const)),
);

/** `-C` and `-Z` names, dashes and underscores alike, that write further files or make results depend on what is not told. */
export const declinedCodegen: ReadonlySet<string> = new Set(['save-temps', 'incremental', 'remark', 'split-debuginfo', 'profile-generate-dir', 'help']);
export const declinedUnstable =
  /^(?:self-profile.*|dump-.*|save-analysis|time-.*|remark-dir|print-.*|ls|unpretty|query-dep-graph|profile|profile-closures|metrics-dir|emit-stack-sizes|llvm-time-trace|llvm-plugins|nll-facts.*|incremental-.*|codegen-backend|help|build-std|link-only|offload|sanitizer-dataflow-abilist|split-dwarf-out-dir)$/;
/** Options whose value is a file that is read. */
export const readingCodegen: ReadonlySet<string> = new Set(['profile-use']);
export const readingUnstable: ReadonlySet<string> = new Set(['profile-sample-use']);
/** Values that a linker expands: a file named by `@` in one is read, and no linker lists it. */
export const linkArguments: ReadonlySet<string> = new Set(['link-arg', 'link-args', 'pre-link-arg', 'pre-link-args']);
export const namesArgumentFile = (value: string): boolean => /(?:^|[\s,])@/.test(value);
/** What chooses and steers the linker. */
export const linkingCodegen: ReadonlySet<string> = new Set([
  'linker', 'linker-flavor', 'linker-features', 'link-arg', 'link-args', 'link-self-contained', 'link-dead-code', 'default-linker-libraries', 'linker-plugin-lto',
  'relocation-model', 'prefer-dynamic', 'rpath', 'strip', 'target-feature', 'target-cpu', 'panic', 'lto',
]);
