import { afterAll, describe, expect, it } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { runAtOnce } from '../../src/base/steps.ts';
import { openEngine } from '../../src/compute/engine.ts';
import { KnownSequences } from '../../src/language/known-sequences.ts';
import { exampleSequencesTask } from '../../src/language/sequence-task.ts';
import type { LanguageSequences } from '../../src/language/sequences.ts';
import { lengthsOf } from '../../src/nn/packing.ts';
import { SequenceCollector } from '../../src/text/sequence-list.ts';
import { END } from '../../src/text/special-tokens.ts';
import { tokenizers } from '../../src/text/tokenizer.ts';
import { randomTextModel } from './random-text-model.ts';
import { smallLanguage } from './small-language.ts';

const engine = await openEngine('wasm');
afterAll(() => engine.close());

const shape = { cell: 'lstm', layers: 1, hidden: 8 } as const;
const model = randomTextModel(engine, [...'abcdefg'], { ...shape, sequences: { are: 'lines' } });
const { vocabulary } = model;
const end = vocabulary.idOf(END)!;

const random = new Random(1);
const texts = Array.from({ length: 23 }, (_, i) =>
  Array.from({ length: 1 + ((5 * i) % 13) }, () => 'abcdefg'[random.integer(7)]).join(''),
);

function listOf(some: readonly string[]) {
  const collector = new SequenceCollector(vocabulary.size);
  for (const text of some)
    collector.add(
      Array.from(text, (token) => vocabulary.idOf(token)!),
      end,
    );
  return collector.list();
}

const data: LanguageSequences = {
  kind: { are: 'lines' },
  training: listOf(texts.slice(0, 14)),
  validation: listOf(texts.slice(14)),
  known: new KnownSequences(new Uint32Array()),
  vocabulary,
  tokenizer: tokenizers.char,
  close() {},
};
const settings = { ...smallLanguage, batch: 4, steps: 100 };

/** What an epoch reads and asks for, piece by piece, as text; `|` stands for END. */
function piecesOf(task: ReturnType<typeof exampleSequencesTask>): { read: string; asked: string }[] {
  return Array.from({ length: task.iterationsPerEpoch }, (_, i) => task.batch(i)).flatMap(
    ({ packing, inputs, targets }) =>
      lengthsOf(packing).map((length, n) => {
        const textOf = (ids: ArrayLike<number>) =>
          Array.from({ length }, (_, t) => vocabulary.tokenOf(ids[packing.starts[t]! + n]!).replace(END, '|')).join('');
        return { read: textOf(inputs), asked: textOf(targets) };
      }),
  );
}

describe('the task of sequences', () => {
  it('shows each once in an epoch, from END to END, in another order in the next, with no state carried', () => {
    const task = exampleSequencesTask(model.model, data, settings);
    const pieces = piecesOf(task);
    expect(task.iterationsPerEpoch).toBe(Math.ceil(14 / 4));
    expect(pieces.map(({ asked }) => asked).toSorted()).toEqual(
      texts
        .slice(0, 14)
        .map((text) => `${text}|`)
        .toSorted(),
    );
    for (const { read, asked } of pieces) expect(read).toBe(`|${asked.slice(0, -1)}`);
    expect(Array.from(task.batch(task.iterationsPerEpoch).targets)).not.toEqual(Array.from(task.batch(0).targets));
    expect(task.batch(0).divisor).toBeUndefined();
    expect(exampleSequencesTask(model.model, data, { ...settings, gradient: 'streams' }).batch(3).divisor).toBe(2);
  });

  it('learns long ones in pieces of equal lengths, each from the token before it', () => {
    const pieces = piecesOf(exampleSequencesTask(model.model, data, { ...settings, steps: 5 }));
    for (const { asked } of pieces) expect(asked.length).toBeLessThanOrEqual(5);
    const longest = texts.slice(0, 14).find(({ length }) => length === 11)!; // 12 with its END: 3 pieces of 4
    const [first, second, third] = [0, 4, 8].map((at) => `${longest}|`.slice(at, at + 4));
    expect(pieces).toContainEqual({ read: `|${first!.slice(0, 3)}`, asked: first });
    expect(pieces).toContainEqual({ read: `${first!.at(-1)}${second!.slice(0, 3)}`, asked: second });
    expect(pieces).toContainEqual({ read: `${second!.at(-1)}${third!.slice(0, 3)}`, asked: third });
  });

  it.each([100, 3])('measures whole sequences, their ENDs included, %i steps at a time', (steps) => {
    const { scores, criterion } = runAtOnce(exampleSequencesTask(model.model, data, { ...settings, steps }).validate());
    const own = texts.slice(14).map((text) => model.score(text));
    const sum = (values: number[]) => values.reduce((a, b) => a + b);
    const loss = -sum(own.map(({ logProb }) => logProb)) / sum(own.map(({ tokens }) => tokens));
    expect(scores['loss']).toBeCloseTo(loss, 5);
    expect(criterion).toBe(-scores['loss']!);
  });

  it('shows some lines that the model writes, or the beginning of a document', () => {
    const linesIn = (kind: LanguageSequences['kind']) =>
      runAtOnce(exampleSequencesTask(model.model, { ...data, kind }, settings).validate()).samples[0]!.split('\n');
    expect(linesIn({ are: 'lines' })).toHaveLength(5);
    expect(linesIn({ are: 'documents' })).toHaveLength(1);
  });
});
