/** Charts, maps, line drawings, cartoons and diagrams as SVG. */
import { Random } from '../../src/base/random.ts';

export interface Drawing {
  name: string;
  svg: string;
}

const COLOURS = ['#c33', '#36c', '#2a6', '#e90', '#848', '#088', '#a63', '#555'];

function picture(name: string, width: number, height: number, content: string, paper = '#fff'): Drawing {
  const size = `width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"`;
  const ground = `<rect width="100%" height="100%" fill="${paper}"/>`;
  return {
    name,
    svg: `<svg xmlns="http://www.w3.org/2000/svg" ${size} font-family="sans-serif">${ground}${content}</svg>`,
  };
}

const polyline = (points: readonly (readonly number[])[], look: string): string =>
  `<polyline fill="none" points="${points.map((point) => point.map(Math.round).join()).join(' ')}" ${look}/>`;

/** Lines, bars, a pie, points, areas, a histogram. */
export function charts(): Drawing[] {
  const random = new Random(21);
  const axes = '<path d="M60 20V400H620" fill="none" stroke="#000"/>';
  const walk = (steps: number) => {
    let y = 200;
    return Array.from({ length: steps }, (_, i) => {
      y = Math.min(380, Math.max(30, y + 30 * random.normal()));
      return [60 + (560 * i) / (steps - 1), y];
    });
  };
  const label = (text: string) => `<text x="340" y="450" text-anchor="middle" font-size="20">${text}</text>`;
  const lines = COLOURS.slice(0, 3).map((colour) => polyline(walk(40), `stroke="${colour}" stroke-width="3"`));
  const bars = COLOURS.map((colour, i) => {
    const height = 40 + 320 * random.uniform();
    return `<rect x="${80 + 66 * i}" y="${400 - height}" width="50" height="${height}" fill="${colour}"/>`;
  });
  const points = Array.from({ length: 150 }, () => {
    const x = 80 + 520 * random.uniform();
    return `<circle cx="${x}" cy="${380 - 0.5 * x + 40 * random.normal()}" r="5" fill="#36c8"/>`;
  });
  const histogram = Array.from({ length: 28 }, (_, i) => {
    const height = 340 * Math.exp(-(((i - 14) / 6) ** 2));
    return `<rect x="${62 + 20 * i}" y="${400 - height}" width="18" height="${height}" fill="#2a6"/>`;
  });
  const area = polyline([[60, 400], ...walk(30), [620, 400]], 'style="fill:#e908" stroke="#e90" stroke-width="3"');
  return [
    picture('chart-lines', 640, 480, axes + lines.join('') + label('week')),
    picture('chart-bars', 640, 480, axes + bars.join('') + label('country')),
    picture('chart-pie', 500, 500, pie(random)),
    picture('chart-points', 640, 480, axes + points.join('') + label('temperature')),
    picture('chart-histogram', 640, 480, axes + histogram.join('') + label('age')),
    picture('chart-area', 640, 480, axes + area + label('year')),
  ];
}

function pie(random: Random): string {
  let angle = 0;
  return COLOURS.slice(0, 6)
    .map((colour, i) => {
      const [from, to] = [angle, i === 5 ? 2 * Math.PI : angle + 0.5 + random.uniform()];
      angle = to;
      const at = (a: number) => `${250 + 200 * Math.cos(a)} ${250 + 200 * Math.sin(a)}`;
      return `<path d="M250 250L${at(from)}A200 200 0 0 1 ${at(to)}Z" fill="${colour}" stroke="#fff" stroke-width="3"/>`;
    })
    .join('');
}

