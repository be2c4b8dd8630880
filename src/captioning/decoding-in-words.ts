/** How captions were written, in words, for the reports that show them. Knows no model. */
import { type Fact, formatInteger } from '../report/page.ts';
import { type CaptionSampling, type DecodingOptions, decodingDefaults } from './caption.ts';

/** The decoding and the rules that captions kept to: facts for a report. */
export function decodingFacts(decoding: DecodingOptions | CaptionSampling): Fact[] {
  const { minLength = decodingDefaults.minLength, maxLength, block = 0, language } = decoding;
  return [
    ...(language === undefined ? [] : [['Language', language] as const]),
    ['Decoding', 'random' in decoding ? samplingInWords(decoding) : searchInWords(decoding)],
    ['Length', `${minLength} to ${maxLength} words`],
    ...(block > 0 ? [['Blocked', `no ${block} words in a row twice`] as const] : []),
  ];
}

/** The folders of models that wrote together, or of one that wrote alone. */
export function modelsFact(models: readonly string[]): Fact {
  return [models.length > 1 ? 'Models, together' : 'Model', models.join(', ')];
}

function searchInWords({ beam, lengthPenalty, consensus = 0, groups = 1, diversity = 0 }: DecodingOptions): string {
  const search = beam === 1 ? 'greedy' : `beam search, beam ${beam}, length penalty ${lengthPenalty}`;
  if (groups > 1) return `${search}, in ${groups} groups that differ (diversity ${diversity})`;
  return consensus > 0 ? `${search}; of these and ${consensus} drawn captions the one most like them all` : search;
}

function samplingInWords({ samples, temperature, topK, topP, minP }: CaptionSampling): string {
  return [
    `${formatInteger(samples)} drawn at temperature ${temperature}`,
    topK !== undefined && `from the ${topK} likeliest words`,
    topP !== undefined && `from the likeliest words of probability ${topP} together`,
    minP !== undefined && `from words of at least ${minP} of the likeliest one's probability`,
  ]
    .filter(Boolean)
    .join(', ');
}
