/** Draws scenes by lot from the grammar: what is in a picture and how it stands to each other, not yet where. */

import type { Random } from '../../src/base/random.ts';
import {
  type Colour,
  HELD_OUT,
  KINDS,
  type KindName,
  type Place,
  SETTINGS,
  type SettingName,
  UNFIT,
} from './grammar.ts';

export interface Group {
  kind: KindName;
  colour: Colour;
  count: 1 | 2 | 3;
}

/** How the first group stands to the second. */
export type Relation = 'left of' | 'right of' | 'above' | 'below';

interface Surroundings {
  setting: SettingName;
  /** Whether the sun or the moon is in the picture. */
  light: boolean;
  clouds: boolean;
}

/** One group alone, or two that stand in a relation. */
export type Scene = Surroundings &
  ({ groups: readonly [Group]; relation?: never } | { groups: readonly [Group, Group]; relation: Relation });

export const OPPOSITE: Record<Relation, Relation> = {
  'left of': 'right of',
  'right of': 'left of',
  above: 'below',
  below: 'above',
};

/** A scene by lot: two in five show one group, the others two, side by side as often as above each other. */
export function sampleScene(random: Random): Scene {
  const setting = pick(random, Object.keys(SETTINGS) as SettingName[]);
  const light = random.uniform() < 0.35;
  const clouds = setting !== 'night' && random.uniform() < 0.5;
  const alone = random.uniform() < 0.4;
  const first = sampleGroup(random, SETTINGS[setting].places, setting, alone ? [1, 2, 3] : [1, 1, 2]);
  // Two boats would be the same kind twice.
  const samePlace = KINDS[first.kind].place !== 'water' && random.uniform() < 0.5;
  const second = sampleGroup(random, samePlace ? [KINDS[first.kind].place] : SETTINGS[setting].places, setting, [1]);
  const scene: Scene = alone
    ? { setting, light, clouds, groups: [first] }
    : { setting, light, clouds, groups: [first, second], relation: sampleRelation(random, first, second) };
  return canBeSeen(scene) ? scene : sampleScene(random);
}

/** Not black at night, not white before clouds, not the same thing on both sides. */
function canBeSeen({ setting, clouds, groups: [first, second] }: Scene): boolean {
  if (first.kind === second?.kind) return false;
  return [first, second].every(
    (group) =>
      !(group?.colour === 'black' && setting === 'night') &&
      !(group?.colour === 'white' && clouds && KINDS[group.kind].place === 'air'),
  );
}

/** Whether the scene holds what training never shows. */
export function isHeldOut({ groups }: Scene): boolean {
  return groups.some(
    ({ kind, colour, count }) =>
      (HELD_OUT.colours as readonly string[]).includes(`${colour} ${kind}`) ||
      (HELD_OUT.counts as readonly string[]).includes(`${['one', 'two', 'three'][count - 1]} ${kind}s`),
  );
}

/** Equal for scenes that a caption can't tell apart. */
export function signature({ setting, groups, relation }: Scene): string {
  return [setting, relation, ...groups.map(({ kind, colour, count }) => `${count} ${colour} ${kind}`)].join(', ');
}

export function pick<T>(random: Random, items: readonly T[]): T {
  return items[random.integer(items.length)] as T;
}

function sampleGroup(
  random: Random,
  places: readonly Place[],
  setting: SettingName,
  counts: readonly Group['count'][],
): Group {
  const kinds = (Object.keys(KINDS) as KindName[]).filter(
    (kind) => places.includes(KINDS[kind].place) && !UNFIT[setting]?.includes(kind),
  );
  // Twice the lots for the boat, which is at home in one setting only.
  const kind = pick(random, [...kinds, ...kinds.filter((kind) => KINDS[kind].place === 'water')]);
  return { kind, colour: pick<Colour>(random, KINDS[kind].colours), count: pick(random, counts) };
}

/** What flies is above what does not; two that stand are side by side; two that fly may be anyhow. */
function sampleRelation(random: Random, first: Group, second: Group): Relation {
  const [a, b] = [first, second].map(({ kind }) => KINDS[kind].place === 'air');
  if (a !== b) return a ? 'above' : 'below';
  return pick(random, a ? ['left of', 'right of', 'above', 'below'] : ['left of', 'right of']);
}
