/** Around each file: puts back what it changes in its process, which the next one has too (`vitest.config.ts`). */
import { afterAll, vi } from 'vitest';

const environment = { ...process.env };

// Registered before those of the file, and so called after them.
afterAll(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  for (const name of Object.keys(process.env)) if (!(name in environment)) delete process.env[name];
  Object.assign(process.env, environment);
});
