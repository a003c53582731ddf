import { describe, expect, it } from 'vitest';
import { nodeGypPlan } from './index.js';

describe('nodeGypPlan', () => {
  it.each([
    ['nothing set', {}, { CC: 'sccache-ts cc', CXX: 'sccache-ts c++' }],
    ['a chosen compiler', { CC: 'clang', CXX: 'clang++ -stdlib=libc++' }, { CC: 'sccache-ts clang', CXX: 'sccache-ts clang++ -stdlib=libc++' }],
    ['an empty one', { CC: ' ' }, { CC: 'sccache-ts cc', CXX: 'sccache-ts c++' }],
    ['a launcher that is there already', { CC: 'sccache-ts gcc' }, { CXX: 'sccache-ts c++' }],
  ])('%s', (_, env, expected) => {
    expect(nodeGypPlan({ launcher: 'sccache-ts', env }).env).toEqual(expected);
  });

  it('says so when it can do nothing', () => {
    const plan = nodeGypPlan({ launcher: '/opt/my tools/sccache-ts', env: {} });
    expect(plan.env).toEqual({});
    expect(plan.notes[0]).toContain('white space');
  });
});
