/**
 * Draws one object of each kind, 100 units wide, standing or hanging around x = 0 with its foot at y = 0 (up is
 * negative). Where and how large it is in the picture is for `render.ts` to say.
 */

import type { KindName } from './grammar.ts';
import { css, type Rgb, type Sketch, shade } from './sketch.ts';

/** Shapes in the object's own units; the sketch is for gradients only. */
type Drawing = (colour: Rgb, sketch: Sketch) => string;

/** Height over width, for finding a place. */
export const PROPORTION: Record<KindName, number> = {
  house: 0.95,
  tree: 1.25,
  car: 0.46,
  dog: 0.78,
  flower: 1.35,
  boat: 1.08,
  balloon: 1.35,
  bird: 0.62,
};

export const DRAWINGS: Record<KindName, Drawing> = {
  house: drawHouse,
  tree: drawTree,
  car: drawCar,
  dog: drawDog,
  flower: drawFlower,
  boat: drawBoat,
  balloon: drawBalloon,
  bird: drawBird,
};

function drawHouse(colour: Rgb, sketch: Sketch): string {
  const wall = sketch.gradient(shade(colour, 0.12), shade(colour, -0.22), 'right');
  const roof = sketch.gradient([112, 84, 74], [70, 52, 48]);
  const window = (x: number) =>
    `<rect x="${x}" y="-40" width="17" height="16" fill="#fff"/><rect x="${x + 2}" y="-38" width="13" height="12" fill="#9cc4de"/>` +
    `<path d="M${x + 8.5} -38 v12 M${x + 2} -32 h13" stroke="#fff" stroke-width="1.6"/>`;
  return (
    `<rect x="20" y="-90" width="11" height="28" fill="#7d5a4e"/>` +
    `<rect x="-42" y="-54" width="84" height="54" fill="${wall}" stroke="${css(shade(colour, -0.4))}" stroke-width="1"/>` +
    `<path d="M-50 -52 L0 -94 L50 -52 Z" fill="${roof}" stroke="#463430" stroke-width="1.5" stroke-linejoin="round"/>` +
    `<path d="M-40 -60 H40 M-30 -68 H30 M-20 -77 H20" stroke="#5a443d" stroke-width="1.4"/>` +
    window(-34) +
    window(17) +
    `<rect x="-9" y="-34" width="18" height="34" rx="1" fill="#5f4130"/><circle cx="5" cy="-16" r="1.6" fill="#e8c860"/>` +
    `<rect x="-44" y="-3" width="88" height="4" fill="#8c8680"/>`
  );
}

function drawTree(colour: Rgb, sketch: Sketch): string {
  const trunk = sketch.gradient([122, 84, 54], [70, 46, 30], 'right');
  const crown: [number, number, number][] = [
    [-24, -62, 25],
    [24, -60, 26],
    [0, -52, 26],
    [-14, -88, 25],
    [17, -88, 25],
    [0, -104, 20],
    [0, -76, 27],
  ];
  const leaf = sketch.ball(shade(colour, 0.28), shade(colour, -0.28));
  const speckles = crown.flatMap(([x, y, r]) =>
    [0, 1, 2, 3, 4].map((i) => {
      const angle = i * 2.4 + x;
      const [cx, cy] = [x + Math.cos(angle) * r * 0.6, y + Math.sin(angle) * r * 0.6];
      return `<circle cx="${cx}" cy="${cy}" r="2.6" fill="${css(shade(colour, i % 2 ? 0.3 : -0.35))}" opacity="0.6"/>`;
    }),
  );
  return (
    `<path d="M-8 0 Q-5 -20 -5 -48 H6 Q6 -20 10 0 Z" fill="${trunk}"/>` +
    crown.map(([x, y, r]) => `<circle cx="${x}" cy="${y}" r="${r}" fill="${leaf}"/>`).join('') +
    speckles.join('')
  );
}

