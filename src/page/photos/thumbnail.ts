/** Small copies of photos, made in the browser, one after another so that memory holds one large picture at a time. */

/** Pixels of the longer side, for screens with two pixels to the point. */
const SIZE = 320;

let last: Promise<unknown> = Promise.resolve();

/** Draws a photo onto a canvas. @returns whether the browser can read it */
export function drawThumbnail(photo: Blob, canvas: HTMLCanvasElement): Promise<boolean> {
  const drawn = last.then(() => draw(photo, canvas));
  last = drawn;
  return drawn;
}

async function draw(photo: Blob, canvas: HTMLCanvasElement): Promise<boolean> {
  if (!canvas.isConnected) return false; // it was removed while it waited
  try {
    const picture = await createImageBitmap(photo);
    const scale = Math.min(1, SIZE / Math.max(picture.width, picture.height));
    canvas.width = Math.max(1, Math.round(scale * picture.width));
    canvas.height = Math.max(1, Math.round(scale * picture.height));
    const context = canvas.getContext('2d')!; // a canvas that has no other context has this one
    context.imageSmoothingQuality = 'high';
    context.drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
    return true;
  } catch {
    return false;
  }
}
