import { defineConfig } from 'vitest/config';

const { env } = process;
if (env.NODE_EXTRA_CA_CERTS) {
  // Node reads these certificates whenever it starts, which more than doubles the time of a start, and tests start it 1,500
  // times. npm, which one test starts, finds them by this.
  env.npm_config_cafile ??= env.NODE_EXTRA_CA_CERTS;
  env.NODE_EXTRA_CA_CERTS = '';
}

const shared = {
  // Bounds against hanging on a machine that others use, too; not expectations of speed.
  testTimeout: 180_000,
  hookTimeout: 180_000,
  // Modules are loaded once a worker, not once a file: a file that mocks one calls vi.resetModules() around it.
  isolate: false,
};

/** The built programs, for tests that start them. */
const globalSetup = 'tests/build.ts';

/**
 * Three kinds of tests, distinguished by their file names. Pure tests run first; then the others run beside each other, more
 * files at once than a machine of two CPUs has, because most wait most of the time.
 */
export default defineConfig({
  test: {
    // Stripping types and resolving imports takes a sixth of the time of the pure tests; files that did not change need it once.
    experimental: { fsModuleCache: true },
    projects: [
      {
        test: {
          ...shared,
          name: 'pure',
          // By default vitest leaves one CPU idle.
          maxWorkers: '100%',
          include: ['tests/**/*.test.ts'],
          exclude: ['tests/**/*.{system,clock}.test.ts'],
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          ...shared,
          globalSetup,
          name: 'system',
          include: ['tests/**/*.system.test.ts'],
          pool: 'forks',
          maxWorkers: 4,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          ...shared,
          globalSetup,
          name: 'clock',
          include: ['tests/**/*.clock.test.ts'],
          pool: 'forks',
          maxWorkers: 4,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
