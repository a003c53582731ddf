import { expect, it } from 'vitest';
import { poolsText } from './ninja-pools.js';

it('says no depth that another ninja would refuse', () => {
  expect(poolsText({ links: 3, home: 0 })).toBe('pool sccache_ts_links\n  depth = 3\npool sccache_ts_home\n  depth = 1000000\n');
  expect(poolsText({ links: 0, home: 6 })).toBe('pool sccache_ts_links\n  depth = 1000000\npool sccache_ts_home\n  depth = 6\n');
});
