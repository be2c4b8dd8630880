import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readLanguageText, UNKNOWN } from '../../src/language/text.ts';
import { expectInputError } from '../input-error.ts';
import { temporaryFolder } from '../training/small-training.ts';

const root = await temporaryFolder();
afterAll(() => rm(root, { recursive: true }));

let files = 0;
async function file(content: string | Uint8Array): Promise<string> {
  const path = join(root, `text${files++}.txt`);
  await writeFile(path, content);
  return path;
}

async function read(content: string | Uint8Array, valFraction = 0.2) {
  const text = await readLanguageText([await file(content)], { valFraction });
  const decode = ({ length, read }: typeof text.training) =>
    Array.from(read(0, length), (id) => text.vocabulary.tokenOf(id)).join('');
  return { ...text, trainingText: decode(text.training), validationText: decode(text.validation) };
}

describe('readLanguageText', () => {
  it('splits off the end for validation, and knows the characters of the rest, most frequent first', async () => {
    const text = await read('abacabad!?');
    expect(text.trainingText).toBe('abacabad');
    expect(text.vocabulary.tokens).toEqual([UNKNOWN, 'a', 'b', 'c', 'd']);
    expect(text.validationText).toBe(UNKNOWN + UNKNOWN);
    expect(text.tokens).toBe(10);
  });

  it('reads several files as one text, in their order', async () => {
    const [one, two] = [await file('ab'), await file('cd\n')];
    const text = await readLanguageText([two, one], { valFraction: 0 });
    const together = await read('cd\nab', 0);
    expect(text.hash).toBe(together.hash);
    expect(text.vocabulary.tokens).toEqual(together.vocabulary.tokens);
    expect(text.files).toEqual([two, one].map((path) => path.slice(root.length + 1)));
  });

  it('counts what people count as a character, and leaves out a byte order mark', async () => {
    const { vocabulary, trainingText } = await read('\ufeff👩‍🚀é\r\n👩‍🚀', 0);
    expect(trainingText).toBe('👩‍🚀é\r\n👩‍🚀');
    expect(vocabulary.tokens).toEqual([UNKNOWN, '👩‍🚀', '\r\n', 'é']);
  });

  it('takes a text that spells the unknown character for what it is', async () => {
    expect((await read('<unk><unk>', 0)).trainingText).toBe('<unk><unk>');
  });

  it('tells texts apart by their hash, whatever they differ in', async () => {
    const texts = ['abab', 'abba', 'baba', 'ababa', 'xyxy', 'abab\n'];
    const hashes = await Promise.all(texts.map(async (text) => (await read(text, 0)).hash));
    expect(new Set(hashes).size).toBe(texts.length);
    expect((await read('abab', 0)).hash).toBe(hashes[0]);
  });
});

describe('readLanguageText refuses', () => {
  it('a file that is not there, or is a folder', async () => {
    const folder = join(root, 'folder');
    await mkdir(folder);
    for (const [path, reason] of [
      [join(root, 'none.txt'), 'ENOENT'],
      [folder, 'EISDIR'],
    ] as const) {
      await expectInputError(
        readLanguageText([path], { valFraction: 0.1 }),
        `cannot read the text ${path}: found ${reason}`,
      );
    }
  });

  it('a text with nothing to learn', async () => {
    await expectInputError(
      read(''),
      /there is nothing to learn in .*: found an empty text, expected a text with at least/,
    );
    await expectInputError(read('aaaaaaaaaa'), /found only the character "a"/);
  });

  it('what is not UTF-8, and says where', async () => {
    await expectInputError(
      read(Buffer.from('un\ncaf\xe9\nau lait', 'latin1')),
      /text\d+\.txt is not UTF-8 text: found an invalid byte in line 2, expected UTF-8\. Convert it/,
    );
    await expectInputError(read(Uint8Array.of(0x61, 0xff)), /in line 1,/);
    await expectInputError(read(Buffer.from('a\n\nb€').subarray(0, 6)), /in line 3,/);
  });
});
