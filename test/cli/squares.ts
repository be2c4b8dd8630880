/** Small datasets for the commands: pictures of one colour each. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';

/**
 * Writes a folder of PNGs with metadata.jsonl.
 *
 * @param names colour and, where there are several of it, a number: red, red0, red1
 */
export async function writeSquares(
  folder: string,
  names: readonly string[],
  captionOf = (colour: string) => `a ${colour} square`,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  const lines = names.map(async (name, i) => {
    const background = name.replace(/\d+$/, '');
    const picture = sharp({ create: { width: 8 + i, height: 8, channels: 3, background } }).png();
    await picture.toFile(join(folder, `${name}.png`));
    return `${JSON.stringify({ file_name: `${name}.png`, text: captionOf(background) })}\n`;
  });
  await writeFile(join(folder, 'metadata.jsonl'), await Promise.all(lines));
}
