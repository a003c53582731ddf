// Knows: documents before and after a run.
import { describe, expect, it } from 'vitest';
import { closing, merge, sectionsOf } from './sections.js';
import { summaryTitle } from './targets.js';

const document = `# P\n\nhead\n\n## One: a.cc\n\nold\n\n## Two\n\nold\n\n## ${closing}\n\nwords\n`;
const section = (title: string, text = 'new') => ({ title, text: `## ${title}\n\n${text}` });

describe('sections', () => {
  it('are the tables, without head and closing', () => {
    expect(sectionsOf(document)).toEqual([section('One: a.cc', 'old'), section('Two', 'old')]);
    expect(sectionsOf('')).toEqual([]);
  });

  it.each([
    ['nothing new', [], ['One: a.cc old', 'Two old']],
    ['one again, of another file', [section('One: b.cc')], ['One: b.cc new', 'Two old']],
    ['another kind', [section('Three')], ['One: a.cc old', 'Two old', 'Three new']],
    ['a summary', [section('Two'), section(summaryTitle)], [`${summaryTitle} new`, 'One: a.cc old', 'Two new']],
  ])('with %s', (_what, fresh, expected) => {
    expect(merge(sectionsOf(document), fresh).map(({ title, text }) => `${title} ${text.split('\n').at(-1)}`)).toEqual(expected);
  });
});
