/**
 * Splits a caption into the words that caption metrics count: those of Stanford's PTBTokenizer 3.4.1 with
 * `-lowerCase`, less punctuation, which is what pycocoevalcap does and so what every published score stands on. Written
 * from the program's answers, not from its code; agreement is tested on its answers (`scripts/reference`).
 */

/** Letters, marks and digits, in the planes that PTBTokenizer knows; whatever it does not know it leaves out. */
const L = '[\\p{L}\\p{M}]';
const INNER = '\\p{L}\\p{M}\\p{Nd}\\u00ad';
const W = `[${INNER}]`;
const APOSTROPHE = "['’]";
/** Letters and digits, with the clipped article or preposition of `o'clock`, `d'Artagnan`. */
const THING = `(?:[dlo]${APOSTROPHE}(?=${W}{2}))?${W}+`;

/** Abbreviations that keep their full stop; some only with a capital, some only before a number. */
const ABBREVIATIONS =
  'adj adm adv al ala alex apr ariz assn assoc asst atty aug ave bhd bldg blvd brig bros calif capt cf cie cmdr co col ' +
  'colo conn corp cos cpl ct dak dec dept det dr drs elec ens esq est etc ext feb fla fri ft ga gen gov govs hon inc ind ' +
  'insp intl invt jan jos jr jul jun kan kans ky lieut lt ltd maj mar md messrs mfg mich minn mlle mme mo mon mont mr mrs ' +
  'ms msgr mt mtg natl neb nev nov oct okla penn pfc ph plc ppte ppty pres prof pte ptes pty ptys pvt rd rep reps rev rt ' +
  'sen sens sep sept seq sfc sgt spc sq sr st ste supt sys tel tenn thu thurs treas tue tues univ va vs vt wed wis wisc wm wyo';
const CAPITAL_ABBREVIATIONS = 'Ark Az Del Ill La Mass Miss Ore Pa Tex Wash';
const NUMBER_ABBREVIATIONS = 'art fig figs no nos op p pp';

/** Words that after an initial (`thought I. But`) show that its full stop ends the sentence. */
const SENTENCE_STARTS =
  'A About According Additionally After An As At But Earlier He Her Here However If In It Last Many More Now Once One ' +
  'Other Our She Since So Some Such That The Their Then There These They This We What When While Yet You';

/** Characters that are words of their own. */
const SYMBOLS =
  '$%&*+<=>^|~/\\\\@#_¡¥¦§¨©¬®¯°±²³´¶·¸¹¿×÷‖‗‚„-‣‰-‸※‾-⁂⁄⁰⁴-⁾₀-₎℀℁℃-℆℈℉℔№-℘℞-℣℥℧℩℮℺℻⅀-⅄⅊-⅍⅏⅕-⅞←-\\u2bff、。〒・！-／：-＠［-｀｛-･￠￡￥￦';

const BRACKETS: Record<string, string> = {
  '(': '-lrb-',
  ')': '-rrb-',
  '[': '-lsb-',
  ']': '-rsb-',
  '{': '-lcb-',
  '}': '-rcb-',
};
const QUOTES: Record<string, string> = { '‘': '`', '’': "'", '“': '``', '”': "''" };
const SIGNS: Record<string, string> = {
  '£': '#',
  '€': '$',
  '¤': '$',
  '¢': 'cents',
  '¼': '1/4',
  '½': '1/2',
  '¾': '3/4',
  '⅓': '1/3',
  '⅔': '2/3',
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
};

interface Rule {
  pattern: RegExp;
  /** The words it stands for; the matched text itself where not given. */
  words: ((text: string) => string[]) | undefined;
}

