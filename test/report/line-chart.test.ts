import { describe, expect, it } from 'vitest';
import { lineChart, ticks } from '../../src/report/line-chart.ts';

describe('ticks', () => {
  it.each([
    [
      [0, 10],
      [0, 2, 4, 6, 8, 10],
    ],
    [
      [1.37, 1.52],
      [1.35, 1.4, 1.45, 1.5, 1.55],
    ],
    [
      [-0.3, 0.2],
      [-0.3, -0.2, -0.1, 0, 0.1, 0.2],
    ],
    [[3000], [3000, 4000, 5000, 6000]],
    [[], [0, 0.2, 0.4, 0.6, 0.8, 1]],
  ])('for %j are round and hold it between them', (values, expected) => {
    expect(ticks(values)).toEqual(expected);
  });
});

describe('a line chart', () => {
  const chart = {
    title: 'Loss <&>',
    xLabel: 'epoch',
    yLabel: 'nats',
    lines: [
      {
        name: 'training',
        points: [
          [0, 4],
          [5, 2],
          [10, 0],
        ] as const,
      },
      { name: 'nothing', points: [] },
      { name: 'validation', points: [[10, 3]] as const },
    ],
  };

  it('draws each line over the whole width, larger values higher, and leaves out empty ones', () => {
    const { text } = lineChart(chart);
    expect(text.match(/<polyline class="line-\d" points="[^"]*"/g)).toEqual([
      '<polyline class="line-1" points="44,14 256,120 468,226"',
      '<polyline class="line-2" points="468,67"',
    ]);
    expect(text).not.toContain('nothing');
    expect(text).toContain('Loss &#60;&#38;&#62;');
    expect(text).toMatch(/<title>training: 2 at 5<\/title>/);
  });

  it('draws levels and a mark, and makes room for them', () => {
    const levels = [{ name: '6-gram', value: 8 }];
    const { text } = lineChart({ ...chart, levels, mark: { name: 'kept', x: 5 } });
    expect(text).toContain('points="44,120 256,173 468,226"');
    expect(text).toMatch(/class="level line-3" x1="44" x2="468" y1="14" y2="14"/);
    expect(text).toMatch(/class="mark" x1="256" x2="256" .*>kept</);
    expect(text).toContain('6-gram');
  });

  it('of one point, or of none, has finite coordinates', () => {
    for (const lines of [[{ name: 'one', points: [[0, 0]] as const }], []]) {
      expect(lineChart({ ...chart, lines }).text).not.toMatch(/NaN|Infinity|undefined/);
    }
  });
});
