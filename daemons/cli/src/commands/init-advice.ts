// Knows: by which files build systems are recognised, and what to do for each so that it compiles through us. Pure: names in, sentences out.
// Refuses to know: files, and how things are written.

/** What lies in a folder. */
export interface FolderFacts {
  /** Names of files and folders, without a path. */
  readonly names: readonly string[];
  /** Names that package.json depends on, of all kinds; undefined: there is no package.json. */
  readonly dependencies: readonly string[] | undefined;
  /** Those of them that are installed here and have a binding.gyp: npm compiles them, or could. */
  readonly native: readonly string[];
}

/** What can be written for the user: cargo's settings, presets for CMake. */
export type Writable = 'cargo' | 'cmake';

export interface Advice {
  readonly system: string;
  /** The files that told of it. */
  readonly found: readonly string[];
  /** Each a whole sentence or a command line; the first is the shortest way. */
  readonly todo: readonly string[];
  /** Undefined: nothing needs to be written. */
  readonly writes?: Writable;
}

interface Rule {
  readonly system: string;
  readonly files: RegExp;
  readonly todo: (l: string, facts: FolderFacts) => readonly string[];
  readonly writes?: Writable;
  /** Another file that makes this rule pointless. */
  readonly unless?: string;
}

/** Packages that bring or build machine code; who depends on one of them compiles, or may have to. */
const nativeHelpers: readonly string[] = [
  'node-gyp', 'node-gyp-build', 'node-addon-api', 'nan', 'bindings', 'prebuild-install', 'prebuildify', '@mapbox/node-pre-gyp', 'node-pre-gyp', 'cmake-js',
];

const rules: readonly Rule[] = [
  {
    system: 'autotools', files: /^configure(?:\.ac|\.in)?$/,
    todo: (l, { names }) => [
      ...(names.includes('configure') ? [] : ['autoreconf --install']),
      `./configure CC="${l} cc" CXX="${l} c++", with what you give it otherwise; then make as ever`,
    ],
  },
  { system: 'make', files: /^(?:GNUmakefile|[Mm]akefile)$/, unless: 'CMakeCache.txt', todo: (l) => [`${l} make, in place of make; nothing needs to be written`] },
  {
    system: 'CMake', files: /^CMakeLists\.txt$|^CMake(?:User)?Presets\.json$/, writes: 'cmake',
    todo: (l) => [`${l} cmake -S . -B build, in place of cmake; then cmake --build build as ever`, `${l} init --write makes presets for it: CMakeUserPresets.json`],
  },
  { system: 'a build folder of CMake\'s', files: /^CMakeCache\.txt$/, todo: (l) => [`${l} cmake . configures it anew with the launcher; then build as ever`] },
  { system: 'meson', files: /^meson\.build$/, todo: (l) => [`meson setup build as ever; then ${l} ninja -C build, in place of ninja or meson compile`] },
  { system: 'gn', files: /^(?:\.gn|BUILD\.gn)$/, todo: (l) => [`gn gen out as ever; then ${l} ninja -C out, in place of ninja`] },
  { system: 'ninja', files: /^build\.ninja$/, unless: 'CMakeCache.txt', todo: (l) => [`${l} ninja, in place of ninja; nothing needs to be written`] },
  {
    system: 'cargo', files: /^Cargo\.toml$/, writes: 'cargo',
    todo: (l) => [`${l} cargo build, in place of cargo build`, `${l} init --write sets it for every cargo in this workspace: .cargo/config.toml`],
  },
  { system: 'node-gyp', files: /^binding\.gyp$/, todo: (l) => [`${l} node-gyp rebuild, in place of node-gyp rebuild; with npx before it where we are a package of the project`] },
  {
    system: 'Visual Studio', files: /\.(?:sln|slnx|vcxproj)$/i,
    todo: (l, { names }) => [
      'MSBuild starts compilers by itself, so its projects are not cached',
      ...(names.includes('CMakeLists.txt') ? [`${l} cmake -G Ninja -S . -B build: with Ninja in place of the solution they are`] : []),
    ],
  },
  {
    system: 'Xcode', files: /\.xcodeproj$/,
    todo: (l) => [`xcodebuild C_COMPILER_LAUNCHER="$(command -v ${l})" COMPILER_INDEX_STORE_ENABLE=NO CLANG_ENABLE_MODULES=NO, with what you give it otherwise; Swift is not cached`],
  },
];

/** npm's part: what installing, or building this very package, compiles. */
function packages(launcher: string, { dependencies, native, names }: FolderFacts): readonly Advice[] {
  if (dependencies === undefined) return [];
  const byCmakeJs = dependencies.includes('cmake-js') && names.includes('CMakeLists.txt');
  const told = [...new Set([...native, ...dependencies.filter((name) => nativeHelpers.includes(name))])].sort();
  const advice: Advice[] = [];
  if (byCmakeJs) advice.push({ system: 'cmake-js', found: ['package.json'], todo: [`${launcher} cmake-js compile, in place of cmake-js compile; with npx before it where we are a package of the project`] });
  if (told.length > 0) {
    const todo = [
      `eval "$(${launcher} node-gyp --print-env)" in the shell in which npm install is called: ${told.join(', ')}`,
      ...(told.includes('cmake-js') ? [`eval "$(${launcher} cmake-js --print-env)" as well, for cmake-js`] : []),
    ];
    advice.push({ system: 'npm packages with machine code', found: ['package.json'], todo });
  }
  return advice;
}

/**
 * What to do for each build system, in the order in which they are run.
 * @param launcher a name or path that a shell takes as one word
 */
export function adviceFor(launcher: string, facts: FolderFacts): readonly Advice[] {
  const byFiles = rules.flatMap(({ system, files, todo, writes, unless }): readonly Advice[] => {
    const found = facts.names.filter((name) => files.test(name)).sort();
    if (found.length === 0 || (unless !== undefined && facts.names.includes(unless))) return [];
    return [{ system, found, todo: todo(launcher, facts), ...(writes === undefined ? {} : { writes }) }];
  });
  return [...byFiles, ...packages(launcher, facts)];
}
