/** Part d: test/properties.test.ts with more inputs, drawn from another seed. */
import { spawnSync } from 'node:child_process';
import type { PartOptions } from './part.ts';

export async function tryProperties({ times, seed, tally }: PartOptions): Promise<void> {
  const env = { ...process.env, PROPERTY_RUNS: String(times), PROPERTY_SEED: String(seed) };
  const args = ['vitest', 'run', 'test/properties.test.ts', '--reporter=json', '--testTimeout=3600000'];
  const { stdout, stderr } = spawnSync('npx', args, { env, encoding: 'utf8', maxBuffer: 2 ** 28 });
  const start = stdout.indexOf('{"numTotalTestSuites"');
  if (start === -1) return tally.add('properties', 'not run', ['vitest fails'], stderr);
  const report: Report = JSON.parse(stdout.slice(start));
  for (const { assertionResults } of report.testResults) {
    for (const { fullName, status, failureMessages } of assertionResults) {
      const faults = status === 'passed' ? [] : [status];
      const what = `${fullName.trim()}: ${times} inputs`;
      tally.add(what, status, faults, failureMessages.join('\n'));
    }
  }
}

/** What vitest reports, as far as it is read here. */
interface Report {
  testResults: { assertionResults: { fullName: string; status: string; failureMessages: string[] }[] }[];
}
