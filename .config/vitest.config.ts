// Tests run on the sources, so they need no build; those that start programs build what they start.
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  resolve: {
    alias: [
      { find: /^@sccache-ts\/core\/([a-z/]+)$/, replacement: at('../core/src/$1/index.ts') },
      { find: /^@sccache-ts\/adapter-([a-z]+)$/, replacement: at('../adapters/$1/src/index.ts') },
      { find: /^@sccache-ts\/plugin-([a-z-]+)$/, replacement: at('../plugins/$1/src/index.ts') },
      { find: '@sccache-ts/client/life', replacement: at('../daemons/client/src/life/index.ts') },
      { find: /^@sccache-ts\/(client|scheduler|builder)$/, replacement: at('../daemons/$1/src/index.ts') },
      { find: /^@sccache-ts\/(fixtures|bench)$/, replacement: at('../$1/src/index.ts') },
    ],
  },
  root: at('..'),
  test: {
    include: ['{core,adapters,plugins,daemons,fixtures,bench,.ci}/**/*.test.ts'],
    // Those of Windows are asked for by name: vitest.windows.config.ts.
    exclude: ['**/node_modules/**', '**/dist/**', 'fixtures/src/windows/**'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // A machine that was too slow gets a second chance, and the summary names the test; a wrong result gets none.
    retry: { count: 1, condition: /timed out in|waited in vain for|still running after/ },
  },
});
