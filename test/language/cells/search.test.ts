import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/base/random.ts';
import { runAtOnce } from '../../../src/base/steps.ts';
import { CellRecord, QUANTUM, recordCellsSteps } from '../../../src/language/cells/record.ts';
import { searchCellsSteps } from '../../../src/language/cells/search.ts';
import { positionInLine } from '../../../src/text/features/lines.ts';
import { insideQuotes } from '../../../src/text/features/words.ts';
import { randomModel } from '../../model/batches.ts';
import { wasm } from '../../nn/engines.ts';

/** Words, some of them quoted, in lines of uneven length. */
const random = new Random(11);
const text = Array.from({ length: 400 }, () => {
  const word = 'abcdefgh'.slice(random.integer(7));
  const quoted = random.uniform() < 0.3 ? `“${word} ${word}”` : word;
  return quoted + (random.uniform() < 0.2 ? '\n' : ' ');
}).join('');
const units = [...text];
const quotes = {
  feature: { name: 'inside quotes', kind: 'binary', values: insideQuotes },
  values: insideQuotes(text),
} as const;
const line = {
  feature: { name: 'position in the line', kind: 'number', values: positionInLine },
  values: positionInLine(text),
} as const;

/** A record of one layer with these values after each token. */
function recordOf(...cells: ((index: number) => number)[]): CellRecord {
  const values = cells.map((value) => Int8Array.from(units, (_, i) => Math.round(value(i) / QUANTUM)));
  return new CellRecord(1, cells.length, text.length, values);
}

const searchCells = (...args: Parameters<typeof searchCellsSteps>) => runAtOnce(searchCellsSteps(...args));

const noise = () => 2 * random.uniform() - 1;

