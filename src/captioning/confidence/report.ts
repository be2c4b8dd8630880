/** The section of an evaluation's page that says what the captions' confidence is worth. */
import { scoresByCoverage } from '../../metrics/calibration.ts';
import { type Html, html } from '../../report/html.ts';
import { lineChart, type Point } from '../../report/line-chart.ts';
import { formatInteger, formatPercent, htmlTable, section } from '../../report/page.ts';
import { hundredfold } from '../report/report-sections.ts';
import type { MeasuredConfidence } from './scores.ts';

/** Shares of the captions that are kept, for the curve. */
const SHARES = Array.from({ length: 20 }, (_, i) => (i + 1) / 20);
/** What could be asked for by `--min-confidence`. */
const LEAST = [0, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8];

/** Reliability, what is left when the unsure captions are left out, and the same in a table. */
export function confidenceSection({ scores, captions, captionBins, wordBins, threshold }: MeasuredConfidence): Html {
  const percent = (bins: typeof captionBins) =>
    bins.map(({ confidence, right }): Point => [100 * confidence, 100 * right]);
  const confidences = captions.map(({ confidence }) => confidence);
  const misses = scoresByCoverage(
    confidences,
    captions.map(({ fits }) => Number(!fits)),
    SHARES,
  );
  return section(
    'How sure it is',
    html`<p>A caption fits when its CIDEr-D reaches ${threshold.toFixed(2)}, which three of four captions by people reach against those of the others; ${formatPercent(scores.fitting)} do, where the mean confidence is ${formatPercent(scores.meanConfidence)}. A word fits when people use it about the picture. Confidence is off by ${formatPercent(scores.calibrationError)} for captions and ${formatPercent(scores.wordCalibrationError)} for words (the expected calibration error). Its rank correlation with the captions' own CIDEr-D is ${scores.rankCorrelation.toFixed(2)}; the surer half of the captions has ${scores.surerHalf.toFixed(2)} times the CIDEr-D of all.</p>
<div class="charts">${lineChart({
      title: 'Reliability',
      yLabel: 'share that fits, %',
      xLabel: 'confidence, %',
      lines: [
        { name: 'captions', points: percent(captionBins) },
        { name: 'words', points: percent(wordBins) },
        {
          name: 'as it should be',
          points: [
            [0, 0],
            [100, 100],
          ],
        },
      ],
    })}${lineChart({
      title: 'Risk',
      yLabel: 'captions that do not fit, %',
      xLabel: 'captions kept, the surest first, %',
      lines: [{ name: 'of those kept', points: misses.map((share, i) => [100 * SHARES[i]!, 100 * share]) }],
    })}</div>
${table(captions)}`,
  );
}

function table(captions: MeasuredConfidence['captions']): Html {
  const rows = LEAST.map((least) => ({ least, kept: captions.filter(({ confidence }) => confidence >= least) }));
  const share = (count: number, of: number) => formatPercent(count / of);
  return htmlTable(
    ['Least confidence', 'Captions kept', 'of all', 'of these fit', 'CIDEr'],
    rows
      .filter(({ kept }) => kept.length > 0)
      .map(({ least, kept }) => [
        least === 0 ? 'none' : String(least),
        formatInteger(kept.length),
        share(kept.length, captions.length),
        share(kept.filter(({ fits }) => fits).length, kept.length),
        hundredfold(kept.reduce((sum, { cider }) => sum + cider, 0) / kept.length),
      ]),
  );
}
