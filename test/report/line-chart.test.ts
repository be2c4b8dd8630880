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
      '<polyline class="line-1" points="44,8 252,113 460,218"',
      '<polyline class="line-2" points="460,60.5"',
    ]);
    expect(text).not.toContain('nothing');
    expect(text).toContain('Loss &#60;&#38;&#62;');
    expect(text).toMatch(/<title>training: 2 at 5<\/title>/);
  });

  it('draws levels and a mark, and makes room for them', () => {
    const levels = [{ name: '6-gram', value: 8 }];
    const { text } = lineChart({ ...chart, levels, mark: { name: 'kept', x: 5 } });
    expect(text).toContain('points="44,113 252,165.5 460,218"');
    expect(text).toMatch(/class="level line-3" x1="44" x2="460" y1="8" y2="8"/);
    expect(text).toMatch(/class="mark" x1="252" x2="252" /);
  });

  it('has its key and its unit above the picture, where they cover no line', () => {
    const levels = [{ name: '6-gram', value: 8 }];
    const { text } = lineChart({ ...chart, levels, mark: { name: 'kept', x: 5 } });
    const [, caption = '', picture = ''] = /<figcaption>(.*)<\/figcaption>(.*)/s.exec(text)!;
    expect(caption.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ')).toBe(
      'Loss &#60;&#38;&#62; nats training validation 6-gram kept ',
    );
    expect(picture).not.toMatch(/>(nats|6-gram|kept)</);
  });

  it('makes room for a mark before the first point, and for long figures', () => {
    const { text } = lineChart({ ...chart, mark: { name: 'kept', x: -10 } });
    expect(text).toMatch(/class="mark" x1="44" /);
    const lines = [
      {
        name: 'small',
        points: [
          [0, 0.00012],
          [1, 0.00048],
        ] as const,
      },
    ];
    expect(lineChart({ ...chart, lines }).text).toContain('points="62,');
  });

  it('has different figures beside its axis, however close the values are together', () => {
    const lines = [
      {
        name: 'flat',
        points: [
          [0, 4.121001],
          [1, 4.121004],
        ] as const,
      },
    ];
    const { text } = lineChart({ ...chart, lines });
    const figures = Array.from(text.matchAll(/text-anchor="end">([^<]*)</g), ([, figure]) => figure);
    expect(figures.length).toBeGreaterThan(2);
    expect(new Set(figures).size).toBe(figures.length);
    expect(Math.max(...figures.map((figure) => figure!.length))).toBeLessThanOrEqual(6);
  });

  it('of one point, or of none, has finite coordinates', () => {
    for (const lines of [[{ name: 'one', points: [[0, 0]] as const }], []]) {
      expect(lineChart({ ...chart, lines }).text).not.toMatch(/NaN|Infinity|undefined/);
    }
  });
});
