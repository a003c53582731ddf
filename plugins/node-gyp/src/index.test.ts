import { describe, expect, it } from 'vitest';
import { nodeGypPlan } from './index.js';

describe('nodeGypPlan', () => {
  it.each([
    ['nothing set', {}, { CC: 'sccache-ts cc', CXX: 'sccache-ts c++' }],
    ['a chosen compiler', { CC: 'clang', CXX: 'clang++ -stdlib=libc++' }, { CC: 'sccache-ts clang', CXX: 'sccache-ts clang++ -stdlib=libc++' }],
    ['an empty one', { CC: ' ' }, { CC: 'sccache-ts cc', CXX: 'sccache-ts c++' }],
    ['a launcher that is there already', { CC: 'sccache-ts gcc' }, { CXX: 'sccache-ts c++' }],
    ['another cache', { CC: '/usr/bin/ccache gcc' }, { CXX: 'sccache-ts c++' }],
    ['a cross compiler', { CC_target: 'arm-gcc', CXX_host: 'clang++' },
      { CC: 'sccache-ts cc', CXX: 'sccache-ts c++', CC_target: 'sccache-ts arm-gcc', CXX_host: 'sccache-ts clang++' }],
  ])('%s', (_, env, expected) => {
    expect(nodeGypPlan({ launcher: 'sccache-ts', env }).env).toEqual(expected);
  });

  it.each<[string, readonly string[], Record<string, string>, string | undefined]>([
    ['nobody has said', ['rebuild'], {}, '8'],
    ['nobody has said, only -a', ['rebuild', '--arch=x64'], { MAKEFLAGS: 'k', JOBS: '' }, '8'],
    ['variables for make only', ['rebuild'], { MAKEFLAGS: ' -- jvm=1 JOBS=2' }, '8'],
    ['-j', ['-j', '2', 'rebuild'], {}, undefined],
    ['nothing is compiled', ['clean'], {}, undefined],
    ['something is, at last', ['configure', 'build'], {}, '8'],
    ['-j max', ['rebuild', '-j', 'max'], {}, undefined],
    ['--jobs=2', ['rebuild', '--jobs=2'], {}, undefined],
    ['JOBS', ['rebuild'], { JOBS: '3' }, undefined],
    ['npm config', ['rebuild'], { npm_config_jobs: 'max' }, undefined],
    ['package.json', ['rebuild'], { npm_package_config_node_gyp_jobs: '2' }, undefined],
    ['a make above', ['rebuild'], { MAKEFLAGS: ' -j4 --jobserver-auth=3,4' }, undefined],
    ['a make above with a fifo', ['rebuild'], { MAKEFLAGS: ' --jobserver-auth=fifo:/tmp/x' }, undefined],
  ])('jobs: %s', (_, args, env, jobs) => {
    expect(nodeGypPlan({ launcher: 'l', env, args, jobs: 8 }).env['JOBS']).toBe(jobs);
  });

  it('adds no jobs when there is but one processor, or nobody knows', () => {
    expect(nodeGypPlan({ launcher: 'l', env: {}, jobs: 1 }).env).not.toHaveProperty('JOBS');
    expect(nodeGypPlan({ launcher: 'l', env: {} }).env).not.toHaveProperty('JOBS');
  });

  it('says so when it can do nothing', () => {
    const plan = nodeGypPlan({ launcher: '/opt/my tools/sccache-ts', env: {} });
    expect(plan.env).toEqual({});
    expect(plan.notes[0]).toContain('white space');
  });
});
