/**
 * What happens in a clip: large shapes come onto a stage, move, rest, meet and leave. What a frame is called depends on
 * what came before it, so a frame alone can't tell: the stage is as empty before anything came as after it has gone, and
 * a shape that moves to the left looks like one that moves to the right.
 */
import type { Random } from '../../src/base/random.ts';

/** Frames of each clip. */
export const FRAMES = 16;
/** The stage is as wide; shapes have their middle at x from left to right. */
export const WIDTH = 256;

export const LOOKS = ['ball', 'box', 'star'] as const;
export const COLOURS = ['red', 'yellow', 'blue', 'green'] as const;

export interface Shape {
  look: (typeof LOOKS)[number];
  colour: (typeof COLOURS)[number];
  /** Half its width. */
  radius: number;
}

/** A shape on the stage. */
export interface Placed {
  shape: Shape;
  x: number;
}

/** Who is on the stage, frame after frame. */
export type Story = readonly (readonly Placed[])[];

export type Label =
  | 'nothing yet'
  | 'moves left'
  | 'moves right'
  | 'rests'
  | 'has collided'
  | 'gone'
  | 'back again'
  | 'another';

/** How far one shape goes into another that it hits. */
const DEPTH = 4;

/** A story by lot. */
export function tellStory(random: Random): Story {
  const first = shapeByLot(random);
  const before = emptyStage(1 + random.integer(3));
  const scene = random.uniform() < 0.4 ? meeting(first, random) : visit(first, random);
  const next = random.uniform() < 0.5 ? first : otherThan(first, random);
  const between = emptyStage(1 + random.integer(3));
  return [...before, ...scene, ...between, ...visit(next, random), ...emptyStage(FRAMES)].slice(0, FRAMES);
}

function emptyStage(frames: number): Placed[][] {
  return new Array<Placed[]>(frames).fill([]);
}

/** What each frame is called, by all frames up to it. */
export function labelsOf(story: Story): Label[] {
  const seen = new Set<Shape>();
  let collided = false;
  /** What the frames since the stage was last empty are called where a shape came onto it again. */
  let again: Label | undefined;
  return story.map((placed, t) => {
    if (placed.length === 0) {
      collided = false;
      return seen.size === 0 ? 'nothing yet' : 'gone';
    }
    const before = story[t - 1] ?? [];
    if (before.length === 0 && seen.size > 0) {
      again = placed.every(({ shape }) => seen.has(shape)) ? 'back again' : 'another';
    }
    for (const { shape } of placed) seen.add(shape);
    collided ||= areTouching(placed);
    return collided ? 'has collided' : (again ?? movement(before, placed));
  });
}

/** Whether two shapes touch. */
function areTouching([first, second]: readonly Placed[]): boolean {
  if (!first || !second) return false;
  return Math.abs(first.x - second.x) <= first.shape.radius + second.shape.radius;
}

/** Where the shape goes that moves, of which there is one at most. */
function movement(before: readonly Placed[], now: readonly Placed[]): Label {
  for (const { shape, x } of now) {
    const from =
      before.find((other) => other.shape === shape)?.x ??
      (x < WIDTH / 2 ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY);
    if (x !== from) return x < from ? 'moves left' : 'moves right';
  }
  return 'rests';
}

/** One comes from a side, may rest, and leaves on the other side or on the same. */
function visit(shape: Shape, random: Random): Placed[][] {
  const side = random.uniform() < 0.5 ? -1 : 1;
  const middle = WIDTH / 2 + 40 * (2 * random.uniform() - 1);
  const leaves = random.uniform() < 0.7 ? -side : side;
  const resting = random.uniform() < 0.5 ? 2 + random.integer(3) : 0;
  const path = [
    ...enter(shape, side, middle, random),
    ...new Array<number>(resting).fill(middle),
    ...leave(shape, middle, leaves, random),
  ];
  return path.map((x) => [{ shape, x }]);
}

/** One comes and rests; another comes from the other side, and hits it or turns round before; both leave. */
function meeting(first: Shape, random: Random): Placed[][] {
  const second = otherThan(first, random);
  const side = random.uniform() < 0.5 ? -1 : 1;
  const place = WIDTH / 2 + side * 55;
  const hits = random.uniform() < 0.6;
  const nearest = place - side * (first.radius + second.radius + (hits ? -DEPTH : 28));
  const arriving = enter(first, side, place, random).map((x) => [{ shape: first, x }]);
  const resting = new Array<Placed[]>(1 + random.integer(2)).fill([{ shape: first, x: place }]);
  const coming = enter(second, -side, nearest, random).map((x) => [
    { shape: first, x: place },
    { shape: second, x },
  ]);
  const going = leave(second, nearest, -side, random).map((x) => [
    { shape: first, x: place },
    { shape: second, x },
  ]);
  const last = leave(first, place, side, random).map((x) => [{ shape: first, x }]);
  return [...arriving, ...resting, ...coming, ...going, ...last];
}

/** From where half of it is seen on a side to a place, and from there to a side. */
function enter(shape: Shape, side: number, to: number, random: Random): number[] {
  return leave(shape, to, side, random).toReversed().concat(to);
}

function leave({ radius }: Shape, from: number, side: number, random: Random): number[] {
  const edge = WIDTH / 2 + side * (WIDTH / 2 + radius / 3);
  const steps = Math.max(1, Math.round(Math.abs(edge - from) / (36 + 20 * random.uniform())));
  return Array.from({ length: steps }, (_, i) => from + ((edge - from) * (i + 1)) / steps);
}

function shapeByLot(random: Random): Shape {
  const [look, colour] = [LOOKS[random.integer(LOOKS.length)]!, COLOURS[random.integer(COLOURS.length)]!];
  return { look, colour, radius: 42 + 12 * random.uniform() };
}

/** Of another look and another colour. */
function otherThan({ look, colour }: Shape, random: Random): Shape {
  const other = shapeByLot(random);
  return other.look !== look && other.colour !== colour ? other : otherThan({ look, colour, radius: 0 }, random);
}
