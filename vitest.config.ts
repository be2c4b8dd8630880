import { configDefaults, defineConfig } from 'vitest/config';

const LOADING_LIBRARIES = ['test/compute/product/libraries.test.ts', 'test/vision/backends/{tfjs,onnxruntime}.test.ts'];
/** What takes long for what it guards: `npm run test:slow`. */
const SLOW = 'test/**/*.slow.test.ts';
const ABOUT_THREADS = 'test/{compute,nn,model}/**/*.test.ts';

export default defineConfig({
  test: {
    globalSetup: 'test/global-setup.ts',
    setupFiles: 'test/restore.ts',
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
        // In processes of their own: nothing was loaded there before.
        test: { name: 'libraries', include: LOADING_LIBRARIES, isolate: true, sequence: { groupOrder: 0 } },
      },
      {
        extends: true,
        test: {
          name: 'threads',
          include: [ABOUT_THREADS],
          exclude: [...LOADING_LIBRARIES, SLOW],
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'programs',
          include: ['test/**/*.test.ts'],
          exclude: [...configDefaults.exclude, ABOUT_THREADS, ...LOADING_LIBRARIES, SLOW],
          // Two files at once, and what they start, would take the processors from each other's threads.
          env: { OMP_NUM_THREADS: '1' },
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: { name: 'slow', include: [SLOW], testTimeout: 300_000, sequence: { groupOrder: 2 } },
      },
    ],
  },
});