/** Streets, contour lines, an underground railway, islands. */
export function maps(): Drawing[] {
  const random = new Random(22);
  const streets = Array.from({ length: 26 }, (_, i) => {
    const at = 25 * i + 14 * random.uniform();
    const slope = 60 * random.normal();
    const points =
      i % 2 === 0
        ? [
            [0, at],
            [640, at + slope],
          ]
        : [
            [at, 0],
            [at + slope, 640],
          ];
    return polyline(points, `stroke="#fff" stroke-width="${i % 5 === 0 ? 14 : 6}"`);
  });
  const water =
    '<path d="M0 480C200 380 420 600 640 470V640H0Z" fill="#9cd"/><rect x="380" y="60" width="180" height="130" fill="#bdb"/>';
  const hills = Array.from({ length: 24 }, (_, i) => {
    const ring = Array.from({ length: 73 }, (_, j) => {
      const angle = (j * Math.PI) / 36;
      const radius = (12 + 14 * i) * (1 + 0.2 * Math.sin(3 * angle + i / 9) + 0.1 * Math.cos(5 * angle));
      return [300 + radius * Math.cos(angle), 330 + radius * Math.sin(angle)];
    });
    return polyline(ring, `stroke="#964" stroke-width="${i % 5 === 0 ? 3 : 1}"`);
  });
  const railway = COLOURS.slice(0, 5).map((colour, i) => {
    const stops = Array.from({ length: 7 }, (_, j) => [40 + 95 * j, 80 + 100 * ((i + ((j * (i + 2)) % 4)) % 5)]);
    const dots = stops.map(
      ([x, y]) => `<circle cx="${x}" cy="${y}" r="8" fill="#fff" stroke="#000" stroke-width="3"/>`,
    );
    return polyline(stops, `stroke="${colour}" stroke-width="10" stroke-linejoin="round"`) + dots.join('');
  });
  const islands = Array.from({ length: 9 }, () => {
    const [x, y, size] = [60 + 520 * random.uniform(), 60 + 360 * random.uniform(), 25 + 50 * random.uniform()];
    return `<ellipse cx="${x}" cy="${y}" rx="${size}" ry="${0.6 * size}" fill="#eda" stroke="#864"/><text x="${x}" y="${y}">Isle</text>`;
  });
  return [
    picture('map-streets', 640, 640, water + streets.join(''), '#eee8dd'),
    picture('map-contours', 640, 640, hills.join(''), '#f6f4e8'),
    picture('map-railway', 660, 600, railway.join('')),
    picture('map-islands', 640, 480, islands.join(''), '#bde'),
  ];
}

/** Outlines in black, and cartoons in flat colours, of things that photos show too. */
export function drawings(): Drawing[] {
  const ink = 'fill="none" stroke="#000" stroke-width="4" stroke-linecap="round"';
  const outlines: Record<string, string> = {
    house: 'M80 400V220L220 100L360 220V400ZM180 400V300H260V400M110 250H160V300H110ZM290 250H340V300H290Z',
    cat: 'M120 200A90 90 0 1 0 320 200L320 100L270 135A95 95 0 0 0 170 135L120 100ZM180 190V200M260 190V200M205 230L220 240L235 230M130 230H60M310 230H380M150 280C80 340 80 420 120 430H320C360 420 350 340 290 280',
    tree: 'M210 430V280M240 430V280M225 280C80 300 80 160 160 170C150 60 300 60 290 170C380 160 370 300 225 280M210 340L170 310M240 360L280 330',
    face: 'M225 60A150 170 0 1 0 226 60M170 190A18 10 0 1 0 171 190M280 190A18 10 0 1 0 281 190M225 200L210 270H240M170 320C200 350 250 350 280 320',
    bicycle:
      'M60 320A70 70 0 1 0 200 320A70 70 0 1 0 60 320M270 320A70 70 0 1 0 410 320A70 70 0 1 0 270 320M130 320L190 200H300L230 320ZM230 320L190 200L180 180M340 320L300 200L320 170H350',
    plan: 'M40 60H420V420H40ZM40 200H200V60M200 200V260M200 320V420M260 60V180H420M200 320H300M360 320H420',
  };
  const cartoon = (hair: string, skin: string, cloth: string, ground: string) =>
    `<rect y="360" width="480" height="120" fill="${ground}"/><rect x="170" y="250" width="140" height="160" rx="40" fill="${cloth}"/>
    <circle cx="240" cy="170" r="85" fill="${skin}"/><path d="M155 165A85 85 0 0 1 325 165Z" fill="${hair}"/>
    <circle cx="210" cy="180" r="12"/><circle cx="270" cy="180" r="12"/><path d="M205 215Q240 245 275 215" fill="none" stroke="#000" stroke-width="6"/>`;
  return [
    ...Object.entries(outlines).map(([name, path]) =>
      picture(`outline-${name}`, 460, 480, `<path d="${path}" ${ink}/>`),
    ),
    picture('cartoon-child', 480, 480, cartoon('#a52', '#fdb', '#e33', '#6c5'), '#8cf'),
    picture('cartoon-man', 480, 480, cartoon('#222', '#c96', '#36a', '#ccc'), '#fe9'),
    picture('cartoon-robot', 480, 480, cartoon('#888', '#bbb', '#777', '#444'), '#dcf'),
  ];
}

