/**
 * The grammar of the scenes as data: what there is, in which colours and where it can stand. Adding a line here is
 * enough to have it sampled and captioned; `objects.ts` and `settings.ts` draw it.
 */

import type { Rgb } from './sketch.ts';

export const COLOURS = {
  red: [205, 32, 38],
  blue: [35, 84, 200],
  yellow: [245, 200, 25],
  green: [38, 140, 50],
  orange: [240, 120, 20],
  purple: [125, 50, 160],
  white: [244, 244, 240],
  black: [38, 38, 42],
  brown: [128, 78, 40],
} as const satisfies Record<string, Rgb>;

export type Colour = keyof typeof COLOURS;

/** Where a thing is found: on the ground, on the water or in the air. */
export type Place = 'ground' | 'water' | 'air';

interface Kind {
  place: Place;
  colours: readonly Colour[];
  names: readonly string[];
  /** Said before the colour in some captions: true of every picture of it. */
  adjective: string;
  /** What it does, in the singular. */
  verbs: readonly string[];
  /** Width in the picture when alone; two are drawn at 0.85 of it, three at 0.7, if there is room. */
  width: number;
}

export const KINDS = {
  house: {
    place: 'ground',
    colours: ['red', 'blue', 'yellow', 'white'],
    names: ['house', 'house', 'cottage'],
    adjective: 'little',
    verbs: ['stands'],
    width: 104,
  },
  tree: {
    place: 'ground',
    colours: ['green', 'orange'],
    names: ['tree'],
    adjective: 'leafy',
    verbs: ['stands', 'grows'],
    width: 92,
  },
  car: {
    place: 'ground',
    colours: ['red', 'blue', 'yellow', 'white', 'black'],
    names: ['car'],
    adjective: 'small',
    verbs: ['is parked', 'stands'],
    width: 118,
  },
  dog: {
    place: 'ground',
    colours: ['black', 'white', 'brown'],
    names: ['dog', 'dog', 'puppy'],
    adjective: 'little',
    verbs: ['stands', 'is standing'],
    width: 100,
  },
  flower: {
    place: 'ground',
    colours: ['red', 'yellow', 'white', 'purple'],
    names: ['flower'],
    adjective: 'big',
    verbs: ['grows', 'blooms'],
    width: 66,
  },
  boat: {
    place: 'water',
    colours: ['red', 'blue', 'yellow', 'white'],
    names: ['boat', 'boat', 'sailboat'],
    adjective: 'small',
    verbs: ['sails', 'floats', 'is sailing'],
    width: 104,
  },
  balloon: {
    place: 'air',
    colours: ['red', 'blue', 'yellow', 'green', 'purple', 'orange'],
    names: ['balloon', 'balloon', 'hot air balloon'],
    adjective: 'round',
    verbs: ['floats', 'drifts', 'is floating'],
    width: 72,
  },
  bird: {
    place: 'air',
    colours: ['black', 'white', 'red', 'blue'],
    names: ['bird'],
    adjective: 'little',
    verbs: ['flies', 'is flying'],
    width: 84,
  },
} as const satisfies Record<string, Kind>;

export type KindName = keyof typeof KINDS;

interface Setting {
  places: readonly Place[];
  /** Where things stand or swim. */
  below: readonly string[];
  /** Where things fly. */
  above: readonly string[];
  /** What lights it; drawn and told in some of the scenes. */
  light: 'sun' | 'moon';
}

export const SETTINGS = {
  meadow: {
    places: ['ground', 'air'],
    below: ['on the grass', 'in a green field', 'in a meadow', 'on green grass'],
    above: ['over a green field', 'above the meadow', 'over the grass', 'high over the meadow'],
    light: 'sun',
  },
  snow: {
    places: ['ground', 'air'],
    below: ['in the snow', 'on white snow', 'in a snowy field', 'on snowy ground'],
    above: ['over the snow', 'above a snowy field', 'over snowy ground', 'high over the snow'],
    light: 'sun',
  },
  street: {
    places: ['ground', 'air'],
    below: ['on the street', 'on a city street', 'on the road', 'in the city'],
    above: ['over the street', 'above a city street', 'over the city', 'above the road'],
    light: 'sun',
  },
  sea: {
    places: ['water', 'air'],
    below: ['on the sea', 'on the blue sea', 'on the water', 'out at sea'],
    above: ['over the sea', 'above the water', 'over the blue sea', 'high over the water'],
    light: 'sun',
  },
  night: {
    places: ['ground', 'air'],
    below: ['at night', 'in the dark', 'under the stars', 'on a hill at night'],
    above: ['in the night sky', 'at night', 'among the stars', 'in the dark sky'],
    light: 'moon',
  },
} as const satisfies Record<string, Setting>;

export type SettingName = keyof typeof SETTINGS;

/** What would look odd: nothing grows or is built on the road or out of the snow. */
export const UNFIT: Partial<Record<SettingName, readonly KindName[]>> = {
  snow: ['flower'],
  street: ['flower', 'house', 'tree'],
};

/** What training never shows; a third of the validation scenes hold one of these. */
export const HELD_OUT = {
  colours: ['blue house', 'yellow car', 'red boat', 'green balloon', 'white dog'],
  counts: ['three houses', 'two balloons'],
} as const;
