/**
 * Makes pictures that are no photos, to see how sure a captioner is of what it says about them:
 *
 *     npx tsx scripts/make-non-photos.ts FOLDER [CHROMIUM]
 *     caption describe --json FOLDER/measured
 *
 * Screenshots, charts, drawings, scans and noise, always the same ones: `measured` is what results are told of, `tried` are
 * others, of other kinds, by which a way to measure confidence is chosen. Web pages are drawn by Chromium (`chromium` on
 * the PATH where it is not named), all else by sharp.
 */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import sharp, { type Sharp } from 'sharp';
import { inPackage } from '../src/base/files.ts';
import { charts, diagrams, drawings, maps } from './non-photos/drawings.ts';
import { desktopPages, documentPages, type HtmlPage } from './non-photos/pages.ts';
import { games, noise, patterns, type Raster } from './non-photos/patterns.ts';
import { scans } from './non-photos/scans.ts';

const [folder, chromium = 'chromium'] = process.argv.slice(2);
if (!folder) throw new Error('usage: npx tsx scripts/make-non-photos.ts FOLDER [CHROMIUM]');

const figures = ['comment-cell', 'mnist-glimpses-mistakes', 'mnist-glimpses', 'quote-cell', 'video-clip'];
const scenes = ['000000000481', '000000000487', '000000000493', '000000000499', '000000000505', '000000000511'];

await make('measured', {
  pages: await documentPages(),
  svgs: [...charts(), ...maps(), ...drawings()],
  rasters: [...noise(), ...scans()],
  files: [
    ...figures.map((name) => inPackage(`docs/pictures/${name}.svg`)),
    ...scenes.map((name) => inPackage(`data/coco-subset/val2017/${name}.jpg`)),
  ],
});
await make('tried', { pages: desktopPages(), svgs: [...diagrams(), ...games()], rasters: patterns(), files: [] });

interface NonPhotos {
  pages: readonly HtmlPage[];
  svgs: readonly { name: string; svg: string }[];
  rasters: readonly Raster[];
  files: readonly string[];
}

async function make(part: string, { pages, svgs, rasters, files }: NonPhotos): Promise<void> {
  const to = (name: string) => join(folder!, part, `${name}.png`);
  await mkdir(join(folder!, part), { recursive: true });
  for (const { name, html, width = 1024, height = 768 } of pages) await screenshot(html, [width, height], to(name));
  for (const { name, svg } of svgs) await save(sharp(Buffer.from(svg)), to(name));
  for (const { name, picture } of rasters) await save(picture, to(name));
  for (const file of files) await save(sharp(await readFile(file)), to(`${basename(file).replace(/\..*/, '')}`));
  console.log(`${pages.length + svgs.length + rasters.length + files.length} pictures in ${join(folder!, part)}`);
}

async function save(picture: Sharp, file: string): Promise<void> {
  await picture.flatten({ background: '#fff' }).png().toFile(file);
}

async function screenshot(html: string, [width, height]: [number, number], file: string): Promise<void> {
  const work = await mkdtemp(join(tmpdir(), 'non-photos-'));
  try {
    const page = join(work, 'page.html');
    await writeFile(page, html);
    const size = `--window-size=${width},${height}`;
    const options = ['--headless', '--no-sandbox', '--hide-scrollbars', size, `--screenshot=${file}`];
    await promisify(execFile)(chromium, [...options, pathToFileURL(page).href], {
      env: { ...process.env, HOME: work },
    });
  } finally {
    await rm(work, { recursive: true });
  }
}
