#!/usr/bin/env node
import { createProgram, runProgram } from './run.ts';
import { version } from './version.ts';

const program = createProgram('caption', 'Captions for pictures: describe photos, train on your own.', version);
await runProgram(program, {
  describe: async () => (await import('./caption-describe.ts')).addDescribeCommand,
  train: async () => (await import('./caption-train.ts')).addCaptionTrainCommand,
  evaluate: async () => (await import('./caption-evaluate.ts')).addEvaluateCommand,
  baselines: async () => (await import('./caption-baselines.ts')).addBaselinesCommand,
  extract: async () => (await import('./caption-extract.ts')).addExtractCommand,
  info: async () => (await import('./info.ts')).addCaptionInfoCommand,
  doctor: async () => (await import('./doctor.ts')).addDoctorCommand({ pictures: true }),
  setup: async () => (await import('./setup.ts')).addSetupCommand,
});
