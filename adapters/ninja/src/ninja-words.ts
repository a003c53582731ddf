// Knows: how ninja's command line is spelled. Refuses to know: what is done about it. Source: ninja's usage text; getopt_long's rules: options
// may stand behind targets, and long ones may be shortened.

export interface NinjaWishes {
  /** Value of the last -C. */
  readonly folder: string | undefined;
  /** Value of the last -f. */
  readonly file: string;
  /** True when -j says how many commands run at once. */
  readonly jobs: boolean;
  readonly quiet: boolean;
  /** True when nothing is going to be built: a tool, a dry run, a question; or when we do not understand what is asked. */
  readonly idle: boolean;
  /** All words but -f with its value. */
  readonly words: readonly string[];
}

const valued = 'dfjklwC';
const bare = 'nvh';
const longNames = ['--help', '--version', '--verbose', '--quiet'] as const;

type Long = (typeof longNames)[number];

const longOf = (word: string): Long | undefined => {
  const found = longNames.filter((name) => name.startsWith(word));
  return longNames.find((name) => name === word) ?? (found.length === 1 ? found[0] : undefined);
};

interface State {
  folder: string | undefined;
  file: string;
  jobs: boolean;
  quiet: boolean;
  idle: boolean;
  readonly options: string[];
  readonly targets: string[];
}

function option(state: State, letter: string, value: string): void {
  if (letter === 'f') {
    state.file = value;
    return;
  }
  state.options.push(`-${letter}${value}`);
  if (letter === 'C') state.folder = value;
  else if (letter === 'j') state.jobs = true;
  else if ((letter === 'd' || letter === 'w') && value === 'list') state.idle = true;
}

/** Reads the letters of one word. @returns whether the next word belongs to it */
function cluster(state: State, word: string, next: string | undefined): boolean {
  for (let at = 1; at < word.length; at += 1) {
    const letter = word.charAt(at);
    if (valued.includes(letter)) {
      const rest = word.slice(at + 1);
      if (rest === '' && next === undefined) state.idle = true;
      else option(state, letter, rest === '' ? (next ?? '') : rest);
      return rest === '';
    }
    if (!bare.includes(letter)) state.idle = true;
    else if (letter === 'v') state.options.push('-v');
    else state.idle = true;
    if (letter === 't') return false;
  }
  return false;
}

function long(state: State, word: string): void {
  const name = longOf(word);
  if (name === '--quiet') state.quiet = true;
  if (name === '--quiet' || name === '--verbose') state.options.push(name);
  else state.idle = true;
}

/** @param args what stands after `ninja` */
export function ninjaWishes(args: readonly string[]): NinjaWishes {
  const state: State = { folder: undefined, file: 'build.ninja', jobs: false, quiet: false, idle: false, options: [], targets: [] };
  for (let at = 0; at < args.length && !state.idle; at += 1) {
    const word = args[at] ?? '';
    if (word === '--') {
      state.targets.push(...args.slice(at + 1));
      break;
    }
    if (word.startsWith('--')) long(state, word);
    else if (!word.startsWith('-') || word === '-') state.targets.push(word);
    else if (cluster(state, word, args[at + 1])) at += 1;
  }
  const { options, targets, ...wishes } = state;
  return { ...wishes, words: [...options, ...(targets.some((word) => word.startsWith('-')) ? ['--'] : []), ...targets] };
}
