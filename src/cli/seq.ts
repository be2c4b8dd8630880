#!/usr/bin/env node
import { createProgram, runProgram } from './run.ts';
import { version } from './version.ts';

const program = createProgram('seq', 'Recurrent models of sequences: classify them, tag their steps.', version);
await runProgram(program, {
  train: async () => (await import('./seq-train.ts')).addSequenceTrainCommand,
  predict: async () => (await import('./seq-predict.ts')).addSequencePredictCommand,
  evaluate: async () => (await import('./seq-evaluate.ts')).addSequenceEvaluateCommand,
  info: async () => (await import('./seq-info.ts')).addSequenceInfoCommand,
  doctor: async () => (await import('./doctor.ts')).addDoctorCommand({ pictures: true }),
  setup: async () => (await import('./setup.ts')).addSetupCommand,
});
