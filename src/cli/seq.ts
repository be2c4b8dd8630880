#!/usr/bin/env node
/** The program `seq`. */
import { programs } from './programs.ts';
import { createProgram, runProgram } from './run.ts';
import { version } from './version.ts';

const { description, commands } = programs.seq;
await runProgram(createProgram('seq', description, version), commands);
