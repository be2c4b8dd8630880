#!/usr/bin/env node
/** The command `lm`: language models of texts. Each subcommand is loaded when it is called. */
import { createProgram, runProgram } from './run.ts';
import { version } from './version.ts';

const program = createProgram('lm', 'Recurrent language models: train on a text, write more of it.', version);
await runProgram(program, {
  train: async () => (await import('./lm-train.ts')).addLanguageTrainCommand,
  sample: async () => (await import('./lm-sample.ts')).addSampleCommand,
  score: async () => (await import('./lm-score.ts')).addScoreCommand,
  cells: async () => (await import('./lm-cells.ts')).addCellsCommand,
  info: async () => (await import('./info.ts')).addLanguageInfoCommand,
  doctor: async () => (await import('./doctor.ts')).addDoctorCommand({ pictures: false }),
  setup: async () => (await import('./setup.ts')).addSetupCommand,
});
