import { expect, it } from 'vitest';
import { buildPreset, includesOf, presetGenerator, type PresetsFile } from './cmake-presets.js';

const files: readonly PresetsFile[] = [
  { configurePresets: [{ name: 'mine', inherits: ['none', 'base'] }, 'not a preset'], buildPresets: [{ name: 'quick', inherits: 'all', jobs: 3 }, { name: 'all', configurePreset: 'mine' }] },
  { configurePresets: [{ name: 'base', generator: 'Xcode' }, { name: 'none' }, { name: 'round', inherits: 'about' }, { name: 'about', inherits: ['round'] }, { name: 'odd', generator: 7 }] },
  { configurePresets: 'nothing of the kind' },
];

it.each([['base', 'Xcode'], ['mine', 'Xcode'], ['none', undefined], ['round', undefined], ['odd', undefined], ['absent', undefined]])('the generator of %s is %s', (name, generator) =>
  expect(presetGenerator(files, name)).toBe(generator));

it('a build preset tells of its jobs and of what it builds', () => {
  expect(buildPreset(files, 'quick')).toEqual({ jobs: true, generator: 'Xcode' });
  expect(buildPreset(files, 'all')).toEqual({ jobs: false, generator: 'Xcode' });
  expect(buildPreset(files, 'absent')).toEqual({ jobs: false, generator: undefined });
});

it('includes that name variables are left out', () =>
  expect([includesOf({ include: ['a.json', '$penv{HOME}/b.json', 3] }), includesOf({}), includesOf({ include: 'a.json' })]).toEqual([['a.json'], [], []]));
