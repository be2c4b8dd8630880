/** Small copies of pictures, for a page that holds them itself. Knows nothing of what is in them. */
import sharp from 'sharp';

/** Pixels of a thumbnail's longer side. */
const SIZE = 160;

export interface Thumbnail {
  /** The picture itself, as a data URI. */
  source: string;
  width: number;
  height: number;
}

/** A picture as a small JPEG that stands in the page itself; undefined where it can't be read. */
export async function thumbnail(file: string): Promise<Thumbnail | undefined> {
  try {
    const { data, info } = await sharp(file, { failOn: 'none' })
      .autoOrient()
      .resize(SIZE, SIZE, { fit: 'inside', withoutEnlargement: true })
      .flatten({ background: 'white' })
      .jpeg({ quality: 70, mozjpeg: true })
      .toBuffer({ resolveWithObject: true });
    return {
      source: `data:image/jpeg;base64,${data.toString('base64')}`,
      width: info.width,
      height: info.height,
    };
  } catch {
    return undefined; // a report is worth having without one of its pictures
  }
}
