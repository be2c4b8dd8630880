#!/usr/bin/env node
import { addDoctorCommand } from './doctor.ts';
import { createProgram, runProgram } from './run.ts';
import { addSequenceEvaluateCommand } from './seq-evaluate.ts';
import { addSequenceInfoCommand } from './seq-info.ts';
import { addSequencePredictCommand } from './seq-predict.ts';
import { addSequenceTrainCommand } from './seq-train.ts';
import { addSetupCommand } from './setup.ts';
import { version } from './version.ts';

const program = createProgram('seq', 'Recurrent models of sequences: classify them, tag their steps.', version);
addSequenceTrainCommand(program);
addSequencePredictCommand(program);
addSequenceEvaluateCommand(program);
addSequenceInfoCommand(program);
addDoctorCommand(program, { pictures: true });
addSetupCommand(program);
await runProgram(program);