/** Flow charts, circuits, trees of boxes, sheet music, posters. */
export function diagrams(): Drawing[] {
  const random = new Random(23);
  const box = (x: number, y: number, text: string) =>
    `<rect x="${x}" y="${y}" width="130" height="60" rx="8" fill="#eef" stroke="#336"/><text x="${x + 65}" y="${y + 36}" text-anchor="middle">${text}</text>`;
  const flow = (columns: number) =>
    Array.from({ length: 3 * columns }, (_, i) => {
      const [x, y] = [40 + 190 * (i % columns), 60 + 140 * Math.floor(i / columns)];
      return `${box(x, y, `Step ${i + 1}`)}<path d="M${x + 65} ${y + 60}v80M${x + 130} ${y + 30}h60" stroke="#336" stroke-width="2"/>`;
    }).join('');
  const staves = Array.from({ length: 5 }, (_, stave) => {
    const lines = [0, 12, 24, 36, 48].map((dy) => `<path d="M40 ${60 + 120 * stave + dy}H700" stroke="#000"/>`);
    const notes = Array.from({ length: 16 }, (_, i) => {
      const [x, y] = [70 + 39 * i, 50 + 120 * stave + 6 * random.integer(10)];
      return `<ellipse cx="${x}" cy="${y}" rx="8" ry="6"/><path d="M${x + 8} ${y}V${y - 40}" stroke="#000" stroke-width="2"/>`;
    });
    return [...lines, ...notes].join('');
  });
  const circuit = Array.from({ length: 40 }, () => {
    const [x, y] = [20 * (2 + random.integer(28)), 20 * (2 + random.integer(20))];
    return `<path d="M${x} ${y}h${20 * (1 + random.integer(6))}v${20 * (1 + random.integer(5))}" fill="none" stroke="#060" stroke-width="4"/><circle cx="${x}" cy="${y}" r="6" fill="#c90"/>`;
  });
  const poster = (words: readonly string[], paper: string, colour: string) =>
    picture(
      `poster-${words[0]!.toLowerCase()}`,
      480,
      680,
      words
        .map(
          (word, i) =>
            `<text x="30" y="${150 + 130 * i}" font-size="110" font-weight="bold" fill="${colour}">${word}</text>`,
        )
        .join(''),
      paper,
    );
  return [
    picture('flow-3', 620, 480, flow(3)),
    picture('flow-4', 800, 480, flow(4)),
    picture('music', 740, 660, staves.join('')),
    picture('circuit', 640, 480, circuit.join(''), '#184'),
    poster(['SALE', 'TODAY', '50 %'], '#d22', '#fff'),
    poster(['OPEN', 'HOUSE'], '#fd0', '#222'),
    poster(['No', 'entry'], '#fff', '#c00'),
  ];
}
