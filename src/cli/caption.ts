#!/usr/bin/env node
/** The program `caption`. */
import { programs } from './programs.ts';
import { createProgram, runProgram } from './run.ts';
import { version } from './version.ts';

const { description, commands } = programs.caption;
await runProgram(createProgram('caption', description, version), commands);
