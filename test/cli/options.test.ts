import { CommanderError } from 'commander';
import { describe, expect, it, test } from 'vitest';
import { addDescribeCommand } from '../../src/cli/caption-describe.ts';
import { addEvaluateCommand } from '../../src/cli/caption-evaluate.ts';
import { addExtractCommand } from '../../src/cli/caption-extract.ts';
import { addServeCommand } from '../../src/cli/caption-serve.ts';
import { addCaptionTrainCommand } from '../../src/cli/caption-train.ts';
import { addSampleCommand } from '../../src/cli/lm-sample.ts';
import { addLanguageTrainCommand } from '../../src/cli/lm-train.ts';
import { addPictureOptions, parseAtLeast, parseInteger, parsePositive, parseShare } from '../../src/cli/options.ts';
import { createProgram } from '../../src/cli/run.ts';

const wrong: Record<string, readonly [(program: ReturnType<typeof createProgram>) => void, readonly string[][]]> = {
  'caption serve': [
    addServeCommand,
    [
      ['--port', '-1'],
      ['--port', '65536'],
    ],
  ],
  'lm train text.txt': [
    addLanguageTrainCommand,
    [
      ['--hidden', '0'],
      ['--hidden', '1.5'],
      ['--layers', 'two'],
      ['--batch', ''],
      ['--steps', '-3'],
      ['--dropout', '1'],
      ['--dropout', '-0.1'],
      ['--epochs', '0'],
      ['--lr', '0'],
      ['--lr', 'NaN'],
      ['--lr', 'Infinity'],
      ['--clip', '-1'],
      ['--cell', 'qrnn'],
      ['--optimizer', 'lion'],
      ['--val-fraction', '1'],
      ['--preset', 'tiny'],
      ['--level', 'line'],
      ['--split', 'middle'],
      ['--min-count', '0'],
      ['--embedding', '-1'],
      ['--clip-by', 'hand'],
      ['--val-fraction', '1'],
      ['--seed', '-1'],
      ['--seed', '1e400'],
      ['--patience', '0.5'],
      ['--blas', 'mkl'],
      ['--no-such-option'],
    ],
  ],
  'lm sample': [
    addSampleCommand,
    [
      ['--temperature', '-1'],
      ['--top-k', '0'],
      ['--top-p', '0'],
      ['--top-p', '1.1'],
      ['--min-p', '0'],
      ['--stop', ''],
      ['--samples', '0'],
      ['--length', '0'],
      ['more'],
    ],
  ],
  'caption describe a.jpg': [
    addDescribeCommand,
    [
      ['--beam', '0'],
      ['--top', '0'],
      ['--length-penalty', '-1'],
      ['--max-length', '0'],
      ['--cnn-backend', 'gpu'],
      ['--tfjs', 'gpu'],
    ],
  ],
  'caption evaluate folder': [addEvaluateCommand, [['--split', 'dev']]],
  'caption extract folder': [addExtractCommand, [['--val-share', '0.2']]], // the pictures of all splits
  'caption train folder': [
    addCaptionTrainCommand,
    [
      ['--threshold', '0'],
      ['--smoothing', '1'],
      ['--embedding', '0'],
      ['--val-share', '2'],
    ],
  ],
};

describe.each(Object.entries(wrong))('%s refuses', (line, [addCommand, options]) => {
  it.each(options)('%s %s', async (...option) => {
    const [name = '', ...args] = line.split(' ');
    const called = `${name} ${args[0]}`;
    let written = '';
    const program = createProgram(name, '', '1').configureOutput({ writeErr: (text) => (written += text) });
    addCommand(program);
    await expect(program.parseAsync([...args, ...option], { from: 'user' })).rejects.toThrow(CommanderError);
    expect(written).toMatch(new RegExp(`^${name}: .*\\nRun \`${called} --help\` for what it takes\\.\\n$`));
    if (option[0]?.startsWith('--')) expect(written).toContain(option[0]);
  });
});

test.each([
  [[], 'auto'],
  [['--cnn-backend', 'onnxruntime'], 'onnxruntime'],
  [['--tfjs', 'tensorflow'], 'tensorflow'],
  [['--cnn-backend', 'onnxruntime', '--tfjs', 'wasm'], 'wasm'],
])('%j: the CNN runs on %s, which --tfjs chooses as --cnn-backend does', async (options, backend) => {
  const program = createProgram('caption', '', '1');
  addPictureOptions(program);
  await program.parseAsync(options, { from: 'user' });
  expect(program.opts()['cnnBackend']).toBe(backend);
});

describe('option values', () => {
  it('are taken in every spelling of a number', () => {
    expect(['12', '1e3', ' 7 '].map((text) => parseInteger(1)(text))).toEqual([12, 1000, 7]);
    expect(() => parseInteger(1, 10)('11')).toThrow('Expected an integer of at least 1 and at most 10.');
    expect(['0.5', '1e-3', '.1'].map((text) => parsePositive(text))).toEqual([0.5, 0.001, 0.1]);
    expect(['0', '2.5'].map(parseAtLeast(0))).toEqual([0, 2.5]);
  });

  it('may reach the ends of a share only where that makes sense', () => {
    expect(parseShare({ zero: true })('0')).toBe(0);
    expect(parseShare({ one: true })('1')).toBe(1);
    for (const [take, text, expected] of [
      [parseShare(), '0', 'between 0 and 1'],
      [parseShare(), '1', 'between 0 and 1'],
      [parseShare({ zero: true }), '1', 'of at least 0 and below 1'],
      [parseShare({ one: true }), '0', 'above 0 and at most 1'],
    ] as const) {
      expect(() => take(text)).toThrow(`Expected a number ${expected}.`);
    }
  });
});
