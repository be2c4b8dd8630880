/** What files are called that hold pictures: those that are read, and those that are not. Opens none. */
import { extname } from 'node:path';

/** The endings by which files are taken for pictures, in lower case. */
export const PICTURE_ENDINGS = ['jpg', 'jpeg', 'jpe', 'jfif', 'png', 'webp', 'gif', 'tif', 'tiff', 'avif', 'svg'];

/** Endings of what cameras write before it is developed, of which many are TIFFs whose first picture is a thumbnail. */
const RAW_ENDING = /^(3fr|arw|cr[23w]|dcr|dng|erf|fff|gpr|iiq|kdc|mef|mos|mrw|nef|nrw|orf|pef|raf|rw[2l]|sr[2fw]|x3f)$/;

/** Endings of other pictures that are not read: those of phones first. */
const UNREAD_ENDINGS = new Set(['heic', 'heif', 'hif', 'bmp', 'jp2', 'jxl', 'psd']);

/** Whether a file's name has the ending of a picture and is not hidden. */
export function isPictureName(name: string): boolean {
  return !name.startsWith('.') && PICTURE_ENDINGS.includes(endingOf(name));
}

/** Whether a file's name has the ending of a picture of a format that is not read, and is not hidden. */
export function isUnreadPictureName(name: string): boolean {
  return !name.startsWith('.') && (UNREAD_ENDINGS.has(endingOf(name)) || isRawName(name));
}

/** Whether a file's name has the ending of a camera's raw file. */
export function isRawName(name: string): boolean {
  return RAW_ENDING.test(endingOf(name));
}

function endingOf(name: string): string {
  return extname(name).slice(1).toLowerCase();
}