function drawCar(colour: Rgb, sketch: Sketch): string {
  const paint = sketch.gradient(shade(colour, 0.25), shade(colour, -0.3));
  const edge = css(shade(colour, -0.45));
  const wheel = (x: number) =>
    `<circle cx="${x}" cy="-9" r="10" fill="#1c1c1e"/><circle cx="${x}" cy="-9" r="5" fill="#b9bcc0"/><circle cx="${x}" cy="-9" r="1.8" fill="#555"/>`;
  return (
    `<path d="M-49 -10 Q-51 -24 -40 -26 L-27 -28 Q-17 -44 -4 -45 H10 Q24 -44 32 -28 Q47 -26 49 -18 L49 -9 Q49 -7 46 -7 H-46 Q-49 -7 -49 -10 Z" fill="${paint}" stroke="${edge}" stroke-width="1.2"/>` +
    `<path d="M-21 -28 Q-14 -40 -4 -41 H2 V-28 Z M6 -28 V-41 H10 Q20 -40 27 -28 Z" fill="#bcd8e8" stroke="${edge}" stroke-width="1"/>` +
    `<path d="M4 -28 V-9 M-20 -26 V-9" stroke="${edge}" stroke-width="1" fill="none"/>` +
    `<path d="M-46 -21 h5" stroke="#d82018" stroke-width="4"/><path d="M43 -20 h5" stroke="#fff3b0" stroke-width="4.5"/>` +
    `<path d="M-38 -23 Q0 -27 40 -23" stroke="#fff" stroke-width="1.4" opacity="0.5" fill="none"/>` +
    `<path d="M7 -22 h5" stroke="${edge}" stroke-width="1.6"/>` +
    wheel(-28) +
    wheel(28)
  );
}

function drawDog(colour: Rgb, sketch: Sketch): string {
  const coat = sketch.gradient(shade(colour, 0.16), shade(colour, -0.22));
  const far = css(shade(colour, -0.38));
  const line = css(shade(colour, -0.45));
  const leg = (x: number, fill: string) =>
    `<path d="M${x} -36 L${x + 1} -4 Q${x + 1} 0 ${x + 6} 0 H${x + 12} Q${x + 13} -4 ${x + 9} -5 L${x + 12} -36" fill="${fill}" stroke="${line}" stroke-width="0.8"/>`;
  return (
    leg(-26, far) +
    leg(16, far) +
    `<path d="M-32 -46 Q-46 -52 -48 -68 Q-40 -64 -34 -54 Z" fill="${coat}" stroke="${line}" stroke-width="0.8"/>` +
    `<path d="M-36 -38 Q-36 -54 -18 -54 H14 Q26 -56 30 -46 Q32 -30 22 -26 Q0 -20 -24 -27 Q-36 -28 -36 -38 Z" fill="${coat}" stroke="${line}" stroke-width="0.8"/>` +
    leg(-35, coat) +
    leg(10, coat) +
    `<path d="M14 -52 Q18 -74 32 -76 Q42 -76 44 -66 L52 -62 Q55 -56 48 -53 L38 -52 Q32 -44 24 -40 Z" fill="${coat}" stroke="${line}" stroke-width="0.8"/>` +
    `<path d="M22 -74 Q14 -72 15 -58 Q20 -52 25 -58 Q28 -68 28 -75 Z" fill="${far}"/>` +
    `<circle cx="37" cy="-67" r="2.3" fill="#111"/><circle cx="37.7" cy="-67.8" r="0.8" fill="#fff"/>` +
    `<ellipse cx="52" cy="-60.5" rx="3.2" ry="2.6" fill="#151515"/>` +
    `<path d="M50 -55 Q44 -53 40 -56" stroke="#222" stroke-width="1" fill="none"/>`
  );
}

function drawFlower(colour: Rgb, sketch: Sketch): string {
  const petal = sketch.ball(shade(colour, 0.25), shade(colour, -0.15));
  const petals = Array.from({ length: 10 }, (_, i) => {
    const turn = i * 36;
    return `<ellipse cx="0" cy="-27" rx="11" ry="20" fill="${petal}" stroke="${css(shade(colour, -0.35))}" stroke-width="0.8" transform="translate(0 -88) rotate(${turn})"/>`;
  });
  const leaf = sketch.gradient([84, 170, 70], [34, 104, 44]);
  return (
    `<path d="M0 0 Q-4 -40 0 -84" stroke="#2f7d38" stroke-width="6" fill="none"/>` +
    `<path d="M-1 -18 Q-22 -44 -40 -36 Q-30 -14 -1 -12 Z" fill="${leaf}"/><path d="M0 -28 Q20 -54 38 -46 Q30 -24 0 -22 Z" fill="${leaf}"/>` +
    petals.join('') +
    `<circle cx="0" cy="-88" r="13" fill="${sketch.ball([250, 190, 60], [190, 110, 20])}"/>`
  );
}

