#!/usr/bin/env node
/** The program `lm`. */
import { programs } from './programs.ts';
import { createProgram, runProgram } from './run.ts';
import { version } from './version.ts';

const { description, commands } = programs.lm;
await runProgram(createProgram('lm', description, version), commands);
