// Knows: how new tables take the place of old ones in a document. Refuses to know: what they say.
import { summaryTitle } from './targets.js';

export interface Section {
  readonly title: string;
  /** With its heading. */
  readonly text: string;
}

/** The last section, which is no table. */
export const closing = 'What the time is spent on';

/** A title up to its colon: what follows it, such as a file's name, may change. */
const stemOf = ({ title }: Section): string => title.split(':')[0] ?? '';

/** The tables of a document, without its head and its closing. */
export function sectionsOf(document: string): readonly Section[] {
  return document
    .split(/^## /m)
    .slice(1)
    .map((part) => ({ title: part.split('\n')[0] ?? '', text: `## ${part.trimEnd()}` }))
    .filter(({ title }) => title !== closing);
}

/** Old ones keep their place, new kinds follow, and the summary leads. */
export function merge(earlier: readonly Section[], fresh: readonly Section[]): readonly Section[] {
  const byStem = new Map([...earlier, ...fresh].map((section) => [stemOf(section), section]));
  const sections = [...byStem.values()];
  return [...sections.filter(({ title }) => title === summaryTitle), ...sections.filter(({ title }) => title !== summaryTitle)];
}
