// What only `npm run test:windows` runs, since it needs wine and two big packages. One file at a time: wine starts programs slowly.
import base from './vitest.config.js';

export default {
  ...base,
  test: { ...base.test, include: ['fixtures/src/windows/*.test.ts'], exclude: ['**/node_modules/**'], fileParallelism: false, testTimeout: 240_000, hookTimeout: 240_000 },
};
