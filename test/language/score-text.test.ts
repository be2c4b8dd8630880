import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ScoreSum, TextScorer } from '../../src/language/score.ts';
import { scoreLines, scoreText } from '../../src/language/score-text.ts';
import { expectInputError } from '../input-error.ts';
import { wasm } from '../nn/engines.ts';
import { temporaryFolder } from '../training/small-training.ts';
import { languageModelOf } from './stored-model.ts';

const root = await temporaryFolder();
afterAll(() => rm(root, { recursive: true }));
const file = join(root, 'text.txt');

const stored = languageModelOf(wasm, ['\n', 'a', 'b', 'é']);
const scorer = new TextScorer(stored.model);

/** What the ids of a text score, after a line end. */
function logProbOf(...ids: number[]): number {
  scorer.begin(1);
  return Array.from(scorer.read(ids), ({ logProb }) => logProb).reduce((sum, x) => sum + x, 0);
}

describe('scoreText', () => {
  it('scores every character, those it does not know as unknown ones', async () => {
    await writeFile(file, 'ab\nxé\n');
    const sum = new ScoreSum(0);
    const tokens: string[] = [];
    for await (const scored of scoreText(scorer, stored, file)) {
      sum.add(scored);
      tokens.push(scored.token);
    }
    expect(tokens.join('')).toBe('ab\nxé\n');
    const logProb = logProbOf(2, 3, 1, 0, 4, 1);
    expect(sum.total).toMatchObject({ tokens: 6, unknown: 1 });
    expect(sum.total.logProb).toBeCloseTo(logProb, 4);
    expect(sum.total.nats).toBeCloseTo(-logProb / 6, 4);
    expect(sum.total.bits).toBeCloseTo(-logProb / 6 / Math.log(2), 4);
    expect(sum.total.perplexity).toBeCloseTo(Math.exp(-logProb / 6), 2);
  });

  it('reads standard input block by block, characters that are cut among them', async () => {
    const bytes = Buffer.from('é\nabé');
    async function* blocks() {
      for (const byte of bytes) yield Buffer.from([byte]);
    }
    const logProbs: number[] = [];
    for await (const { logProb } of scoreText(scorer, stored, { name: '-', blocks: blocks() })) logProbs.push(logProb);
    expect(logProbs).toHaveLength(5);
    expect(logProbs.reduce((sum, x) => sum + x, 0)).toBeCloseTo(logProbOf(4, 1, 2, 3, 4), 4);
  });

  it('says what is wrong with a text that it can not read', async () => {
    const read = async (path: string) => {
      for await (const _ of scoreText(scorer, stored, path));
    };
    await expectInputError(read(join(root, 'none')), 'cannot read the text');
    await writeFile(file, Buffer.from([97, 0xff]));
    await expectInputError(read(file), 'is not UTF-8 text: found the byte 0xff at position 1, in line 1');
  });

  it('reads bytes and words where the model does', async () => {
    await writeFile(file, 'é a');
    const tokensOf = async (level: 'byte' | 'word') => {
      const model = languageModelOf(wasm, ['a', ' a', 'é', 'Ã'], { level });
      const tokens = [];
      for await (const { token, id } of scoreText(new TextScorer(model.model), model, file)) tokens.push([token, id]);
      return tokens;
    };
    expect(await tokensOf('byte')).toEqual([
      ['Ã', 4],
      ['©', 0],
      [' ', 0],
      ['a', 1],
    ]);
    expect(await tokensOf('word')).toEqual([
      ['é', 3],
      [' a', 2],
    ]);
  });
});

describe('scoreLines', () => {
  it('scores each line with its end as if it were the only one, also the last without an end', async () => {
    await writeFile(file, 'ab\n\nb\r\nxa');
    const lines = [];
    for await (const { tokens, score } of scoreLines(scorer, stored, file))
      lines.push([tokens.join(''), score.tokens, score.unknown, score.logProb]);
    expect(lines).toEqual([
      ['ab', 3, 0, expect.closeTo(logProbOf(2, 3, 1), 4)],
      ['', 1, 0, expect.closeTo(logProbOf(1), 4)],
      ['b', 2, 0, expect.closeTo(logProbOf(3, 1), 4)],
      ['xa', 3, 1, expect.closeTo(logProbOf(0, 2, 1), 4)],
    ]);
  });
});
