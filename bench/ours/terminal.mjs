/**
 * Loaded before a command of ours (`node --import`) by `ctrl-c.ts`: the command takes its stderr for a terminal, and so
 * says all that it does when it does it. Tells at its end, in the file TURNS, how long it has let everything else wait.
 */
import { writeFileSync } from 'node:fs';

const { TURNS: file } = process.env;
delete process.env.TURNS; // not for what the command starts

process.stderr.isTTY = true;
process.stderr.columns = 80;

/** The longest time between two turns, by what stderr said last. */
const longest = {};
let said = '';
const write = process.stderr.write.bind(process.stderr);
process.stderr.write = (text, ...more) => {
  said = String(text);
  return write(text, ...more);
};

let turnAt = performance.now();
setInterval(() => {
  const now = performance.now();
  if (now - turnAt > (longest[said]?.waited ?? 0)) longest[said] = { waited: now - turnAt };
  turnAt = now;
}, 2).unref();
if (file) process.on('exit', () => writeFileSync(file, JSON.stringify(longest)));