function drawBoat(colour: Rgb, sketch: Sketch): string {
  const hull = sketch.gradient(shade(colour, 0.15), shade(colour, -0.35));
  const sail = sketch.gradient(shade(colour, 0.4), shade(colour, -0.05), 'right');
  const edge = css(shade(colour, -0.45));
  return (
    `<path d="M0 -14 V-106" stroke="#6b4a30" stroke-width="3"/>` +
    `<path d="M3 -102 Q36 -64 42 -24 L3 -24 Z" fill="${sail}" stroke="${edge}" stroke-width="1"/>` +
    `<path d="M-3 -94 Q-26 -60 -32 -24 L-3 -24 Z" fill="${sail}" stroke="${edge}" stroke-width="1"/>` +
    `<path d="M-50 -20 H50 Q44 0 30 2 H-32 Q-44 0 -50 -20 Z" fill="${hull}" stroke="${edge}" stroke-width="1.2"/>` +
    `<path d="M-46 -14 H47" stroke="#fff" stroke-width="2.2" opacity="0.75"/>` +
    `<path d="M-50 3 q9 -6 17 0 t17 0 t17 0 t17 0 t17 0 t14 0" stroke="#e4f4ff" stroke-width="3" fill="none" opacity="0.85"/>`
  );
}

function drawBalloon(colour: Rgb, sketch: Sketch): string {
  const gore = sketch.ball(shade(colour, 0.3), shade(colour, -0.3));
  const stripe = css(shade(colour, -0.35));
  return (
    `<path d="M0 -135 C 62 -135, 62 -70, 13 -34 H-13 C -62 -70, -62 -135, 0 -135 Z" fill="${gore}" stroke="${stripe}" stroke-width="1.2"/>` +
    `<path d="M0 -135 C 24 -110, 20 -66, 5 -34 M0 -135 C -24 -110, -20 -66, -5 -34 M2 -135 C 46 -112, 40 -70, 10 -34 M-2 -135 C -46 -112, -40 -70, -10 -34" fill="none" stroke="${stripe}" stroke-width="1.4" opacity="0.7"/>` +
    `<path d="M-12 -34 L-8 -14 M12 -34 L8 -14 M-4 -34 L-3 -14 M4 -34 L3 -14" stroke="#4a3a2c" stroke-width="1.2"/>` +
    `<rect x="-10" y="-15" width="20" height="15" rx="3" fill="${sketch.gradient([168, 116, 62], [104, 66, 34])}"/><path d="M-10 -12 H10" stroke="#6b4424" stroke-width="2"/>`
  );
}

function drawBird(colour: Rgb, sketch: Sketch): string {
  const body = sketch.gradient(shade(colour, 0.2), shade(colour, -0.25));
  const wing = sketch.gradient(shade(colour, 0.05), shade(colour, -0.35));
  const line = css(shade(colour, -0.45));
  return (
    `<path d="M6 -26 Q0 -54 -22 -62 Q-14 -40 -12 -24 Z" fill="${css(shade(colour, -0.4))}"/>` +
    `<path d="M-28 -20 L-50 -26 L-46 -16 L-50 -8 L-26 -13 Z" fill="${wing}" stroke="${line}" stroke-width="0.8"/>` +
    `<path d="M-32 -18 Q-10 -32 16 -30 Q26 -38 35 -32 Q40 -28 38 -23 Q26 -6 2 -5 Q-18 -6 -32 -18 Z" fill="${body}" stroke="${line}" stroke-width="0.8"/>` +
    `<path d="M14 -24 Q18 -54 4 -68 Q-14 -48 -18 -20 Q0 -12 14 -24 Z" fill="${wing}" stroke="${line}" stroke-width="0.9"/>` +
    `<path d="M8 -60 Q0 -44 -4 -22 M12 -48 Q8 -36 4 -20" stroke="${line}" stroke-width="0.9" fill="none"/>` +
    `<path d="M38 -30 L50 -26 L38 -23 Z" fill="#f0a020"/><circle cx="32" cy="-28.5" r="2" fill="#fff"/><circle cx="32.4" cy="-28.5" r="1.3" fill="#111"/>`
  );
}
