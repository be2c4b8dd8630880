/** Draws what is behind and under the objects. The picture is 256 × 256; the horizon is given. */

import type { Random } from '../../src/base/random.ts';
import type { SettingName } from './grammar.ts';
import { css, type Rgb, type Sketch, shade } from './sketch.ts';

/** What a setting's drawing is given. */
export interface Backdrop {
  sketch: Sketch;
  random: Random;
  /** y of the line where sky and ground meet. */
  horizon: number;
  clouds: boolean;
}

export const SKY_OF: Record<SettingName, readonly [Rgb, Rgb]> = {
  meadow: [
    [86, 160, 232],
    [206, 232, 250],
  ],
  snow: [
    [150, 178, 208],
    [226, 234, 242],
  ],
  street: [
    [122, 176, 226],
    [222, 232, 238],
  ],
  sea: [
    [70, 146, 228],
    [198, 230, 250],
  ],
  night: [
    [8, 10, 38],
    [38, 44, 96],
  ],
};

const DRAWINGS: Record<SettingName, (backdrop: Backdrop) => void> = {
  meadow: drawMeadow,
  snow: drawSnow,
  street: drawStreet,
  sea: drawSea,
  night: drawNight,
};

export function drawSetting(setting: SettingName, backdrop: Backdrop): void {
  const { sketch } = backdrop;
  const [top, bottom] = SKY_OF[setting];
  sketch.add(`<rect width="256" height="256" fill="${sketch.gradient(top, bottom)}"/>`);
  if (backdrop.clouds) drawClouds(backdrop, setting === 'snow' ? [238, 241, 245] : [255, 255, 255]);
  DRAWINGS[setting](backdrop);
}

function drawClouds({ sketch, random, horizon }: Backdrop, colour: Rgb): void {
  for (const side of [0, 1]) {
    const x = side * 128 + between(random, 14, 90);
    const y = between(random, 14, horizon * 0.4);
    const size = between(random, 11, 17);
    const puffs = [-1.6, -0.7, 0.3, 1.3].map((offset, i) => {
      const r = size * (i === 1 || i === 2 ? 1 : 0.7);
      return `<ellipse cx="${x + offset * size}" cy="${y - (i % 2) * size * 0.3}" rx="${r * 1.2}" ry="${r * 0.7}"/>`;
    });
    sketch.add(`<g fill="${css(colour)}" opacity="0.85">${puffs.join('')}</g>`);
  }
}

/** A wavy line of land from left to right and what is under it. */
function land({ random }: Backdrop, y: number, height: number): string {
  const [a, b, c] = [1, 2, 3].map(() => between(random, -height, height)) as [number, number, number];
  return `M0 ${y + a} C 70 ${y - height + b}, 110 ${y + height + c}, 160 ${y + b} S 230 ${y - a}, 256 ${y + c} V 256 H 0 Z`;
}

function drawMeadow(backdrop: Backdrop): void {
  const { sketch, random, horizon } = backdrop;
  const green: Rgb = [96 + between(random, -12, 12), 168, 62];
  sketch.add(
    `<path d="${land(backdrop, horizon - 12, 9)}" fill="${css(shade([112, 160, 110], 0.2))}"/>`,
    `<path d="${land(backdrop, horizon, 4)}" fill="${sketch.gradient(shade(green, 0.1), shade(green, -0.3))}" filter="${sketch.grain(0.06, 0.3, 0.8, random.integer(1000))}"/>`,
  );
  for (let i = 0; i < 46; i++) {
    const y = between(random, horizon + 10, 252);
    const h = 2 + (y - horizon) * 0.045;
    const x = between(random, 0, 256);
    const blade = `M${x} ${y} l${-h * 0.5} ${-h} M${x} ${y} l0 ${-h * 1.3} M${x} ${y} l${h * 0.5} ${-h}`;
    sketch.add(
      `<path d="${blade}" stroke="${css(shade(green, random.uniform() < 0.5 ? -0.35 : 0.2))}" stroke-width="1"/>`,
    );
  }
}

