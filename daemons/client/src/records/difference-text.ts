// Knows: how a difference between two keys is said to a person. Pure. Refuses to know: how it was found.
import { basename, extname } from 'node:path';
import type { Difference } from './differences.js';
import { isDigest, variableOf } from './recorded-parts.js';

const headerEndings = new Set(['', '.h', '.hh', '.hpp', '.hxx', '.h++', '.inc', '.inl', '.ipp', '.tcc', '.tpp', '.def', '.cuh', '.modulemap']);

/** `header /x/y.h`; undefined for what is no file. @param source the input of the compile */
function fileOf(what: string, source: string | undefined): string | undefined {
  const [, quoted, name = ''] = /^(quoted )?file (.+)$/s.exec(what) ?? [];
  if (name === '') return undefined;
  if (name === source) return `source ${name}`;
  return quoted === undefined && headerEndings.has(extname(basename(name)).toLowerCase()) ? `header ${name}` : `file ${name}`;
}

function fileSentence(file: string, { kind, ...values }: Difference): string {
  if (kind === 'added') return `${file} is read now and was not`;
  if (kind === 'removed') return `${file} was read and is not now`;
  if ('to' in values && values.to === 'absent') return `${file} is gone`;
  return 'from' in values && values.from === 'absent' ? `${file} is there now` : `${file} changed`;
}

const shown = (value: string): string => (value === '' ? 'nothing' : value);

function otherSentence(difference: Difference): string {
  const { what } = difference;
  if (difference.kind === 'changed') {
    const { from, to } = difference;
    return isDigest(from) && isDigest(to) ? `${what} changed` : `${what} ${shown(from)} became ${shown(to)}`;
  }
  const value = difference.kind === 'added' ? difference.to : difference.from;
  const deed = difference.kind === 'added' ? 'was added' : 'was removed';
  return isDigest(value) ? `${what} ${deed}` : `${what} ${shown(value)} ${deed}`;
}

/** One plain sentence. @param source the input of the compile as named there */
export function differenceSentence(difference: Difference, source: string | undefined): string {
  const file = fileOf(difference.what, source);
  if (file !== undefined) return fileSentence(file, difference);
  if (variableOf(difference.what) === undefined) return otherSentence(difference);
  const deed = { changed: 'changed', added: 'was set', removed: 'was unset' }[difference.kind];
  return `${difference.what} ${deed}`;
}

/** What follows from other differences; told only when there is nothing else. */
const isConsequence = ({ what }: Difference): boolean => what === 'preprocessed text';

const onlyText =
  'the preprocessed text changed though no file, argument or variable did: what __DATE__, __TIME__ and the order of search paths do is seen there only';

/** Sentences for people, consequences left out. */
export function differenceSentences(differences: readonly Difference[], source: string | undefined): readonly string[] {
  const causes = differences.filter((it) => !isConsequence(it));
  if (causes.length > 0) return causes.map((it) => differenceSentence(it, source));
  return differences.length > 0 ? [onlyText] : ['the same inputs were read in another order'];
}
