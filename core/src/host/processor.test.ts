import { describe, expect, it } from 'vitest';
import { describeProcessor, processorKinds } from './processor.js';

const core = (number: number, more = ''): string =>
  `processor\t: ${number}\nvendor_id\t: GenuineIntel\nmodel\t\t: 143\nstepping\t: 8\ncpu MHz\t\t: ${2000 + number}.5\ncore id\t\t: ${number}\nflags\t\t: fpu sse2${more}\nbogomips\t: 4000.${number}\n\n`;

describe('processorKinds', () => {
  it('is the same for any number of equal cores at any speed', () => {
    expect(processorKinds(core(0) + core(1))).toBe(processorKinds(core(5)));
  });
  it('tells features apart and names every kind of core', () => {
    expect(processorKinds(core(0, ' avx2'))).not.toBe(processorKinds(core(0)));
    expect(processorKinds(core(0) + core(1, ' avx2'))).toBe(processorKinds(core(0, ' avx2') + core(1)));
    expect(processorKinds(core(0) + core(1, ' avx2'))).not.toBe(processorKinds(core(0)));
  });
  it('describes this machine, always alike', () => {
    expect(describeProcessor()).toBeTruthy();
    expect(describeProcessor()).toBe(describeProcessor());
  });
});
