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

function searchInWords({ beam, lengthPenalty, consensus, groups, diversity, surest }: DecodingOptions): string {
  return [
    beam === 1 ? 'greedy' : `beam search, beam ${beam}, length penalty ${lengthPenalty}`,
    groups !== undefined && groups > 1
      ? `, in ${groups} groups that differ (diversity ${diversity ?? 0})`
      : consensus && `; of these and ${consensus} drawn captions the one most like them all`,
    surest && beam > 1 && '; of those found the surest first',
  ]
    .filter(Boolean)
    .join('');
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
