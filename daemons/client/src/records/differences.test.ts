import { describe, expect, it } from 'vitest';
import { differencesOf, equalParts } from './differences.js';
import { differenceSentences } from './difference-text.js';
import type { RecordedPart } from './recorded-parts.js';

const [d1, d2] = ['0123456789abcdef', 'fedcba9876543210'];
const args = (...words: readonly string[]): readonly RecordedPart[] => words.map((word, at) => [`argument ${at + 1}`, word]);

describe('what differs, in words', () => {
  it.each<[string, readonly RecordedPart[], readonly RecordedPart[], readonly string[]]>([
    ['one flag for another', args('-c', '-O2', '-g'), args('-c', '-O3', '-g'), ['argument -O2 became -O3']],
    ['one more flag in the middle', args('-a', '-b', '-c', '-d'), args('-a', '-x', '-b', '-c', '-d'), ['argument -x was added']],
    ['one flag less at the front', args('-a', '-b', '-c'), args('-b', '-c'), ['argument -a was removed']],
    ['two changes apart', args('-a', '-b', '-c', '-d', '-e'), args('-A', '-b', '-c', '-d', '-E', '-f'), ['argument -a became -A', 'argument -e became -E', 'argument -f was added']],
    ['words that changed places', args('-a', '-b'), args('-b', '-a'), ['argument -a was removed', 'argument -a was added']],
    ['another sequence', [['search 1', '/a'], ['search 2', '/b']], [['search 1', '/b']], ['search /a was removed']],
    ['a header', [['file /x/y.h', d1]], [['file /x/y.h', d2]], ['header /x/y.h changed']],
    ['a header without an ending', [['file /x/vector', d1]], [['file /x/vector', d2]], ['header /x/vector changed']],
    ['the source, and the text that follows', [['preprocessed text', d1], ['file a.c', d1]], [['preprocessed text', d2], ['file a.c', d2]], ['source a.c changed']],
    ['the text alone', [['preprocessed text', d1]], [['preprocessed text', d2]], [expect.stringContaining('__DATE__') as string]],
    ['another file', [['file p.profdata', d1]], [['file p.profdata', d2]], ['file p.profdata changed']],
    ['files that come and go', [['file a.h', d1]], [['file b.h', d1]], ['header b.h is read now and was not', 'header a.h was read and is not now']],
    ['a file called like a place in a sequence', [['file 2', d1]], [['file 2', d2]], ['header 2 changed']],
    ['quoted files', [['quoted file q.c', 'absent'], ['quoted file r.c', d1]], [['quoted file q.c', d1], ['quoted file r.c', 'absent']], ['file q.c is there now', 'file r.c is gone']],
    ['the compiler', [['compiler', d1]], [['compiler', d2]], ['compiler changed']],
    ['the language', [['language', 'c']], [['language', 'c++']], ['language c became c++']],
    ['variables', [['variable A', d1], ['variable B', d1]], [['variable A', d2], ['variable C', d1]], ['variable A changed', 'variable C was set', 'variable B was unset']],
    ['nothing but the order', [['file a.h', d1], ['file b.h', d1]], [['file b.h', d1], ['file a.h', d1]], ['the same inputs were read in another order']],
    ['a label that nobody knows yet', [['weather', 'fair']], [['weather', '']], ['weather fair became nothing']],
  ])('%s', (_name, before, after, sentences) => expect(differenceSentences(differencesOf(before, after), 'a.c')).toEqual(sentences));
});

it('compares very long sequences by position', () => {
  const words = (mark: string): readonly string[] => Array.from({ length: 3_000 }, (_, at) => `${mark}${at}`);
  expect(differencesOf(args(...words('a')), args(...words('b')))).toHaveLength(3_000);
});

it('counts equal parts wherever words stand, each once', () => {
  expect(equalParts(args('-a', '-b', '-b'), args('-x', '-a', '-b'))).toBe(2);
});
