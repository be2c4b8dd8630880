/** From a scene to a picture: says where each object is and how large, and has the parts drawn. */

import sharp from 'sharp';
import { Random } from '../../src/base/random.ts';
import { COLOURS, KINDS, type KindName, SETTINGS } from './grammar.ts';
import { DRAWINGS, PROPORTION } from './objects.ts';
import { type Group, OPPOSITE, type Relation, type Scene } from './scene.ts';
import { between, drawSetting } from './settings.ts';
import { type Rgb, Sketch } from './sketch.ts';

export const PICTURE_SIZE = 256;

/** The part of the picture that a group has for itself: its middle, and how wide it may be. */
interface Spot {
  x: number;
  /** Shares of the room between top and horizon (in the air) or horizon and bottom (elsewhere). */
  depth: readonly [number, number];
  width: number;
  /** Share of the kind's own size. */
  size: number;
}

/** Where an object is, in pixels: left, top, width, height. */
export interface Box {
  kind: KindName;
  bbox: [x: number, y: number, width: number, height: number];
}

/** @param seed gives the same picture for the same scene */
export async function renderScene(scene: Scene, seed: number): Promise<{ picture: Buffer; boxes: Box[] }> {
  const { svg, boxes } = drawScene(scene, seed);
  const picture = await sharp(Buffer.from(svg))
    .flatten({ background: '#fff' })
    .jpeg({ quality: 82, chromaSubsampling: '4:4:4', mozjpeg: true })
    .toBuffer();
  return { picture, boxes };
}

/** The picture as SVG, and where its objects are. */
function drawScene(scene: Scene, seed: number): { svg: string; boxes: Box[] } {
  const random = new Random(seed);
  const sketch = new Sketch();
  const horizon = between(random, 132, 152);
  drawSetting(scene.setting, { sketch, random, horizon, clouds: scene.clouds });
  if (scene.light) drawLight(scene, sketch, random);
  const spots = spotsOf(scene);
  const boxes = scene.groups.flatMap((group, i) => drawGroup(group, spots[i] as Spot, horizon, sketch, random));
  drawSideLight(scene, sketch);
  return { svg: sketch.svg(PICTURE_SIZE), boxes };
}

const TOP = 0.1;
const BOTTOM = 0.9;

/** The sun needs the upper corners, so what flies then flies lower. */
function spotsOf({ groups, relation, light }: Scene): Spot[] {
  if (!relation) return [{ x: 128, width: 220, depth: light ? [0.7, 1] : [0.2, 0.8], size: 1 }];
  if (relation === 'left of' || relation === 'right of') return sideBySide(groups, relation);
  const bothFly = groups.every(({ kind }) => KINDS[kind].place === 'air');
  return [relation, OPPOSITE[relation]].map((side) => {
    const depth = side === 'above' ? ([0, TOP] as const) : ([BOTTOM, 1] as const);
    return { x: 128, width: 170, depth, size: bothFly ? 0.7 : 0.88 };
  });
}

/** The wider group gets more of the width. */
function sideBySide(groups: Scene['groups'], relation: Relation): Spot[] {
  const counts = groups.map(({ count }) => (count > 1 ? 1.5 : 1));
  const total = counts.reduce((sum, count) => sum + count, 0);
  return counts.map((count, i) => {
    const width = (236 * count) / total;
    const isLeft = (i === 0) === (relation === 'left of');
    return { x: isLeft ? 10 + width / 2 : 246 - width / 2, width, depth: [0.2, 0.9], size: 1 };
  });
}

function drawGroup({ kind, colour, count }: Group, spot: Spot, horizon: number, sketch: Sketch, random: Random): Box[] {
  const boxes: Box[] = [];
  const share = { 1: 1, 2: 0.85, 3: 0.7 }[count];
  const room = (spot.width / count) * 0.94;
  const width = Math.min(KINDS[kind].width * share * spot.size, room) * between(random, 0.9, 1.08);
  const step = Math.max(spot.width / count, width);
  const facing = random.uniform() < 0.5 ? -1 : 1;
  const drift = count === 1 ? between(random, -10, 10) : between(random, -3, 3);
  for (let i = 0; i < count; i++) {
    const x = spot.x + drift + (i - (count - 1) / 2) * step + between(random, -3, 3);
    const y = footOf(kind, spot, width, horizon, random);
    const scale = width / 100;
    const tilt = KINDS[kind].place === 'ground' ? 0 : between(random, -5, 5);
    const place = `translate(${x} ${y}) rotate(${tilt}) scale(${facing * scale} ${scale})`;
    if (KINDS[kind].place === 'ground') drawShadow(x, y, width, sketch);
    sketch.add(`<g transform="${place}">${DRAWINGS[kind](vary(COLOURS[colour], random), sketch)}</g>`);
    boxes.push({ kind, bbox: boxAround(x, y, width, width * PROPORTION[kind]) });
  }
  return boxes;
}