describe('searchCellsSteps', () => {
  it('finds the cell of a network that was built to follow quotes, with AUC 1', () => {
    const vocabulary = [...new Set(units)];
    const model = randomModel(wasm, {
      cell: 'rnn',
      vocabulary: vocabulary.length,
      embedding: 0,
      condition: 0,
      layers: 1,
      hidden: 7,
    });
    // Unit 4 keeps its sign until a mark flips it.
    const LATCH = 4;
    const { inputWeights, recurrentWeights, bias } = model.stack.layers[0]!;
    inputWeights.edit((values) => {
      for (const [row, unit] of vocabulary.entries()) values[row * 7 + LATCH] = { '“': 9, '”': -9 }[unit] ?? 0;
    });
    recurrentWeights.edit((values) => {
      for (let row = 0; row < 7; row++) values[row * 7 + LATCH] = row === LATCH ? 3 : 0;
    });
    bias.edit((values) => values.fill(0, LATCH, LATCH + 1));

    const ids = units.map((unit) => vocabulary.indexOf(unit));
    const record = runAtOnce(recordCellsSteps(model, ids, vocabulary.indexOf('”')));
    const [finding] = searchCells(record, [quotes], 2).findings;
    expect(finding).toMatchObject({ feature: 'inside quotes', measure: 'AUC' });
    expect(finding?.cells[0]).toMatchObject({ layer: 0, cell: LATCH, figure: 1, above: true, balancedAccuracy: 1 });
    expect(finding?.chance).toBeLessThan(0.8);
    expect(finding?.cells[1]?.figure).toBeLessThan(1);
  });

  it('tells by the first half which way round a cell is, and measures the second half alone', () => {
    const middle = text.length >> 1;
    const follows = (i: number) => quotes.values[i]! - 0.5;
    const record = recordOf(
      (i) => -follows(i),
      (i) => (i < middle ? follows(i) : -follows(i)),
      (i) => (i < middle ? noise() : follows(i)),
      noise,
    );
    const { cells } = searchCells(record, [quotes], 4).findings[0]!;
    const byCell = Object.fromEntries(cells.map(({ cell, figure }) => [cell, figure]));
    expect(byCell[0]).toBe(1);
    expect(byCell[1]).toBe(0);
    expect([0, 1]).toContain(byCell[2]);
    expect(byCell[3]).toBeCloseTo(0.5, 1);
    expect(cells[0]).toMatchObject({ cell: 0, above: false, balancedAccuracy: 1 });
  });

  it('is the same for a feature that holds nearly everywhere', () => {
    const inverted = { ...quotes, values: quotes.values.map((value) => 1 - value) };
    const record = recordOf((i) => 0.6 * quotes.values[i]! + 0.4 * noise(), noise);
    const [rare, frequent] = searchCells(record, [quotes, inverted], 1).findings;
    expect(frequent?.cells[0]?.figure).toBeCloseTo(rare!.cells[0]!.figure, 12);
    expect(frequent?.chance).toBeCloseTo(rare!.chance, 12);
    expect(rare?.cells[0]).toMatchObject({ above: true });
    expect(frequent?.cells[0]).toMatchObject({ above: false });
  });

  it('finds the cell that counts in lines, with its line', () => {
    const record = recordOf(noise, (i) => 0.9 - line.values[i]! / 200, noise);
    const { measure, cells, chance } = searchCells(record, [line], 1).findings[0]!;
    expect(measure).toBe('R²');
    expect(cells[0]).toMatchObject({ cell: 1 });
    expect(cells[0]!.figure).toBeGreaterThan(0.99);
    expect(chance).toBeLessThan(0.5);
    const { slope, intercept } = cells[0] as unknown as { slope: number; intercept: number };
    expect(slope / -200).toBeCloseTo(1, 1);
    expect(intercept / 180).toBeCloseTo(1, 1);
  });

  const mixed = recordOf(
    (i) => 0.7 * noise() + 0.2 * quotes.values[i]! - line.values[i]! / 1000,
    (i) => 0.7 * noise() - 0.1 * quotes.values[i]! + line.values[i]! / 500,
  );

  it('measures the area as the share of pairs of the second half', () => {
    const values = mixed.valuesOf({ layer: 0, cell: 0 }).subarray(text.length >> 1);
    const holds = quotes.values.subarray(text.length >> 1);
    const [ones, zeros] = [1, 0].map((kind) => Array.from(values).filter((_, i) => holds[i] === kind));
    let wins = 0;
    for (const one of ones!) for (const zero of zeros!) wins += one > zero ? 1 : one === zero ? 0.5 : 0;
    const { cells } = searchCells(mixed, [quotes], 2).findings[0]!;
    expect(cells.find(({ cell }) => cell === 0)?.figure).toBeCloseTo(wins / ones!.length / zeros!.length, 12);
  });

  it('measures R² as the error of a least-squares line that was fitted to the first half', () => {
    const middle = text.length >> 1;
    const x = Array.from(mixed.valuesOf({ layer: 0, cell: 1 }));
    const y = Array.from(line.values);
    const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    const [mx, my] = [mean(x.slice(0, middle)), mean(y.slice(0, middle))];
    const slope =
      mean(x.slice(0, middle).map((xi, i) => (xi - mx) * (y[i]! - my))) /
      mean(x.slice(0, middle).map((xi) => (xi - mx) ** 2));
    const late = y.slice(middle);
    const error = mean(late.map((yi, i) => (yi - my - slope * (x[middle + i]! - mx)) ** 2));
    const expected = 1 - error / mean(late.map((yi) => (yi - mean(late)) ** 2));
    const { cells } = searchCells(mixed, [line], 2).findings[0]!;
    expect(cells.find(({ cell }) => cell === 1)?.figure).toBeCloseTo(expected, 9);
  });

  it.each([quotes, line])('has as chance level the best figure of any cell where $feature.name is moved', (feature) => {
    const n = text.length;
    const moved = Array.from({ length: 10 }, (_, k) => {
      const move = Math.round(((k + 1) * n) / 11);
      const values = feature.values.map((_, i) => feature.values[(i - move + n) % n]!);
      return searchCells(mixed, [{ ...feature, values }], 1).findings[0]!.cells[0]!.figure;
    });
    expect(searchCells(mixed, [feature], 1).findings[0]?.chance).toBeCloseTo(Math.max(...moved), 9);
  });

  it('has no more than chance for cells that follow nothing', () => {
    const record = recordOf(...Array.from({ length: 60 }, () => noise));
    for (const { cells, chance } of searchCells(record, [quotes, line], 1).findings) {
      expect(Math.abs(cells[0]!.figure - chance)).toBeLessThan(0.1);
    }
  });

  it('names the features that a half of the text lacks', () => {
    const middle = text.length >> 1;
    const late = quotes.values.map((value, i) => (i < middle ? 0 : value));
    const constant = new Float32Array(text.length).fill(3);
    const { findings, missing } = searchCells(
      recordOf(noise),
      [
        { feature: { ...quotes.feature, name: 'late' }, values: late },
        { feature: { ...line.feature, name: 'constant' }, values: constant },
        quotes,
      ],
      1,
    );
    expect(findings.map(({ feature }) => feature)).toEqual(['inside quotes']);
    expect(missing).toEqual(['late', 'constant']);
  });
});