/** The longest match wins, the earlier rule where two are equally long, as in the lexer this follows. */
const RULES: readonly Rule[] = [
  // Contractions that are cut in two.
  rule(`(?:cannot|gonna|gotta|lemme|gimme|wanna)(?![${INNER}'’])`, (text) => [text.slice(0, 3), text.slice(3)]),
  rule(`'t(?:is|was)(?!${W})`, (text) => [text.slice(0, 2), text.slice(2)]),
  rule(`${W}*n['’\`‘]t(?!${W})`, (text) => [text.slice(0, -3), text.slice(-3).replace('’', "'").replace('‘', '`')]),
  rule(`(?:'(?:[sdm]|re|ve|ll)(?![a-z])|’(?:[sdm]|re|ve|ll))`, (text) => [text.replace('’', "'")]),
  rule(`${APOSTROPHE}(?:n${APOSTROPHE}|n(?!${W})|em|till?(?!${W})|cause(?!${W})|\\d\\d(?!\\d)s?)`),
  // Words that hold an apostrophe.
  exactCase(`[A-HJ-XZn]${APOSTROPHE}${L}{2,}`),
  exactCase(`${L}+[aeiouyAEIOUY]${APOSTROPHE}(?![SDM](?![A-Za-z]))[aeiouA-Z]${L}*`),
  rule(`(?:ol|[dlj]|dunkin|somethin)'|e'er|c'est`),
  rule(`y'(?=${L})`),
  // Numbers and dates.
  rule('[-+]?(?:\\d+(?:[.,:]\\d+)*|(?:[.,:]\\d+)+)'),
  rule(`\\d+(?:[.,]\\d+)*(?:-${W}+)+`),
  rule('\\d{1,2}/\\d{1,2}/\\d{2,4}'),
  // Words, with hyphens, with slashes, with full stops inside, initials, abbreviations.
  rule(`${THING}(?:[-_]${THING})*`),
  rule('[a-z0-9]+(?:-[a-z0-9]+)*/[a-z0-9]+(?:-[a-z0-9]+)*(?:/[a-z0-9]+(?:-[a-z0-9]+)*)?'),
  rule(`${L}${W}*(?:[.!?]${L}${W}*)+(?:-${W}+)*`),
  exactCase(`[A-Za-z]\\.(?= +${capitalised(SENTENCE_STARTS)}(?: |$))`, (text) => [text.charAt(0)]),
  rule(`(?:[a-z](?:\\.[a-z])*|ph\\.d)\\.(?!${L})(?:-${W}+)*`),
  rule(`${anyOf(ABBREVIATIONS)}\\.(?!${L})(?:-${W}+)*`),
  exactCase(`${capitalised(CAPITAL_ABBREVIATIONS)}\\.(?!${L})`),
  rule(`${anyOf(NUMBER_ABBREVIATIONS)}\\.(?=\\s*\\d)`),
  // Addresses, tags and smileys.
  rule('https?://[^\\s"<>|()]+\\.[^\\s"<>|()]*[^\\s"<>|().,!?]'),
  rule('www\\.[^\\s"<>|()]*[^\\s"<>|().,!?]'),
  rule('[^\\s"<>|()@&]+@[^\\s"<>|().@]+(?:\\.[^\\s"<>|().@]+)*'),
  rule('@[a-z][a-z_]*'),
  rule(`#${L}+`),
  rule('</?[a-z!_][\\w .@:=-]*/?>'),
  exactCase(`>?[:;=][-'o]?[()DPp\\\\|O[\\]{@](?!${W})`, (text) => [
    text.replace(/[()[\]{}]/, (sign) => BRACKETS[sign]!),
  ]),
  // Signs.
  exactCase('[A-Z]+(?:(?:&|&amp;)[A-Z]+)+', (text) => [text.replaceAll('&amp;', '&')]),
  exactCase('(?:US|[A-Z])\\$'),
  rule('[!?]{2,}|\\*{2,}|_{2,}|#{2,}|@{2,}|-{5,}|<<|>>'),
  rule('‘‘|``|’’|‘`|`‘', () => []),
  rule('[‘’“”`][‘’“”`]', (text) => [text.replace(/./g, (quote) => QUOTES[quote] ?? quote)]),
  rule('-{2,4}|\\.{2,}|&(?:quot|apos|nbsp|mdash|ndash);', () => []),
  rule('&#\\d+;|c\\+\\+|[cf]#'),
  rule('[()[\\]{}]', (text) => [BRACKETS[text]!]),
  rule(Object.keys(SIGNS).join('|'), (text) => [SIGNS[text]!]),
  rule(`[${SYMBOLS}]`),
];

/**
 * The words of a caption in lower case, without punctuation; empty for a caption that has none. "The dog can't." gives
 * the, dog, ca, n't. Brackets stay as -lrb- and -rrb-, as pycocoevalcap leaves them.
 */
export function tokenizeCaption(caption: string): string[] {
  const words: string[] = [];
  for (let at = 0; at < caption.length; ) {
    let longest = 0;
    let found: Rule | undefined;
    for (const candidate of RULES) {
      candidate.pattern.lastIndex = at;
      const length = candidate.pattern.exec(caption)?.[0].length ?? 0;
      if (length > longest) {
        longest = length;
        found = candidate;
      }
    }
    // White space, punctuation and characters that are not known make no word.
    if (found) {
      const text = caption.slice(at, at + longest).toLowerCase();
      words.push(...(found.words?.(text) ?? [text]).filter((word) => word !== ''));
    }
    at += Math.max(longest, caption.codePointAt(at)! > 0xffff ? 2 : 1);
  }
  return words;
}

/** A pattern for each of the words in a list. */
function anyOf(words: string): string {
  return `(?:${words.replaceAll(' ', '|')})`;
}

/** The same for words with a capital or all in capitals. */
function capitalised(words: string): string {
  return anyOf(`${words} ${words.toUpperCase()}`);
}

function rule(source: string, words?: Rule['words']): Rule {
  return { pattern: new RegExp(source, 'iuy'), words };
}

function exactCase(source: string, words?: Rule['words']): Rule {
  return { pattern: new RegExp(source, 'uy'), words };
}
