import { mkdir, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { LanguageSettings } from '../../src/language/config.ts';
import { countText, deleteIds, hashOfText, openText } from '../../src/language/text.ts';
import type { Corpus } from '../../src/text/corpus.ts';
import { UNKNOWN } from '../../src/text/special-tokens.ts';
import { joinTokens, type Level, tokenizers } from '../../src/text/tokenizer.ts';
import { Vocabulary } from '../../src/text/vocabulary.ts';
import { expectInputError } from '../input-error.ts';
import { temporaryFolder } from '../training/small-training.ts';
import { smallLanguage } from './small-language.ts';

const root = await temporaryFolder();
afterAll(() => rm(root, { recursive: true }));

const smallSettings = { ...smallLanguage, batch: 2, valFraction: 0.2 };

let names = 0;
async function file(content: string | Uint8Array): Promise<string> {
  const path = join(root, `text${names++}.txt`);
  await writeFile(path, content);
  return path;
}

interface Changes extends Partial<LanguageSettings> {
  level?: Level;
  validationFiles?: string[];
  known?: Vocabulary;
}

/** A text as a training has it, with both parts as text. */
async function open(files: readonly string[], { level = 'char', validationFiles, known, ...changes }: Changes = {}) {
  const settings = { ...smallSettings, ...changes };
  const source = { files, validationFiles };
  const counted = await countText(source, level, settings, { known });
  const text = await openText(join(root, `ids${names++}`), source, counted, { level, settings });
  const decode = (parts: readonly Corpus[]) =>
    parts.map((part) => {
      const ids = Array.from(part.read(0, part.length), (id) => text.vocabulary.tokenOf(id));
      return joinTokens(ids, tokenizers[level]);
    });
  const texts = { trainingTexts: decode(text.training), validationTexts: decode(text.validation) };
  text.close();
  return { ...counted, ...texts };
}

/** 80 letters for training and 20 for validation, of which some come only there. */
const LETTERS = `${'abacabad'.repeat(10)}!?${'ab'.repeat(9)}`;

describe('a text', () => {
  it('has its end for validation, and knows the characters of the rest, most frequent first', async () => {
    const path = await file(LETTERS);
    const { text, vocabulary, trainingTexts, validationTexts } = await open([path]);
    expect(trainingTexts).toEqual([LETTERS.slice(0, 80)]);
    expect(vocabulary.tokens).toEqual([UNKNOWN, 'a', 'b', 'c', 'd']);
    expect(validationTexts).toEqual([`${UNKNOWN}${UNKNOWN}${'ab'.repeat(9)}`]);
    expect(text).toEqual({
      files: [path.slice(root.length + 1)],
      tokens: 100,
      hash: await hashOfText({ files: [path] }, 'char'),
    });
  });

  it('without validation is learned whole, but for the last character that min-char-rnn leaves out', async () => {
    const { trainingTexts, validationTexts } = await open([await file(LETTERS)], { valFraction: 0 });
    expect([trainingTexts, validationTexts]).toEqual([[LETTERS.slice(0, -1)], []]);
  });

  it('has an unknown token only where something can be unknown', async () => {
    const tokensOf = async (changes: Changes) => (await open([await file(`${LETTERS}.`)], changes)).vocabulary.tokens;
    const all = ['a', 'b', 'c', 'd', '!', '.', '?'];
    expect(await tokensOf({ valFraction: 0 })).toEqual(all);
    expect(await tokensOf({ valFraction: 0, minCount: 2 })).toEqual([UNKNOWN, 'a', 'b', 'c', 'd']);
    expect(await tokensOf({ split: 'char-rnn', steps: 5 })).toEqual([UNKNOWN, ...all]);
    const known = new Vocabulary(['a', 'x']);
    expect(await tokensOf({ known })).toEqual(['a', 'x', UNKNOWN, 'b', 'c', 'd', '!']);
  });

  it('of several files and folders is one, in their order', async () => {
    const folder = join(root, 'folder');
    await mkdir(join(folder, 'below'), { recursive: true });
    await writeFile(join(folder, 'z.txt'), 'z'.repeat(10));
    await writeFile(join(folder, 'below', 'b.txt'), 'b'.repeat(10));
    await writeFile(join(folder, '.hidden'), 'h'.repeat(10));
    const { text, trainingTexts } = await open([await file('x'.repeat(20)), folder], { valFraction: 0 });
    expect(trainingTexts).toEqual([`${'x'.repeat(20)}${'b'.repeat(10)}${'z'.repeat(9)}`]);
    expect(text.files[1]).toBe('folder');
  });

  it('may have other files for validation', async () => {
    const held = await file('abxab'.repeat(8));
    const { text, vocabulary, trainingTexts, validationTexts } = await open([await file('ab'.repeat(20))], {
      validationFiles: [held],
    });
    expect(trainingTexts).toEqual(['ab'.repeat(20)]);
    expect(validationTexts).toEqual([`ab${UNKNOWN}ab`.repeat(8)]);
    expect(vocabulary.size).toBe(3);
    expect(text.validation).toEqual({ files: [held.slice(root.length + 1)], tokens: 40 });
  });

  it('split as char-rnn does has the end of each stream for validation', async () => {
    // 243 letters: 12 chunks of 2 streams of 10, and 3 that are left out.
    const letters = Array.from({ length: 243 }, (_, i) => String.fromCharCode(0x100 + i)).join('');
    const split = { split: 'char-rnn', valFraction: 0.25, steps: 10 } as const;
    const { trainingTexts, validationTexts } = await open([await file(letters)], split);
    // Nine of twelve chunks, each with the target of its last character.
    expect(trainingTexts).toEqual([letters.slice(0, 91), letters.slice(120, 211)]);
    expect(validationTexts).toEqual([letters.slice(90, 121), letters.slice(210, 241)]);
    // Of 12 chunks three quarters are held out; where nothing is, there are no ends of streams.
    const most = await open([await file(letters)], { ...split, valFraction: 0.75 });
    expect(most.validationTexts[0]).toHaveLength(91);
    const none = await open([await file(letters)], { ...split, valFraction: 0 });
    expect([none.trainingTexts, none.validationTexts]).toEqual([[letters.slice(0, 242)], []]);
    await expectInputError(open([await file(letters)], { ...split, valFraction: 0.95 }), /expected at least 401, to/);
  });

  it('knows frequent tokens only, if so asked, those that are frequent in training', async () => {
    const words = `${'the cat sat. '.repeat(20)}dog dog`;
    const { vocabulary, trainingTexts } = await open([await file(words)], {
      level: 'word',
      minCount: 2,
    });
    expect(new Set(vocabulary.tokens)).toEqual(new Set([UNKNOWN, ' the', ' cat', ' sat', '.']));
    expect(trainingTexts[0]).toMatch(/^<unk> cat sat\. the cat/);
  });

  it('extends a vocabulary that is known', async () => {
    const known = new Vocabulary([UNKNOWN, 'x', 'b']);
    const { vocabulary } = await open([await file('abcab'.repeat(20))], { known });
    expect(vocabulary.tokens).toEqual([UNKNOWN, 'x', 'b', 'a', 'c']);
  });

  it('counts what people count as a character, or bytes', async () => {
    const path = await file(`\ufeff${'👩‍🚀é\r\n👩‍🚀'.repeat(10)}`);
    expect((await open([path], { valFraction: 0 })).vocabulary.tokens).toEqual(['👩‍🚀', '\r\n', 'é']);
    const bytes = await open([path], { valFraction: 0, level: 'byte' });
    expect(bytes.text.tokens).toBe(3 + 10 * (11 + 2 + 2 + 11));
    expect(bytes.trainingTexts[0]).toContain('👩‍🚀é\r\n👩‍🚀');
  });

  it('takes a text that spells the unknown token for what it is', async () => {
    const { trainingTexts } = await open([await file('<unk>'.repeat(10))], { level: 'word', valFraction: 0 });
    expect(trainingTexts[0]).toMatch(/^<unk><unk>/);
  });
});

describe('the ids of a text', () => {
  it('are written once and used again where they are whole', async () => {
    const source = { files: [await file(LETTERS)] };
    const folder = join(root, 'kept-ids');
    const counted = await countText(source, 'char', smallSettings);
    const config = { level: 'char', settings: smallSettings } as const;
    const ids = join(folder, 'text.ids');
    const openAndClose = async () => (await openText(folder, source, counted, config)).close();

    await openAndClose();
    expect(await readdir(folder)).toEqual(['text.ids']);
    await utimes(ids, 0, 0);
    await openAndClose();
    expect((await stat(ids)).mtimeMs).toBe(0);
    await writeFile(ids, 'torn');
    await writeFile(`${ids}.1234.tmp`, 'killed');
    await openAndClose();
    expect((await stat(ids)).size).toBe(LETTERS.length);
    await deleteIds(folder);
    expect(await readdir(folder)).toEqual([]);
  });
});

describe('a text is refused with one line', () => {
  it('that has nothing to learn', async () => {
    await expectInputError(
      open([await file('')]),
      /there is nothing to learn in .*: found an empty text, expected a text with at least two different characters/,
    );
    await expectInputError(open([await file('aaaaaaaaaa')]), /found only the character "a"/);
    await expectInputError(open([await file('aaaaaaaaaa')], { level: 'byte' }), /found only the byte "a"/);
    await expectInputError(
      open([await file(LETTERS)], { minCount: 1000 }),
      /no character comes 1000 times in .*: found 6 different characters\. Use a smaller minCount, or more text/,
    );
  });

  it('whose file is not there, whose folder is empty, or that is not UTF-8', async () => {
    await expectInputError(
      open([join(root, 'none.txt')]),
      `cannot read the text ${join(root, 'none.txt')}: found no such file`,
    );
    await mkdir(join(root, 'empty'));
    await expectInputError(open([join(root, 'empty')]), /no text in the folder .*empty/);
    await expectInputError(open([await file(Uint8Array.of(0x61, 0xff))]), /is not UTF-8 text: found the byte 0xff/);
  });
});

it('a hash tells texts apart, and what is for training from what is for validation', async () => {
  const [one, other] = [await file('abab'), await file('abba')];
  const hashes = [{ files: [one] }, { files: [other] }, { files: [one, other] }, { files: [other, one] }];
  expect(new Set(await Promise.all(hashes.map((source) => hashOfText(source, 'char')))).size).toBe(4);
  expect(await hashOfText({ files: [one], validationFiles: [other] }, 'char')).not.toBe(
    await hashOfText({ files: [other], validationFiles: [one] }, 'char'),
  );
});
