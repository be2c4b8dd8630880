#!/usr/bin/env node
import { addDoctorCommand } from './doctor.ts';
import { addLanguageInfoCommand } from './info.ts';
import { addSampleCommand } from './lm-sample.ts';
import { addTrainCommand } from './lm-train.ts';
import { createProgram, runProgram } from './run.ts';
import { addSetupCommand } from './setup.ts';
import { version } from './version.ts';

const program = createProgram('lm', 'Recurrent language models: train on a text, write more of it.', version);
addTrainCommand(program);
addSampleCommand(program);
addLanguageInfoCommand(program);
addDoctorCommand(program, { pictures: false });
addSetupCommand(program);
await runProgram(program);
