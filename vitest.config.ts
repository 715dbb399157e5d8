import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts'],
    // Real processes and threads on a shared machine: bounds against hanging, not expectations of speed.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    globalSetup: 'tests/build.ts',
    pool: 'forks',
    maxWorkers: 2,
  },
});