/** What of an object is in the picture. @param x middle of its foot @param y of its foot */
function boxAround(x: number, y: number, width: number, height: number): Box['bbox'] {
  const inside = (value: number) => Math.min(PICTURE_SIZE, Math.max(0, value));
  const [left, top, right, bottom] = [x - width / 2, y - height, x + width / 2, y].map(inside) as [
    number,
    number,
    number,
    number,
  ];
  const rounded = (value: number) => Number(value.toFixed(1));
  return [rounded(left), rounded(top), rounded(right - left), rounded(bottom - top)];
}

/** y of the foot: within the ground or water, or with the whole height in the sky. */
function footOf(kind: Group['kind'], { depth }: Spot, width: number, horizon: number, random: Random): number {
  const at = between(random, depth[0], depth[1]);
  if (KINDS[kind].place !== 'air') return horizon + 26 + at * (256 - horizon - 44);
  const height = width * PROPORTION[kind];
  const lowest = horizon - 2;
  return Math.min(8 + height + at * Math.max(0, lowest - height - 8), 250);
}

function drawShadow(x: number, y: number, width: number, sketch: Sketch): void {
  const fill = sketch.glow([10, 14, 20], 0.55);
  sketch.add(`<ellipse cx="${x}" cy="${y}" rx="${width * 0.56}" ry="${width * 0.09}" fill="${fill}"/>`);
}

/** The sun or the moon: upper left, whence the light comes, or in the middle between two objects at the sides. */
function drawLight(scene: Scene, sketch: Sketch, random: Random): void {
  const isMiddleFree = scene.relation === 'left of' || scene.relation === 'right of';
  const x = isMiddleFree ? between(random, 120, 136) : between(random, 22, 36);
  const y = between(random, 24, 40);
  if (SETTINGS[scene.setting].light === 'sun') {
    sketch.add(
      `<circle cx="${x}" cy="${y}" r="46" fill="${sketch.glow([255, 244, 170], 0.95)}"/>`,
      `<circle cx="${x}" cy="${y}" r="17" fill="${sketch.ball([255, 246, 150], [252, 200, 40])}"/>`,
    );
    return;
  }
  sketch.add(
    `<circle cx="${x}" cy="${y}" r="44" fill="${sketch.glow([230, 235, 255], 0.6)}"/>`,
    `<circle cx="${x}" cy="${y}" r="17" fill="${sketch.ball([255, 255, 245], [208, 210, 216])}"/>`,
    `<g fill="#b8bac4" opacity="0.7"><circle cx="${x - 6}" cy="${y - 3}" r="3.6"/><circle cx="${x + 5}" cy="${y + 5}" r="2.8"/><circle cx="${x + 6}" cy="${y - 7}" r="2"/></g>`,
  );
}

/**
 * Light from the left and shade on the right, over everything. It makes an object look a little different on either
 * side; without it a CNN's features, which are means over the picture, hardly tell left from right.
 */
function drawSideLight({ setting }: Scene, sketch: Sketch): void {
  const isDay = SETTINGS[setting].light === 'sun';
  const light: Rgb = isDay ? [255, 218, 150] : [176, 196, 255];
  const shadow: Rgb = [10, 16, 60];
  sketch.add(
    `<rect width="128" height="256" fill="${sketch.fade(light, 0.34, 0)}"/>`,
    `<rect x="128" width="128" height="256" fill="${sketch.fade(shadow, 0, isDay ? 0.62 : 0.42)}"/>`,
  );
}

function vary(colour: Rgb, random: Random): Rgb {
  const jitter = (channel: number) => Math.min(255, Math.max(0, channel + between(random, -9, 9)));
  return [jitter(colour[0]), jitter(colour[1]), jitter(colour[2])];
}
