/**
 * Writes captions of a scene: English from templates, each true of the picture, each worded in another way. Templates
 * are tried in random order until there are five different sentences.
 */

import type { Random } from '../../src/base/random.ts';
import { KINDS, SETTINGS } from './grammar.ts';
import { type Group, OPPOSITE, pick, type Relation, type Scene } from './scene.ts';

const CAPTIONS_PER_PICTURE = 5;

const PREPOSITIONS: Record<Relation, readonly string[]> = {
  'left of': ['to the left of', 'left of', 'on the left of'],
  'right of': ['to the right of', 'right of', 'on the right of'],
  above: ['above', 'over', 'high above'],
  below: ['below', 'under', 'underneath'],
};

/** Where the first and the second group are, said of the picture. */
const SIDES: Record<Relation, readonly [string, string]> = {
  'left of': ['on the left', 'on the right'],
  'right of': ['on the right', 'on the left'],
  above: ['at the top', 'below'],
  below: ['at the bottom', 'above'],
};

/** What a template is filled with; each call draws anew among the ways to say it. */
interface Words {
  /** "a red car", "two dogs that are black" */
  thing(group: Group): string;
  /** "a red car is parked", "three birds fly" */
  doing(group: Group): string;
  /** "on the grass", "over the sea" */
  where(group: Group): string;
  /** "under a bright sun", "with clouds in the sky"; nothing where there is nothing to say. */
  weather(): string;
  preposition(relation: Relation): string;
}

type LoneTemplate = (say: Words, a: Group) => string;
type PairTemplate = (say: Words, a: Group, b: Group, relation: Relation) => string;

const ALONE: readonly LoneTemplate[] = [
  (say, a) => `${say.thing(a)} ${say.where(a)}`,
  (say, a) => `there ${isOrAre(a)} ${say.thing(a)} ${say.where(a)}`,
  (say, a) => `${say.doing(a)} ${say.where(a)}`,
  (say, a) => `${say.doing(a)} ${say.where(a)}`,
  (say, a) => `${say.where(a)} there ${isOrAre(a)} ${say.thing(a)}`,
  (say, a) => `a picture of ${say.thing(a)}`,
  (say, a) => `${say.thing(a)} ${say.where(a)} ${say.weather()}`,
  (say, a) => `${say.doing(a)} ${say.where(a)} ${say.weather()}`,
  (say, a) => say.thing(a),
];

const PAIR: readonly PairTemplate[] = [
  (say, a, b, relation) => `${say.thing(a)} ${say.preposition(relation)} ${say.thing(b)}`,
  (say, a, b, relation) => `${say.thing(b)} ${say.preposition(OPPOSITE[relation])} ${say.thing(a)}`,
  (say, a, b, relation) => `${say.doing(a)} ${say.preposition(relation)} ${say.thing(b)}`,
  (say, a, b, relation) => `${say.thing(a)} ${SIDES[relation][0]} and ${say.thing(b)} ${SIDES[relation][1]}`,
  (say, a, b, relation) =>
    `there ${isOrAre(a)} ${say.thing(a)} ${say.preposition(relation)} ${say.thing(b)} ${say.where(lower(a, b))}`,
  (say, a, b, relation) =>
    `${say.where(lower(a, b))} ${isOrAre(a)} ${say.thing(a)} ${say.preposition(relation)} ${say.thing(b)}`,
  (say, a, b, relation) => `${say.thing(a)} ${besideOr(relation)} ${say.thing(b)} ${say.weather()}`,
  (say, a, b) => `${say.thing(a)} and ${say.thing(b)} ${say.where(lower(a, b))}`,
  (say, a, b) => `${say.thing(a)} and ${say.thing(b)}`,
];

/** Five sentences, all different, written as people write them: with a capital and a full stop. */
export function writeCaptions(scene: Scene, random: Random): string[] {
  const say = wordsFor(scene, random);
  const [a, b] = scene.groups;
  const { relation } = scene;
  const templates =
    b && relation ? PAIR.map((write) => () => write(say, a, b, relation)) : ALONE.map((write) => () => write(say, a));
  random.shuffle(templates);
  const captions = new Set<string>();
  for (let i = 0; captions.size < CAPTIONS_PER_PICTURE; i++) {
    const sentence = templates[i % templates.length]?.().trim() ?? '';
    captions.add(`${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}.`);
  }
  return [...captions];
}

function wordsFor({ setting, light, clouds }: Scene, random: Random): Words {
  const { light: lamp, above, below } = SETTINGS[setting];
  const thing = ({ kind, colour, count }: Group) => {
    const { names, adjective } = KINDS[kind];
    const name = pick(random, names);
    const described = random.uniform() < 0.15 ? `${adjective} ${colour}` : colour;
    if (count > 1) return `${count === 2 ? 'two' : 'three'} ${described} ${plural(name)}`;
    return `${random.uniform() < 0.2 ? 'one' : article(described)} ${described} ${name}`;
  };
  return {
    thing,
    doing: (group) => `${thing(group)} ${conjugate(pick(random, KINDS[group.kind].verbs), group)}`,
    where: ({ kind }) => pick(random, KINDS[kind].place === 'air' ? above : below),
    weather: () => {
      if (light) return lamp === 'sun' ? pick(random, ['under a bright sun', 'in the sunshine']) : 'in the moonlight';
      if (setting === 'night') return '';
      return clouds ? pick(random, ['under a cloudy sky', 'with clouds in the sky']) : 'under a clear sky';
    },
    preposition: (relation) => pick(random, PREPOSITIONS[relation]),
  };
}

/** The group whose place the pair shares: the one that does not fly, if there is one. */
function lower(a: Group, b: Group): Group {
  return KINDS[a.kind].place === 'air' ? b : a;
}

function besideOr(relation: Relation): string {
  return relation === 'left of' || relation === 'right of' ? 'next to' : (PREPOSITIONS[relation][0] ?? relation);
}

function article(word: string): string {
  return /^[aeiou]/.test(word) ? 'an' : 'a';
}

function isOrAre({ count }: Group): string {
  return count === 1 ? 'is' : 'are';
}

function plural(noun: string): string {
  return `${noun}s`.replace(/ys$/, 'ies');
}

/** The plural of a verb that is given in the singular: "flies" → "fly", "is parked" → "are parked". */
function conjugate(verb: string, { count }: Group): string {
  if (count === 1) return verb;
  if (verb.startsWith('is ')) return verb.replace('is ', 'are ');
  return verb.replace(/ies$/, 'y').replace(/s$/, '');
}
