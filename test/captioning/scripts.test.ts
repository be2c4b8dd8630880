/** Captions in languages that write otherwise than English, of which nobody says the language. */
import { describe, expect, it } from 'vitest';
import { Captioner } from '../../src/captioning/captioner.ts';
import { trainCaptioner } from '../../src/captioning/train.ts';
import { joinWords, tokenizerOf } from '../../src/metrics/language-words.ts';
import { COLOURS, engineAndFolder, featuresFor, smallDataset, smallTraining } from './small-captioning.ts';

const { engine, root } = await engineAndFolder();

const SCRIPTS: Record<string, { words: readonly string[]; write: (sky: string, ground: string) => string }> = {
  Chinese: { words: ['红色', '绿色', '蓝色', '白色'], write: (sky, ground) => `${sky}的天空在${ground}的地面上。` },
  Thai: { words: ['สีแดง', 'สีเขียว', 'สีน้ำเงิน', 'สีขาว'], write: (sky, ground) => `ท้องฟ้า${sky}เหนือพื้นดิน${ground}` },
  German: {
    words: ['Scharlachrot', 'Smaragdgrün', 'Ultramarinblau', 'Schneeweiß'],
    write: (sky, ground) => `${sky}himmel über dem ${ground}fußboden.`,
  },
  Arabic: { words: ['حمراء', 'خضراء', 'زرقاء', 'بيضاء'], write: (sky, ground) => `سماءٌ ${sky}، فوق أرض ${ground}؟` },
  Hindi: { words: ['लाल', 'हरा', 'नीला', 'सफ़ेद'], write: (sky, ground) => `${ground} ज़मीन के ऊपर ${sky} आसमान।` },
};

describe.each(Object.entries(SCRIPTS))('captions in %s', (name, { words, write }) => {
  it('are learned word by word, scored by the same words and written back as the language writes', async () => {
    const wordOf = (colour: string) => words[COLOURS.indexOf(colour as (typeof COLOURS)[number])]!;
    const captionOf = (sky: string, ground: string) => write(wordOf(sky), wordOf(ground));
    const training = {
      ...(await smallTraining(engine, root, name, { epochs: 30, learningRate: 0.02, dropout: 0, evaluateEvery: 100 })),
      dataset: await smallDataset(root, { name, captionOf }),
    };
    const { progress } = await trainCaptioner(training);
    const { bleu1 = 0, bleu4 = 0 } = (progress.best?.scores ?? {}) as Record<string, number>;
    expect(bleu1).toBeGreaterThan(0.6);
    expect(bleu4).toBeGreaterThan(0.2);

    const captioner = await Captioner.load(training.folder, engine);
    const [written] = captioner.describe(featuresFor([['red', 'blue']]))[0]!;
    const expected = tokenizerOf()(captionOf('red', 'blue'));
    expect(expected.length).toBeGreaterThan(3);
    expect(written!.caption).toBe(joinWords(expected));
    expect(written!.caption.includes(' ')).toBe(!['Chinese', 'Thai'].includes(name));
  });
});
