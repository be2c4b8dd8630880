import { defineConfig } from 'vitest/config';

const ABOUT_THREADS = 'test/{compute,nn,model}/**/*.test.ts';

export default defineConfig({
  test: {
    globalSetup: 'test/build.ts',
    // Processes, because the matrix products start worker threads and load native libraries; used for one file after
    // another, because to start one and to load the modules takes longer than most files run.
    pool: 'forks',
    isolate: false,
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    projects: [
      {
        extends: true,
        test: { name: 'threads', include: [ABOUT_THREADS], sequence: { groupOrder: 0 } },
      },
      {
        extends: true,
        test: {
          name: 'programs',
          include: ['test/**/*.test.ts'],
          exclude: [ABOUT_THREADS],
          // Two files at once, and what they start, would take the processors from each other's threads.
          env: { OMP_NUM_THREADS: '1' },
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
