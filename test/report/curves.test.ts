import { describe, expect, it } from 'vitest';
import { curves, lossesInWords, type TrainingCurves } from '../../src/report/curves.ts';
import type { LoggedValidation } from '../../src/report/training-log.ts';

/** A validation at each epoch from 1 on; `best` at the epoch `kept`. */
function validations(losses: readonly number[], trainingLoss: number | null, kept = losses.length): LoggedValidation[] {
  return losses.map((loss, i) => ({
    type: 'validation',
    time: 0,
    iteration: 100 * (i + 1),
    epoch: i + 1,
    trainingLoss,
    best: i < kept,
    scores: { loss, bleu4: 0.1 * i },
    samples: [],
  }));
}

function training(
  losses: readonly number[],
  trainingLoss: number | null,
  changes: Partial<TrainingCurves> & { kept?: number } = {},
): TrainingCurves {
  return {
    log: { updates: [], samples: [], validations: validations(losses, trainingLoss, changes.kept), seconds: 1 },
    unit: 'word',
    split: 'the last 10 % of the text',
    dropout: 0,
    smoothing: 0,
    rewarded: false,
    scores: [],
    levels: [],
    ...changes,
  };
}

describe('losses in words', () => {
  it('name the split, the loss of the kept weights and the gap', () => {
    const [figures, gap] = lossesInWords(training([3, 2.5, 2.7], 2.2, { kept: 2 }));
    expect(figures).toMatch(
      /^The weights of epoch 2\.0 were kept\. On the last 10 % of the text, .* 2\.500 nats per word \(perplexity 12\.2\)\.$/,
    );
    expect(gap).toMatch(/was 2\.200 at that time\. The validation loss is 0\.300 nats per word higher: .* by heart/);
  });

  it('see no learning by heart where the validation loss is lower', () => {
    expect(lossesInWords(training([3, 2], 2.5))[1]).toMatch(/is 0\.500 nats per word lower: there is no sign/);
  });

  it('say that dropout and label smoothing raise the training loss, and conclude nothing from a lower validation loss', () => {
    const [, gap] = lossesInWords(training([3, 2], 2.5, { dropout: 0.5, smoothing: 0.1 }));
    expect(gap).toMatch(/dropout \(50 % of the values hidden\) and label smoothing \(0\.1\)/);
    expect(gap).not.toContain('no sign');
  });

  it.each([
    ['rose', [3, 2, 2.1], /was lowest at epoch 2\.0 \(2\.000\) and then rose by 0\.100/],
    ['still fell', [3, 2.5, 2.2], /still falling at the end/],
    ['levelled off', [3, 2.2, 2.199], /had levelled off/],
  ])('say when the validation loss %s', (_, losses, expected) => {
    expect(lossesInWords(training(losses, 2)).at(-1)).toMatch(expected);
  });

  it('of a training for a score do not take its reward for a loss', () => {
    const sentences = lossesInWords(training([3, 3.2], -0.8, { rewarded: true }));
    expect(sentences).toHaveLength(1);
    expect(sentences[0]).toMatch(/the loss may well rise/);
  });

  it('say nothing of what was not measured', () => {
    expect(lossesInWords(training([], null))).toEqual([]);
    const [figures, ...others] = lossesInWords(training([3], null));
    expect(figures).toMatch(/ 3\.000 nats/);
    expect(others).toEqual([]);
  });
});

describe('curves', () => {
  const updates = [{ type: 'update' as const, time: 0, iteration: 50, epoch: 0.5, loss: 5, tokensPerSecond: 1 }];

  it('are drawn through updates and validations, with the other models and the scores', () => {
    const scores = [{ name: 'BLEU-4', score: 'bleu4', factor: 100 }];
    const shown = training([3, 2], 2.5, { scores, levels: [{ name: '6-gram model', value: 4 }] });
    const { text } = curves({ ...shown, log: { ...shown.log, updates } })!;
    expect(text).toMatch(/<title>training: 5 at 0\.5<\/title>.*<title>training: 2\.5 at 1<\/title>/s);
    expect(text).toMatch(/<title>validation: 2 at 2<\/title>/);
    expect(text).toMatch(/<title>BLEU-4: 10 at 2<\/title>/);
    expect(text).toContain('6-gram model');
  });

  it('show a reward as what it is, apart from the loss', () => {
    const { text } = curves(training([3, 3.2], -0.8, { rewarded: true }))!;
    expect(text).toMatch(/Reward.*<title>training: 0\.8 at 1<\/title>/s);
    expect(text).not.toContain('training: -0.8');
  });

  it('are not drawn where nothing was measured', () => {
    expect(curves(training([], null))).toBeUndefined();
    const unmeasured = [{ name: 'accuracy', score: 'accuracy', factor: 1 }];
    expect(curves(training([3], null, { scores: unmeasured }))!.text).not.toContain('Scores');
  });
});
