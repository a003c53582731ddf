// Knows: which presets put the launcher before CMake's compilers, beside those that a project has. Pure: text in, text out.
// Refuses to know: where files are. Source: CMake manual, cmake-presets(7): `inherits` joins cacheVariables; user presets see the project's.
import { Fault, isOurs } from '@sccache-ts/core/base';

export interface UserPresets {
  /** What CMakeUserPresets.json is to say. */
  readonly text: string;
  /** For `cmake --preset`. */
  readonly names: readonly string[];
}

/** The first version whose presets need no generator: CMake 3.21's. */
const freeVersion = 3;

const record = (value: unknown): Readonly<Record<string, unknown>> => (typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {});

function parsed(file: string, text: string): Readonly<Record<string, unknown>> {
  try {
    return record(JSON.parse(text));
  } catch (cause) {
    throw new Fault('SETTINGS_SYNTAX', `${file}: not JSON: ${(cause as Error).message}`, { cause, hint: 'CMake cannot read it either; mend it first.' });
  }
}

/** Whether a configure preset puts us before CMake's compilers already. @throws Fault SETTINGS_SYNTAX */
export function presetsNameUs({ file, text }: { readonly file: string; readonly text: string }, launcher: string): boolean {
  const { configurePresets: all } = parsed(file, text);
  const values = (Array.isArray(all) ? all : []).flatMap((preset) => Object.entries(record(record(preset)['cacheVariables'])));
  return values.some(([name, value]) => {
    const said = typeof value === 'string' ? value : record(value)['value'];
    return /^CMAKE_\w+_COMPILER_LAUNCHER$/.test(name) && typeof said === 'string' && said.split(';').some((word) => isOurs(word, launcher));
  });
}

/**
 * @param project CMakePresets.json, where there is one: each of its visible presets gets a twin
 * @throws Fault SETTINGS_SYNTAX
 */
export function userPresets(launcher: string, project: { readonly file: string; readonly text: string } | undefined): UserPresets {
  const presets = project === undefined ? {} : parsed(project.file, project.text);
  const own = Array.isArray(presets['configurePresets']) ? presets['configurePresets'].map(record) : [];
  const visible = own.filter((preset) => preset['hidden'] !== true).flatMap(({ name }) => (typeof name === 'string' ? [name] : []));
  const cacheVariables = { CMAKE_C_COMPILER_LAUNCHER: launcher, CMAKE_CXX_COMPILER_LAUNCHER: launcher };
  const configurePresets =
    visible.length === 0
      ? [{ name: 'sccache-ts', binaryDir: '${sourceDir}/build', cacheVariables }]
      : visible.map((name) => ({ name: `${name}-sccache-ts`, inherits: name, cacheVariables }));
  const version = visible.length > 0 && typeof presets['version'] === 'number' ? presets['version'] : freeVersion;
  return { text: `${JSON.stringify({ version, configurePresets }, undefined, 2)}\n`, names: configurePresets.map(({ name }) => name) };
}
