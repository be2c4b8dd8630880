/**
 * A picture on a page that shows for each word of its caption where it comes from: a smooth map over the picture, drawn
 * from a few values by the script in src/page/explained. Knows no captioner.
 */
import { readFile } from 'node:fs/promises';
import { inPackage } from '../../base/files.ts';
import { Html, html } from '../../report/html.ts';
import type { Thumbnail } from '../../report/thumbnail.ts';
import { frameLayout, mapBytes } from './shown-maps.ts';
import type { WordMaps } from './word-maps.ts';

/**
 * The picture in its frame, with what the script needs. Without a script it is the picture alone. The figure that it
 * stands in has the words in `.said`, a span each.
 */
export function explainedFrame({ source, width, height }: Thumbnail, alt: string, maps: WordMaps): Html {
  const { width: share, map } = frameLayout(maps, { width, height });
  const values = Buffer.from(mapBytes(maps)).toString('base64');
  return html`<div class="looked" data-maps="${values}"><div style="width:${share};aspect-ratio:${width}/${height}"><img src="${source}" width="${width}" height="${height}" alt="${alt}" decoding="async"><canvas class="map" width="${maps.grid}" height="${maps.grid}" style="left:${map.left};top:${map.top};width:${map.width};height:${map.height}" aria-hidden="true"></canvas></div></div>`;
}

/** What a page needs that has such pictures: a style, and a script at its end. The build made them of src/page/explained. */
export async function explainedLook(): Promise<{ style: Html; script: Html }> {
  const [style, script] = await Promise.all(['style.css', 'script.js'].map(builtFile));
  return { style: style!, script: html`<script>${script}</script>\n` };
}

async function builtFile(name: string): Promise<Html> {
  return new Html(await readFile(inPackage(`dist/explained-page/${name}`), 'utf8'));
}
