import { spawnSync } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { Command } from 'commander';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { addCaptionTrainCommand } from '../../src/cli/caption-train.ts';
import { addLanguageTrainCommand } from '../../src/cli/lm-train.ts';
import { called, quote, resumeCommand } from '../../src/cli/resume-command.ts';
import { addSequenceTrainCommand } from '../../src/cli/seq-train.ts';

const COMMANDS = { caption: addCaptionTrainCommand, lm: addLanguageTrainCommand, seq: addSequenceTrainCommand };
type Program = keyof typeof COMMANDS;

const { argv, execArgv } = process;
beforeEach(() => {
  process.argv = ['/usr/bin/node', '/usr/bin/lm'];
  process.execArgv = [];
  vi.stubEnv('PATH', ['/bin', '/usr/bin'].join(delimiter));
  vi.stubEnv('npm_command', undefined);
});
afterEach(() => {
  Object.assign(process, { argv, execArgv });
  vi.unstubAllEnvs();
});

/** `train` of a program, as it was parsed from arguments. */
function parse(name: Program, args: readonly string[]): Command {
  const program = new Command(name).enablePositionalOptions().exitOverride();
  COMMANDS[name](program);
  const [train] = program.commands;
  train!.exitOverride().action(() => {});
  program.parse(['train', ...args], { from: 'user' });
  return train!;
}

/** What follows the program in the command that goes on. */
function goingOn(name: Program, ...args: string[]): string {
  process.argv[1] = `/usr/bin/${name}`;
  return resumeCommand(parse(name, args)).replace(`${name} train `, '');
}

/** The words that a shell makes of a line. */
function shellWords(line: string): string[] {
  const { stdout } = spawnSync('/bin/sh', ['-c', `printf '%s\\0' ${line}`], { encoding: 'utf8' });
  return stdout.split('\0').slice(0, -1);
}

describe('resumeCommand', () => {
  it('leaves out settings, which the folder has, and keeps what says where things are', () => {
    expect(goingOn('lm', 'a.txt', 'b.txt', '--preset', 'large', '--hidden', '9', '--out', 'model', '--quiet')).toBe(
      'a.txt b.txt --out model --quiet --resume',
    );
    expect(
      goingOn('caption', 'photos', '--images', 'there', '--val-share', '0.2', '--no-mirror', '--blas', 'wasm'),
    ).toBe('photos --images there --val-share 0.2 --blas wasm --resume');
    expect(goingOn('caption', 'a', 'b c', 'd', '--weight', '1', '0.5', '3', '--val-share', '0')).toBe(
      "a 'b c' d --val-share 0 --resume",
    );
    expect(goingOn('seq', 'a.tsv', '--skip-odd', '--task', 'tag', '--pool', 'max')).toBe('a.tsv --skip-odd --resume');
  });

  it('is the command itself where that went on already', () => {
    expect(goingOn('lm', 'a.txt', '--resume', '--out', 'model')).toBe('a.txt --out model --resume');
  });

  it('names an option that was given by another name', () => {
    expect(goingOn('caption', 'photos', '--tfjs', 'wasm')).toBe('photos --cnn-backend wasm --resume');
    expect(goingOn('caption', 'photos', '--cnn-backend', 'tensorflow', '--tfjs', 'wasm')).toBe(
      'photos --cnn-backend wasm --resume',
    );
  });

  it('names every file of an option that takes several, or is given several times', () => {
    const files = '--val-file c.txt --val-file d.txt';
    expect(goingOn('lm', 'a.txt', '--val-file', 'c.txt', '--val-file', 'd.txt')).toBe(`a.txt ${files} --resume`);
    expect(goingOn('seq', 'a.txt', 'b.txt', '--val-file', 'c.txt', 'd.txt')).toBe(`a.txt b.txt ${files} --resume`);
  });

  it.skipIf(process.platform === 'win32').each([
    ['caption', ['my photos', '--images', "the cat's", '--out', '$HOME/`date`']],
    ['lm', ['a b.txt', '"c".txt', '--val-file', 'd\ne.txt', '--val-file', 'f\\g.txt', '--out', '~/model']],
    ['lm', ['--out', '-model', '--', '-a.txt', '--resume']],
    ['lm', ['--val-file', '-c.txt', '--val-file', '--', '--', '-a.txt']],
    ['seq', ['--val-file', '-c.tsv', '--val-file=-d.tsv', '--skip-odd', '--', '-a.tsv']],
    ['seq', ['*.tsv', 'a;b&c|d#e!.tsv', '--val-file', 'x(1).tsv', '', '--out', 'ä ö']],
  ] as const)('%s %j: is read back by a shell as what was given', (name, args) => {
    const given = parse(name, args);
    process.argv[1] = `/usr/bin/${name}`;
    const [program, command, ...again] = shellWords(resumeCommand(given));
    const read = parse(name, again);
    expect([program, command, read.opts()['resume']]).toEqual([name, 'train', true]);
    expect(read.args).toEqual(given.args);
    for (const option of ['out', 'images', 'valFile', 'skipOdd']) {
      expect(read.opts()[option]).toEqual(given.opts()[option]);
    }
  });
});

describe('resumeCommand calls the program as it was called', () => {
  const programOf = (file: string) => {
    process.argv[1] = file;
    return resumeCommand(parse('lm', ['a.txt'])).split(' train ')[0];
  };

  it('by its name where the shell finds it, through npx, or else by its path', () => {
    expect(programOf('/usr/bin/lm')).toBe('lm');
    expect(programOf('/my home/node_modules/.bin/lm')).toBe("'/my home/node_modules/.bin/lm'");
    expect(called('lm')).toBe('lm');
    vi.stubEnv('npm_command', 'exec');
    expect(called('lm')).toBe('npx lm');
    expect(programOf('/home/node_modules/.bin/lm')).toBe('npx lm');
    vi.stubEnv('npm_command', 'run-script'); // which puts the folder of programs on the path of the script alone
    vi.stubEnv('PATH', '/home/node_modules/.bin');
    expect(programOf('/home/node_modules/.bin/lm')).toBe('/home/node_modules/.bin/lm');
  });

  it('as a file that Node runs, with the options that Node was given', () => {
    const file = join('/a clone', 'dist', 'cli', 'lm.js');
    expect(programOf(file)).toBe(`node ${quote(file)}`);
    process.execArgv = ['--max-old-space-size=8000'];
    expect(programOf('/clone/dist/cli/lm.js')).toBe('node --max-old-space-size=8000 /clone/dist/cli/lm.js');
  });
});

describe('quote', () => {
  it('leaves plain words as they are', () => {
    for (const word of ['a.txt', '../data/a-b_c.tsv', 'C:/x', '50%', '0.2']) expect(quote(word)).toBe(word);
  });

  it('says nothing, too', () => {
    expect(shellWords(`${quote('')} ${quote("it's")}`)).toEqual(['', "it's"]);
  });
});
