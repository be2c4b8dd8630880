/** Before the tests: brings `dist` up to date, where the kernels and the commands are, and makes a folder for features. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** A feature cache of all files: a picture that several have is looked at once, in the one that comes first. */
    features: string;
  }
}

export default function setUp({ provide }: TestProject): () => void {
  const script = fileURLToPath(new URL('../scripts/build.mjs', import.meta.url));
  execFileSync(process.execPath, [script, '--if-changed'], { stdio: 'inherit' });
  const features = mkdtempSync(join(tmpdir(), 'caption-lm-features-'));
  provide('features', features);
  return () => rmSync(features, { recursive: true });
}
