import sharp from 'sharp';

/** Pixels of the longer side. */
const SIZE = 160;

/** A picture as a small JPEG that stands in the page itself; undefined where it can't be read. */
export async function thumbnail(file: string): Promise<string | undefined> {
  try {
    const jpeg = await sharp(file, { failOn: 'none' })
      .autoOrient()
      .resize(SIZE, SIZE, { fit: 'inside', withoutEnlargement: true })
      .flatten({ background: 'white' })
      .jpeg({ quality: 70, mozjpeg: true })
      .toBuffer();
    return `data:image/jpeg;base64,${jpeg.toString('base64')}`;
  } catch {
    return undefined; // a report is worth having without one of its pictures
  }
}
