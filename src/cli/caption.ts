#!/usr/bin/env node
import { addBaselinesCommand } from './caption-baselines.ts';
import { addDescribeCommand } from './caption-describe.ts';
import { addEvaluateCommand } from './caption-evaluate.ts';
import { addExtractCommand } from './caption-extract.ts';
import { addTrainCommand } from './caption-train.ts';
import { addDoctorCommand } from './doctor.ts';
import { addCaptionInfoCommand } from './info.ts';
import { createProgram, runProgram } from './run.ts';
import { addSetupCommand } from './setup.ts';
import { version } from './version.ts';

const program = createProgram('caption', 'Captions for pictures: describe photos, train on your own.', version);
addDescribeCommand(program);
addTrainCommand(program);
addEvaluateCommand(program);
addBaselinesCommand(program);
addExtractCommand(program);
addCaptionInfoCommand(program);
addDoctorCommand(program, { pictures: true });
addSetupCommand(program);
await runProgram(program);
