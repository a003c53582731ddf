import { describe, expect, it } from 'vitest';
import { ninjaPlan, type NinjaPlanInput, ninjasOwnJobs, wrapperOf } from './ninja-plan.js';
import { ninjaWishes } from './ninja-words.js';

const plan = (args: readonly string[], more: Partial<NinjaPlanInput> = {}): ReturnType<typeof ninjaPlan> =>
  ninjaPlan({ wishes: ninjaWishes(args), env: [], file: 'copy', local: 4, offered: 12, suggested: 16, ...more });

describe('ninjaPlan', () => {
  it('gives as many jobs as the build servers can take, but never more links and others than ninja would', () => {
    expect(plan(['-C', 'out', 'all'])).toEqual({
      args: ['-f', 'copy', '-j16', '-Cout', 'all'],
      env: [['NINJA_STATUS', '[%f/%t, %r of 16 jobs] ']],
      depths: { links: 6, home: 6 },
    });
  });

  it('leaves the number to the user, a jobserver, or to ninja when there are no build servers', () => {
    const own = { env: [], depths: { links: 6, home: 0 } };
    expect(plan(['-j3'])).toEqual({ args: ['-f', 'copy', '-j3'], ...own });
    expect(plan([], { offered: 0, suggested: 4 })).toEqual({ args: ['-f', 'copy'], ...own });
    expect(plan([], { offered: 1, suggested: 5 })).toEqual({ args: ['-f', 'copy'], ...own });
    expect(plan([], { env: [['MAKEFLAGS', ' -j8 --jobserver-auth=fifo:/tmp/x']] })).toEqual({ args: ['-f', 'copy'], ...own });
  });

  it('keeps the status line that the user wants', () => {
    expect(plan([], { env: [['NINJA_STATUS', '']] }).env).toEqual([]);
    expect(plan([], { env: [['MAKEFLAGS', 'k']] }).args).toContain('-j16');
  });

  it.each([[1, 2], [2, 3], [3, 5], [16, 18]])('%i cores: ninja runs %i', (cores, jobs) => {
    expect(ninjasOwnJobs(cores)).toBe(jobs);
  });

  it('finds a name of its own for each copy', () => {
    const files = ['build.ninja', 'a/build.ninja', 'a%2Fbuild.ninja', '/a/build.ninja', '../build.ninja'];
    expect(new Set(files.map(wrapperOf)).size).toBe(files.length);
    expect(wrapperOf('build.ninja')).toBe('.sccache-ts/build.ninja');
    expect(files.every((file) => wrapperOf(file).split('/').length === 2)).toBe(true);
  });
});
