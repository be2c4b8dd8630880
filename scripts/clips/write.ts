import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { Random } from '../../src/base/random.ts';
import { drawFrame, stageByLot } from './draw.ts';
import { labelsOf, tellStory } from './story.ts';

/**
 * Renders clips into a folder, as `seq train --task tag` reads them: a folder of frames for each, with `labels.txt`.
 *
 * @param seed gives the same clips again
 */
export async function writeClips(folder: string, count: number, seed: number): Promise<void> {
  const random = new Random(seed);
  for (let clip = 1; clip <= count; clip++) {
    const story = tellStory(random);
    const stage = stageByLot(random);
    const into = join(folder, `clip-${clip}`);
    await mkdir(into, { recursive: true });
    await writeFile(
      join(into, 'labels.txt'),
      labelsOf(story)
        .map((label) => `${label}\n`)
        .join(''),
    );
    await Promise.all(
      story.map((placed, t) =>
        sharp(Buffer.from(drawFrame(stage, placed)))
          .flatten({ background: '#fff' })
          .jpeg({ quality: 85 })
          .toFile(join(into, `frame-${t + 1}.jpg`)),
      ),
    );
  }
}