function drawSnow(backdrop: Backdrop): void {
  const { sketch, random, horizon } = backdrop;
  sketch.add(
    `<path d="${land(backdrop, horizon - 14, 12)}" fill="${css([200, 213, 228])}"/>`,
    `<path d="${land(backdrop, horizon, 5)}" fill="${sketch.gradient([248, 250, 253], [206, 218, 234])}" filter="${sketch.grain(0.02, 0.12, 0.35, random.integer(1000))}"/>`,
  );
  for (let i = 0; i < 55; i++) {
    const [x, y, r] = [between(random, 0, 256), between(random, 0, 256), between(random, 0.7, 1.9)];
    sketch.add(`<circle cx="${x}" cy="${y}" r="${r}" fill="#fff" opacity="0.85"/>`);
  }
}

function drawStreet(backdrop: Backdrop): void {
  const { sketch, random, horizon } = backdrop;
  let x = -8;
  while (x < 256) {
    const width = between(random, 30, 52);
    const top = horizon - between(random, 26, 62);
    const wall: Rgb = [150 + between(random, -14, 14), 150 + between(random, -10, 10), 156 + between(random, -8, 14)];
    sketch.add(
      `<rect x="${x}" y="${top}" width="${width - 2}" height="${horizon - top + 2}" fill="${sketch.gradient(wall, shade(wall, -0.15), 'right')}"/>`,
    );
    for (let wx = x + 5; wx < x + width - 9; wx += 9) {
      for (let wy = top + 6; wy < horizon - 10; wy += 11) {
        sketch.add(
          `<rect x="${wx}" y="${wy}" width="5" height="6" fill="${css(random.uniform() < 0.25 ? [226, 222, 196] : [104, 116, 132])}"/>`,
        );
      }
    }
    x += width;
  }
  const asphalt = sketch.gradient([112, 112, 116], [74, 74, 80]);
  sketch.add(
    `<rect y="${horizon}" width="256" height="12" fill="${css([186, 182, 174])}"/>`,
    `<rect y="${horizon + 11}" width="256" height="3" fill="${css([128, 124, 118])}"/>`,
    `<rect y="${horizon + 14}" width="256" height="${256 - horizon}" fill="${asphalt}" filter="${sketch.grain(0.5, 0.5, 0.7, random.integer(1000))}"/>`,
  );
  const y = 236 + between(random, -4, 8);
  for (let dash = between(random, -30, 0); dash < 256; dash += 48) {
    sketch.add(`<path d="M${dash} ${y} h26 l-2 5 h-26 Z" fill="#e6e4da"/>`);
  }
}

function drawSea({ sketch, random, horizon }: Backdrop): void {
  const water = sketch.gradient([74, 150, 205], [14, 66, 128]);
  sketch.add(
    `<rect y="${horizon}" width="256" height="${256 - horizon}" fill="${water}" filter="${sketch.grain(0.02, 0.22, 0.7, random.integer(1000))}"/>`,
  );
  for (let i = 0; i < 34; i++) {
    const y = between(random, horizon + 4, 252);
    const width = 3 + (y - horizon) * 0.16;
    const wave = `M${between(random, -10, 250)} ${y} q${width / 2} ${-width * 0.35} ${width} 0 q${width / 2} ${width * 0.35} ${width} 0`;
    sketch.add(`<path d="${wave}" fill="none" stroke="#d8efff" stroke-width="1.3" opacity="0.55"/>`);
  }
}

function drawNight(backdrop: Backdrop): void {
  const { sketch, random, horizon } = backdrop;
  for (let i = 0; i < 60; i++) {
    const [x, y, r] = [between(random, 0, 256), between(random, 0, horizon - 6), between(random, 0.5, 1.5)];
    sketch.add(`<circle cx="${x}" cy="${y}" r="${r}" fill="#fffbe0" opacity="${between(random, 0.6, 1)}"/>`);
  }
  sketch.add(
    `<path d="${land(backdrop, horizon - 10, 10)}" fill="${css([22, 28, 60])}"/>`,
    `<path d="${land(backdrop, horizon, 5)}" fill="${sketch.gradient([44, 66, 72], [20, 34, 44])}" filter="${sketch.grain(0.06, 0.3, 0.8, random.integer(1000))}"/>`,
  );
}

export function between(random: Random, low: number, high: number): number {
  return Math.round((low + (high - low) * random.uniform()) * 10) / 10;
}
