import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/base/errors.ts';
import { refuseIdleOptions, refuseIdleOptionsOn } from '../../src/cli/seq-label-options.ts';
import type { SequenceTrainingOptions } from '../../src/cli/seq-options.ts';
import { addSequenceTrainCommand } from '../../src/cli/seq-train.ts';
import type { SequenceData } from '../../src/sequences/data/example.ts';

const words: SequenceData = { name: 'words', D: 0, examples: [{ inputs: ['good'], labels: ['pos'] }] };
const vectors: SequenceData = { name: 'vectors', D: 2, examples: [{ inputs: new Float32Array(2), labels: ['a'] }] };
const pictures: SequenceData = { ...vectors, name: 'pictures', cnn: { key: 'a CNN' } };
const idx: SequenceData = { name: 'idx', D: 4, examples: [{ inputs: new Uint8Array(4), labels: ['7'] }] };

/** What is refused of the options of `seq train` before and after such data is read. */
function check(args: readonly string[], data: SequenceData): void {
  const program = new Command();
  addSequenceTrainCommand(program);
  const command = program.commands[0]!;
  command.parseOptions([...args]);
  const options = command.opts<SequenceTrainingOptions>();
  refuseIdleOptions(options, command);
  refuseIdleOptionsOn(data, options, command);
}

describe('seq train for labels', () => {
  it.each<[string[], SequenceData, string]>([
    [['--attention'], words, '--attention does not apply to labels'],
    [['--memory', '9', '--cell', 'rnn'], words, '--memory does not apply to the cell rnn, which has no gates'],
    [['--cnn', 'efficientnet-lite2'], words, '--cnn does not apply to words, which has no pictures for a CNN'],
    [['--cnn-backend', 'wasm'], idx, '--cnn-backend does not apply to idx, which has no pictures for a CNN'],
    [['--tfjs', 'wasm'], words, '--tfjs does not apply to words'],
    [['--read', 'pixels'], pictures, '--read does not apply to pictures, which is no IDX file'],
    [['--min-count', '1'], vectors, '--min-count does not apply to vectors, which has no words'],
    [['--embedding', '8'], idx, '--embedding does not apply to idx, which has no words'],
    [['--glimpses', '3'], idx, '--glimpses does not apply to pictures that are read otherwise'],
    [['--task', 'tag', '--pool', 'max'], words, '--pool does not apply to --task tag'],
  ])('refuses %j', (args, data, message) => {
    expect(() => check(args, data)).toThrow(UsageError);
    expect(() => check(args, data)).toThrow(message);
  });

  it('refuses nothing that has an effect', () => {
    check(['--memory', '9', '--min-count', '1', '--embedding', '8', '--pool', 'max'], words);
    check(['--cnn', 'efficientnet-lite2', '--cnn-backend', 'wasm', '--pool', 'mean'], pictures);
    check(['--read', 'glimpses', '--glimpses', '3'], idx);
  });
});
