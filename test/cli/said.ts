/** What the commands' code says on stderr, in the process of a test. */
import { afterEach, beforeEach, vi } from 'vitest';

/** Listens during each test of a file or a `describe`. @returns a function that gives what was said in the test so far */
export function listenToStderr(): () => string {
  let said: string;
  beforeEach(() => {
    said = '';
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
      said += text;
      return true;
    });
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });
  return () => said;
}
