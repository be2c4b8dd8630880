/** `caption bulk`: captions by many machines, which share the work through Redis. */
import type { Command } from 'commander';
import { addCollectCommand, addStatusCommand } from './bulk-jobs.ts';
import { addSubmitCommand } from './bulk-submit.ts';
import { addWorkCommand } from './bulk-work.ts';

export function addBulkCommand(program: Command): void {
  const bulk = program.command('bulk').description('describes pictures on many machines, which share a Redis server');
  addSubmitCommand(bulk);
  addWorkCommand(bulk);
  addStatusCommand(bulk);
  addCollectCommand(bulk);
}
