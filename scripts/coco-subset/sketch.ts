/** Helps to write SVG: gradients with their definitions, colours lighter and darker. Knows no object and no scene. */

export type Rgb = readonly [number, number, number];

/** An SVG drawing that grows; shapes that come later lie on top. */
export class Sketch {
  readonly #definitions: string[] = [];
  readonly #shapes: string[] = [];

  add(...shapes: string[]): void {
    this.#shapes.push(...shapes);
  }

  /** A paint that runs from one colour to another, downwards or to the right. */
  gradient(from: Rgb, to: Rgb, direction: 'down' | 'right' = 'down'): string {
    const end = direction === 'down' ? 'x2="0" y2="1"' : 'x2="1" y2="0"';
    return this.#define('linearGradient', `x1="0" y1="0" ${end}`, `${stop(0, from)}${stop(1, to)}`);
  }

  /** A paint that is lit from the upper left, for round things. */
  ball(lit: Rgb, shaded: Rgb): string {
    return this.#define('radialGradient', 'cx="0.35" cy="0.3" r="0.8"', `${stop(0, lit)}${stop(1, shaded)}`);
  }

  /** A paint that fades from the middle to nothing, for glow and shadow. */
  glow(colour: Rgb, opacity: number): string {
    return this.#define('radialGradient', '', `${stop(0, colour, opacity)}${stop(1, colour, 0)}`);
  }

  /** A paint of one colour that grows or wanes to the right; the ends are opacities. */
  fade(colour: Rgb, left: number, right: number): string {
    return this.#define('linearGradient', '', `${stop(0, colour, left)}${stop(1, colour, right)}`);
  }

  /** A filter that lays fine grain over a shape; `x` and `y` are frequencies per pixel. */
  grain(x: number, y: number, strength: number, seed: number): string {
    const noise = `<feTurbulence type="fractalNoise" baseFrequency="${x} ${y}" numOctaves="3" seed="${seed}" result="noise"/>`;
    const grey = `<feColorMatrix in="noise" type="matrix" values="0 0 0 0 0  0 0 0 0 0  0 0 0 0 0  ${strength} 0 0 0 ${-strength / 2.6}" result="dark"/>`;
    const inside = '<feComposite in="dark" in2="SourceGraphic" operator="in" result="grain"/>';
    const merge = '<feMerge><feMergeNode in="SourceGraphic"/><feMergeNode in="grain"/></feMerge>';
    return this.#define('filter', 'x="0" y="0" width="1" height="1"', noise + grey + inside + merge);
  }

  svg(size: number): string {
    const head = `<svg xmlns="http://www.w3.org/2000/svg" width="${size}" height="${size}" viewBox="0 0 256 256">`;
    return `${head}<defs>${this.#definitions.join('')}</defs>${this.#shapes.join('')}</svg>`;
  }

  #define(tag: string, attributes: string, content: string): string {
    const id = `d${this.#definitions.length}`;
    this.#definitions.push(`<${tag} id="${id}" ${attributes}>${content}</${tag}>`);
    return `url(#${id})`;
  }
}

export function css([r, g, b]: Rgb): string {
  return `rgb(${Math.round(r)},${Math.round(g)},${Math.round(b)})`;
}

/** Towards white for a positive share, towards black for a negative one. */
export function shade(colour: Rgb, share: number): Rgb {
  const target = share > 0 ? 255 : 0;
  const mix = (channel: number) => channel + (target - channel) * Math.abs(share);
  return [mix(colour[0]), mix(colour[1]), mix(colour[2])];
}

function stop(offset: number, colour: Rgb, opacity = 1): string {
  return `<stop offset="${offset}" stop-color="${css(colour)}" stop-opacity="${opacity}"/>`;
}
