#!/usr/bin/env node
import { addDoctorCommand } from './doctor.ts';
import { addLanguageInfoCommand } from './info.ts';
import { addCellsCommand } from './lm-cells.ts';
import { addSampleCommand } from './lm-sample.ts';
import { addScoreCommand } from './lm-score.ts';
import { addTrainCommand } from './lm-train.ts';
import { createProgram, runProgram } from './run.ts';
import { addSetupCommand } from './setup.ts';
import { version } from './version.ts';

const program = createProgram('lm', 'Recurrent language models: train on a text, write more of it.', version);
addTrainCommand(program);
addSampleCommand(program);
addScoreCommand(program);
addCellsCommand(program);
addLanguageInfoCommand(program);
addDoctorCommand(program, { pictures: false });
addSetupCommand(program);
await runProgram(program);
