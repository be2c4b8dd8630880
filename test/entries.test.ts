/** The package as a program sees it: each name that it can be imported by gives what the source says, in the build. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import * as decoding from '../src/decoding.ts';
import * as products from '../src/index.ts';
import * as metrics from '../src/metrics.ts';
import * as nn from '../src/nn.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

describe('package.json', () => {
  it.each([
    ['caption-lm', products],
    ['caption-lm/metrics', metrics],
    ['caption-lm/decoding', decoding],
    ['caption-lm/nn', nn],
  ])('exports %s', async (name, source) => {
    const program = `console.log(JSON.stringify(Object.keys(await import('${name}'))))`;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], {
      cwd: root,
    });
    expect(JSON.parse(stdout)).toEqual(Object.keys(source).sort());
  });
});
