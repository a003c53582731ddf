// Knows: what CMakePresets.json says about generators and jobs, through `inherits`. Refuses to know: the files; whoever calls has read them.
// Source: cmake-presets(7) of CMake 3.25.

/** A preset as JSON has it; what we do not look at may be anything. */
interface Preset {
  readonly name?: unknown;
  readonly inherits?: unknown;
  readonly generator?: unknown;
  readonly jobs?: unknown;
  readonly configurePreset?: unknown;
}

/** The parsed file; more may be in it. */
export interface PresetsFile {
  readonly configurePresets?: unknown;
  readonly buildPresets?: unknown;
  readonly include?: unknown;
}

type List = 'configurePresets' | 'buildPresets';

const isText = (it: unknown): it is string => typeof it === 'string';
const presetsOf = (file: PresetsFile, list: List): readonly Preset[] => {
  const found = file[list];
  return Array.isArray(found) ? found.filter((it): it is Preset => typeof it === 'object' && it !== null) : [];
};
const inherited = ({ inherits }: Preset): readonly string[] => (isText(inherits) ? [inherits] : Array.isArray(inherits) ? inherits.filter(isText) : []);

/** Files that a presets file includes, as named there; those that name a variable cannot be known and are left out. */
export const includesOf = ({ include }: PresetsFile): readonly string[] =>
  Array.isArray(include) ? include.filter((it): it is string => isText(it) && !it.includes('$')) : [];

interface Question {
  readonly list: List;
  readonly name: string;
  readonly field: 'generator' | 'jobs' | 'configurePreset';
}

/** The field of a preset, or of the first that it inherits from and that has it. Presets that inherit in a circle end the search. */
function fieldOf(files: readonly PresetsFile[], { list, name, field }: Question, seen: readonly string[] = []): unknown {
  const preset = files.flatMap((file) => presetsOf(file, list)).find((it) => it.name === name);
  if (preset === undefined || seen.includes(name)) return undefined;
  if (preset[field] !== undefined) return preset[field];
  for (const parent of inherited(preset)) {
    const value = fieldOf(files, { list, name: parent, field }, [...seen, name]);
    if (value !== undefined) return value;
  }
  return undefined;
}

/** The generator of a configure preset; undefined when it names none. */
export function presetGenerator(files: readonly PresetsFile[], name: string): string | undefined {
  const value = fieldOf(files, { list: 'configurePresets', name, field: 'generator' });
  return isText(value) ? value : undefined;
}

/** What a build preset says: whether it chooses the jobs, and the generator of what it builds. */
export function buildPreset(files: readonly PresetsFile[], name: string): { readonly jobs: boolean; readonly generator: string | undefined } {
  const configure = fieldOf(files, { list: 'buildPresets', name, field: 'configurePreset' });
  return {
    jobs: fieldOf(files, { list: 'buildPresets', name, field: 'jobs' }) !== undefined,
    generator: isText(configure) ? presetGenerator(files, configure) : undefined,
  };
}
