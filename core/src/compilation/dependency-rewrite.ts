// Knows: how gcc and clang break the lines of a dependency file, so that one can be made anew with other names. Refuses to know: what
// the names mean. A file that does not come out the same when made anew with its own names is not touched.
//
// gcc (libcpp/mkdeps.cc): a name that would reach beyond column 72 begins a new line, after ` \`.
// clang (DependencyFile.cpp): the same beyond column 75, counting the ` \` that might follow, and new lines begin with two blanks.

interface Rule {
  /** With colon, as it stands. */
  readonly target: string;
  /** Escaped, as they stand. */
  readonly words: readonly string[];
  readonly phony: readonly string[];
}

const word = /(?:\\[\s\S]|[^\\\s])+/g;

function parse(text: string): Rule | undefined {
  const joined = text.replaceAll('\\\n', ' ');
  const [first = '', ...rest] = joined.split('\n');
  const colon = /^((?:\\[\s\S]|[^\\])*?:)(?= |$)/.exec(first);
  if (colon === null || rest.pop() !== '') return undefined;
  const phony = rest.filter((line) => line !== '');
  if (!phony.every((line) => line.endsWith(':'))) return undefined;
  return { target: colon[1] ?? '', words: first.slice(colon[0].length).match(word) ?? [], phony: phony.map((line) => line.slice(0, -1)) };
}

type Writer = (rule: Rule) => string;

const gcc: Writer = ({ target, words, phony }) => {
  let text = target;
  let column = target.length;
  for (const it of words) {
    if (column + it.length > 72) {
      text += ' \\\n';
      column = 0;
    }
    text += ` ${it}`;
    column += it.length + 1;
  }
  return `${text}\n${phony.map((name) => `${name}:\n`).join('')}`;
};

const clang: Writer = ({ target, words, phony }) => {
  let text = target;
  let column = target.length;
  for (const it of words) {
    if (column + it.length + 1 + 2 > 75) {
      text += ' \\\n ';
      column = 2;
    }
    text += ` ${it}`;
    column += it.length + 1;
  }
  return `${text}\n${phony.map((name) => `\n${name}:\n`).join('')}`;
};

const writers: readonly Writer[] = [gcc, clang];

/** Characters that make would not read as themselves: a folder's name with one of them is not looked for. */
const plainName = /^[\w./+@~,-]+$/;

/**
 * The same file, as the compiler would have written it with every name below one folder below another instead.
 * @param from absolute, with a `/` at its end; `to` alike
 * @returns undefined when it is not known how the compiler would have written it
 */
export function moveDependencies(text: string, from: string, to: string): string | undefined {
  const rule = parse(text);
  const write = rule === undefined ? undefined : writers.find((it) => it(rule) === text);
  if (rule === undefined || write === undefined || !plainName.test(from) || !plainName.test(to)) return undefined;
  const moved = (name: string): string => (name.startsWith(from) ? to + name.slice(from.length) : name);
  const target = rule.target.split(' ').map(moved).join(' ');
  return write({ target, words: rule.words.map(moved), phony: rule.phony.map(moved) });
}
