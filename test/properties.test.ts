/**
 * What holds for all inputs, tried on random ones (fast-check, which shrinks a failure to the smallest input): tokenizers,
 * tables, text decoding, safetensors, beam search.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import type { ByteSource } from '../src/base/byte-source.ts';
import { InputError } from '../src/base/errors.ts';
import { Random } from '../src/base/random.ts';
import { readSafetensors, writeSafetensors } from '../src/base/safetensors.ts';
import { readText } from '../src/base/text-file.ts';
import { parseDelimited } from '../src/datasets/delimited.ts';
import { beamSearch } from '../src/decoding/beam-search.ts';
import { joinWords, tokenizerOf } from '../src/metrics/language-words.ts';
import { joinTokens, LEVELS, tokenizers } from '../src/text/tokenizer.ts';

// The same inputs in every run; more and others in the campaign.
const { PROPERTY_SEED = '20', PROPERTY_RUNS = '100' } = process.env;
fc.configureGlobal({ seed: Number(PROPERTY_SEED), numRuns: Number(PROPERTY_RUNS) });
const folder = await mkdtemp(join(tmpdir(), 'properties-'));
afterAll(() => rm(folder, { recursive: true }));

/** Text of every kind: letters of several scripts, emoji that are joined, white space, halves of nothing. */
const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.string({ unit: 'binary', maxLength: 40 }).filter((value) => !/[\ud800-\udfff]/u.test(value)),
  fc
    .array(
      fc.constantFrom("don't", ' ', '  ', '\n', '\r\n', '狗', 'สุนัข', '🇩🇪', '👩‍🚀', 'é', 'e\u0301', '-', '"', ','),
      {
        maxLength: 40,
      },
    )
    .map((parts) => parts.join('')),
);

describe.each(LEVELS)('tokens of %s', (level) => {
  const tokenizer = tokenizers[level];

  it('joined are the text, and none is torn', () => {
    fc.assert(
      fc.property(text, (written) => {
        const tokens = tokenizer.split(written);
        expect(joinTokens(tokens, tokenizer)).toBe(written.replace(/^\ufeff/, level === 'byte' ? '' : '\ufeff'));
        expect(tokens.some((token) => token === '' || /[\ud800-\udfff]/u.test(token))).toBe(false);
      }),
    );
  });

  it('are the same where a text is cut behind a line end', () => {
    fc.assert(
      fc.property(text, text, (before, after) => {
        const first = `${before}\n`;
        expect([...tokenizer.split(first), ...tokenizer.split(after)]).toEqual(tokenizer.split(first + after));
      }),
    );
  });
});

it('words of captions are the words of the text that they make', () => {
  fc.assert(
    fc.property(text, (caption) => {
      const words = tokenizerOf('de')(caption);
      expect(tokenizerOf('de')(joinWords(words, 'de'))).toEqual(words);
    }),
  );
});

it('fields of a table are read as they were written', () => {
  const field = fc.oneof(text, fc.constantFrom('', ',', '"', '""', '\n', '\r\n', ' "', 'a"b', ';'));
  const quote = (value: string) => `"${value.replaceAll('"', '""')}"`;
  const table = fc
    .integer({ min: 2, max: 4 })
    .chain((columns) =>
      fc.array(fc.array(field, { minLength: columns, maxLength: columns }), { minLength: 1, maxLength: 5 }),
    );
  fc.assert(
    fc.property(table, fc.constantFrom(',', ';', '\t'), fc.constantFrom('\n', '\r\n'), (rows, delimiter, end) => {
      const written = rows.map((row) => row.map(quote).join(delimiter) + end).join('');
      expect(parseDelimited(written, 'table', delimiter).map(({ fields }) => fields)).toEqual(rows);
    }),
  );
});

it('any text is a table, or is refused in one line', () => {
  fc.assert(
    fc.property(text, (written) => {
      try {
        parseDelimited(written, 'table');
      } catch (error) {
        expect(error).toBeInstanceOf(InputError);
        expect((error as InputError).message).not.toContain('\n');
      }
    }),
  );
});

/** Bytes in blocks that end anywhere. */
function inBlocks(bytes: Uint8Array, cuts: readonly number[]): ByteSource {
  const ends = [...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  const blocks = ends.map((end, i) => bytes.slice(i === 0 ? 0 : ends[i - 1]!, end));
  return {
    name: 'bytes',
    blocks: (async function* () {
      yield* blocks;
    })(),
  };
}

it('bytes are text or are refused, and it does not matter in which blocks they come', async () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 60 }),
    text.map((written) => new Uint8Array(Buffer.from(`\ufeff${written}`, 'utf16le'))),
    text.map((written) => new Uint8Array(Buffer.from(written))),
  );
  const outcome = (source: ByteSource) =>
    readText(source).catch((error: unknown) => {
      expect(error).toBeInstanceOf(InputError);
      return (error as InputError).message;
    });
  await fc.assert(
    fc.asyncProperty(bytes, fc.array(fc.nat(), { maxLength: 4 }), async (all, cuts) => {
      const read = await outcome(inBlocks(all, []));
      expect(read).not.toMatch(/[\ud800-\udfff]/u);
      expect(await outcome(inBlocks(all, cuts))).toBe(read);
    }),
  );
});

it('a changed safetensors file is read or refused', async () => {
  const path = join(folder, 'weights.safetensors');
  await writeSafetensors(path, [
    { name: 'a', shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) },
    { name: 'b', shape: [2], data: Int32Array.of(7, 8) },
  ]);
  const whole = new Uint8Array(await readFile(path));
  const change = fc.record({ at: fc.nat(whole.length - 1), byte: fc.nat(255) });
  await fc.assert(
    fc.asyncProperty(fc.array(change, { maxLength: 3 }), fc.nat(whole.length), async (changes, cut) => {
      const bytes = whole.slice(0, cut < 8 ? whole.length : cut);
      for (const { at, byte } of changes) if (at < bytes.length) bytes[at] = byte;
      await writeFile(path, bytes);
      await readSafetensors(path).catch((error: unknown) => expect(error).toBeInstanceOf(InputError));
    }),
  );
});

it('beam search writes what the rules allow, and the best first', () => {
  const V = 4;
  fc.assert(
    fc.property(fc.nat(), fc.integer({ min: 1, max: 64 }), fc.integer({ min: 0, max: 2 }), (seed, beam, minLength) => {
      const random = new Random(seed);
      const table = Array.from({ length: V }, () => {
        const weights = Array.from({ length: V }, () => 0.1 + random.uniform());
        const total = weights.reduce((sum, weight) => sum + weight);
        return weights.map((weight) => Math.log(weight / total));
      });
      const step = (tokens: readonly number[]) => Float32Array.from(tokens.flatMap((token) => table[token]!));
      const rules = { start: 0, end: 1, maxLength: 3, minLength, forbidden: [0], allowRepeats: true };
      const found = beamSearch(step, 1, { ...rules, beam, lengthPenalty: 0 })[0]!;
      expect(found.length).toBeGreaterThan(0);
      expect(found.length).toBeLessThanOrEqual(beam);
      for (const { tokens } of found) {
        expect(tokens.length).toBeLessThanOrEqual(3);
        expect(tokens.some((token) => token === 0 || token === 1)).toBe(false);
      }
      expect(found.map(({ score }) => score)).toEqual(found.map(({ score }) => score).toSorted((a, b) => b - a));
    }),
  );
});
