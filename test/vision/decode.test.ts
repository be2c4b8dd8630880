import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { decodePicture } from '../../src/vision/decode.ts';
import { mirror, type Preprocessing, pictureLimits, preprocessingKey } from '../../src/vision/pixels.ts';

const squash: Preprocessing = { size: 16, fit: 'squash' };
const RED = [255, 0, 0];
const BLUE = [0, 0, 255];
const WHITE = [255, 255, 255];

/** A picture whose left part is red and whose right part is blue. */
function redAndBlue(width: number, height: number, redWidth = width / 2) {
  const blue = { create: { width: width - redWidth, height, channels: 3, background: 'blue' } } as const;
  return sharp({ create: { width, height, channels: 3, background: 'red' } }).composite([
    { input: blue, left: redWidth, top: 0 },
  ]);
}

/** The colour at a place given as fractions of width and height. */
function colourAt(pixels: Uint8Array, x: number, y: number, size = 16): number[] {
  const start = (Math.floor(y * size) * size + Math.floor(x * size)) * 3;
  return [...pixels.subarray(start, start + 3)];
}

function expectColour(found: number[], expected: number[], tolerance = 3) {
  const distance = Math.max(...found.map((value, i) => Math.abs(value - expected[i]!)));
  expect(distance, `found ${found}, expected ${expected}`).toBeLessThanOrEqual(tolerance);
}

/** A TIFF of one line of RGB pixels as floats (TIFF 6.0, sections 2 and 19), which sharp does not write. */
function floatTiff(values: readonly number[]): Buffer {
  const entries: [tag: number, type: number, values: number[]][] = [
    [256, 3, [values.length / 3]], // width
    [257, 3, [1]], // height
    [258, 3, [32, 32, 32]], // bits of each sample
    [259, 3, [1]], // not compressed
    [262, 3, [2]], // RGB
    [273, 4, [200]], // where the pixels are
    [277, 3, [3]], // samples of a pixel
    [278, 3, [1]], // rows of a strip
    [279, 4, [4 * values.length]], // its bytes
    [339, 3, [3, 3, 3]], // floats
  ];
  const file = Buffer.alloc(200 + 4 * values.length);
  file.write('II*\0', 'latin1');
  file.writeUInt32LE(8, 4);
  file.writeUInt16LE(entries.length, 8);
  let further = 150;
  for (const [i, [tag, type, found]] of entries.entries()) {
    const at = 10 + 12 * i;
    file.writeUInt16LE(tag, at);
    file.writeUInt16LE(type, at + 2);
    file.writeUInt32LE(found.length, at + 4);
    if (found.length === 1) file.writeUInt32LE(found[0]!, at + 8);
    else {
      file.writeUInt32LE(further, at + 8);
      for (const value of found) further = file.writeUInt16LE(value, further);
    }
  }
  for (const [i, value] of values.entries()) file.writeFloatLE(value, 200 + 4 * i);
  return file;
}

describe('decodePicture', () => {
  test.each(['jpeg', 'png', 'webp', 'avif', 'gif', 'tiff'] as const)('decodes %s', async (format) => {
    const pixels = await decodePicture(await redAndBlue(64, 32).toFormat(format).toBuffer(), squash, 'a');
    expect(pixels).toHaveLength(16 * 16 * 3);
    expectColour(colourAt(pixels, 0.1, 0.5), RED, 6);
    expectColour(colourAt(pixels, 0.9, 0.5), BLUE, 6);
  });

  test('decodes SVG', async () => {
    const svg =
      '<svg xmlns="http://www.w3.org/2000/svg" width="8" height="4"><rect width="4" height="4" fill="red"/></svg>';
    const pixels = await decodePicture(Buffer.from(svg), squash, 'a');
    expectColour(colourAt(pixels, 0.1, 0.5), RED);
    expectColour(colourAt(pixels, 0.9, 0.5), WHITE);
  });

  test('leaves the pixels of a picture of the right size as they are', async () => {
    const noise = Uint8Array.from({ length: 16 * 16 * 3 }, (_, i) => (i * 89) % 256);
    const png = await sharp(noise, { raw: { width: 16, height: 16, channels: 3 } })
      .png()
      .toBuffer();
    expect(Buffer.compare(await decodePicture(png, squash, 'a'), noise)).toBe(0);
  });

  test('squash keeps the whole picture, crop its middle square', async () => {
    const wide = await redAndBlue(64, 16, 16).png().toBuffer(); // a quarter of red
    const whole = await decodePicture(wide, squash, 'a');
    expectColour(colourAt(whole, 0.1, 0.5), RED);
    expectColour(colourAt(whole, 0.4, 0.5), BLUE);
    const middle = await decodePicture(wide, { size: 16, fit: 'crop' }, 'a');
    expectColour(colourAt(middle, 0.1, 0.5), BLUE);
  });

  // EXIF orientation 6: the stored picture must be turned by 90° clockwise, so that its left becomes the top.
  test.each([
    [3, [0.5, 0.1], BLUE, [0.9, 0.1], RED],
    [6, [0.5, 0.1], RED, [0.5, 0.9], BLUE],
    [8, [0.5, 0.1], BLUE, [0.5, 0.9], RED],
  ])('turns EXIF orientation %i upright', async (orientation, [, y1], colour1, [x2, y2], colour2) => {
    const jpeg = await redAndBlue(64, 48).withMetadata({ orientation }).jpeg().toBuffer();
    const pixels = await decodePicture(jpeg, squash, 'a');
    expectColour(colourAt(pixels, 0.1, y1!), colour1, 6);
    expectColour(colourAt(pixels, x2!, y2!), colour2, 6);
  });

  test('puts transparency over white', async () => {
    const clear = { create: { width: 8, height: 8, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } } } as const;
    const half = { create: { ...clear.create, background: { r: 255, g: 0, b: 0, alpha: 0.5 } } } as const;
    expectColour(colourAt(await decodePicture(await sharp(clear).png().toBuffer(), squash, 'a'), 0.5, 0.5), WHITE);
    expectColour(
      colourAt(await decodePicture(await sharp(half).webp({ lossless: true }).toBuffer(), squash, 'a'), 0.5, 0.5),
      [255, 127, 127],
    );
  });

  test('gives grey pictures three equal channels, transparent ones too', async () => {
    const grey = sharp({ create: { width: 8, height: 8, channels: 3, background: '#808080' } }).toColourspace('b-w');
    expectColour(colourAt(await decodePicture(await grey.png().toBuffer(), squash, 'a'), 0.5, 0.5), [128, 128, 128]);
    expectColour(colourAt(await decodePicture(await grey.jpeg().toBuffer(), squash, 'a'), 0.5, 0.5), [128, 128, 128]);
    const alpha = await grey.clone().ensureAlpha(0.5).png().toBuffer();
    expectColour(colourAt(await decodePicture(alpha, squash, 'a'), 0.5, 0.5), [191, 191, 191]);
  });

  test('decodes CMYK', async () => {
    const cmyk = await redAndBlue(64, 32).toColourspace('cmyk').jpeg({ quality: 100 }).toBuffer();
    expect((await sharp(cmyk).metadata()).space).toBe('cmyk');
    const pixels = await decodePicture(cmyk, squash, 'a');
    const [red, green, blue] = colourAt(pixels, 0.1, 0.5) as [number, number, number];
    expect(red).toBeGreaterThan(180);
    expect(green).toBeLessThan(80);
    expect(blue).toBeLessThan(80);
  });

  test.each([3, 1] as const)('takes the upper half of 16-bit values, %i channels', async (channels) => {
    const values = new Uint16Array(8 * 8 * channels).fill(0x4080);
    const space = channels === 3 ? 'rgb16' : 'grey16';
    const png = await sharp(values, { raw: { width: 8, height: 8, channels } })
      .toColourspace(space)
      .png()
      .toBuffer();
    expect((await sharp(png).metadata()).depth).toBe('ushort');
    expectColour(colourAt(await decodePicture(png, squash, 'a'), 0.5, 0.5), [64, 64, 64], 1);
  });

  test('takes the first frame of an animation', async () => {
    const frames = await Promise.all(
      ['red', 'blue'].map((background) =>
        sharp({ create: { width: 8, height: 8, channels: 3, background } })
          .png()
          .toBuffer(),
      ),
    );
    const gif = await sharp(frames, { join: { animated: true } })
      .gif()
      .toBuffer();
    expect((await sharp(gif).metadata()).pages).toBe(2);
    const pixels = await decodePicture(gif, squash, 'a');
    expectColour(colourAt(pixels, 0.5, 0.1), RED);
    expectColour(colourAt(pixels, 0.5, 0.9), RED);
  });

  test('takes the still of an animated AVIF, whose first brand is another one', async () => {
    const avif = await redAndBlue(64, 32).avif().toBuffer();
    avif.write('avis', 8);
    const pixels = await decodePicture(avif, squash, 'a');
    expectColour(colourAt(pixels, 0.1, 0.5), RED, 6);
    expectColour(colourAt(pixels, 0.9, 0.5), BLUE, 6);
    expect(avif.toString('latin1', 8, 12)).toBe('avis'); // what is given stays as it is
  });

  test('decodes the thinnest pictures', async () => {
    for (const [width, height] of [
      [1, 1],
      [2000, 1],
      [1, 2000],
    ] as const) {
      const png = await sharp({ create: { width, height, channels: 3, background: 'red' } })
        .png()
        .toBuffer();
      expectColour(colourAt(await decodePicture(png, squash, 'a'), 0.5, 0.5), RED);
    }
  });

  test.each(['jpeg', 'png', 'webp', 'gif'] as const)('refuses a torn %s', async (format) => {
    const noise = Uint8Array.from({ length: 64 * 64 * 3 }, (_, i) => (i * i * 89) % 251);
    const whole = await sharp(noise, { raw: { width: 64, height: 64, channels: 3 } })
      .toFormat(format)
      .toBuffer();
    const torn = whole.subarray(0, whole.length * 0.6);
    await expect(decodePicture(torn, squash, 'torn.pic')).rejects.toThrow(
      /^cannot decode the picture torn\.pic: found .*damaged/,
    );
  });

  test('refuses what is no picture in one line that quotes its start', async () => {
    const error = await decodePicture(Buffer.from('%!PS-1.7\nand more'), squash, 'a.ps').catch((error) => error);
    expect(error.name).toBe('InputError');
    expect(error.message).toBe(
      String.raw`a.ps is not a picture: found 17 bytes that start with "%!PS-1.7\nand mor", ` +
        'expected a JPEG, PNG, WebP, AVIF, GIF, TIFF or SVG picture',
    );
  });

  test.each([
    ['BMP', 'BM6L\x02\0\0\0\0\0'],
    ['JPEG 2000', '\0\0\0\x0cjP  \r\n\x87\n'],
    ['JPEG XL', '\xff\n\0\0'],
    ['a video', '\0\0\0\x20ftypisom\0\0\x02\0'],
    ["a camera's raw data", 'FUJIFILMCCD-RAW 0201'],
    ["a camera's raw data", 'II*\0\x10\0\0\0CR\x02\0'],
  ])('tells that a file is %s', async (format, start) => {
    const bytes = Buffer.concat([Buffer.from(start, 'latin1'), Buffer.alloc(100)]);
    await expect(decodePicture(bytes, squash, 'a.jpg')).rejects.toThrow(
      `cannot decode the picture a.jpg: found ${format}, expected a JPEG`,
    );
  });

  test('takes a TIFF by the name of a raw file for one, whose first picture is a thumbnail; other bytes for what they are', async () => {
    const [tiff, jpeg] = await Promise.all([redAndBlue(4, 4).tiff().toBuffer(), redAndBlue(4, 4).jpeg().toBuffer()]);
    for (const name of ['a.dng', 'photos/a.NEF', 'a.arw']) {
      await expect(decodePicture(tiff, squash, name)).rejects.toThrow(
        `cannot decode the picture ${name}: found a camera's raw data, expected a JPEG`,
      );
    }
    expect(await decodePicture(jpeg, squash, 'a.dng')).toHaveLength(16 * 16 * 3);
  });

  test('tells that a TIFF is compressed in a way that is not known here, not that it is damaged', async () => {
    const tiff = await redAndBlue(4, 4).tiff({ compression: 'lzw' }).toBuffer();
    const compression = tiff.indexOf(Buffer.from([3, 1, 3, 0, 1, 0, 0, 0, 5, 0])); // the entry of tag 259
    tiff.writeUInt16LE(50_000, compression + 8); // Zstandard
    await expect(decodePicture(tiff, squash, 'a.tif')).rejects.toThrow(/not configured, expected .*Convert it to JPEG/);
  });

  test('refuses an empty file, HEIC, and more than a billion pixels', async () => {
    await expect(decodePicture(Buffer.alloc(0), squash, 'e.jpg')).rejects.toThrow('e.jpg: found an empty file');
    const heic = Buffer.from('\0\0\0\x18ftypheic\0\0\0\0mif1heic');
    await expect(decodePicture(heic, squash, 'i.heic')).rejects.toThrow(/found HEIC.*Convert it to JPEG/);
    const large = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="32767" height="32767"/>');
    await expect(decodePicture(large, squash, 'l.svg')).rejects.toThrow('l.svg is too large');
  });

  test('refuses what costs more than the limits that are set', async () => {
    const png = await redAndBlue(64, 32).png().toBuffer();
    const limited = (limits: Partial<typeof pictureLimits>) =>
      decodePicture(png, squash, 'a.png', { ...pictureLimits, ...limits });
    await limited({ pixels: 2048, side: 64, bytes: png.length, seconds: 60 });
    await expect(limited({ pixels: 2047 })).rejects.toThrow(/a\.png is too large: expected at most 2,047 pixels/);
    await expect(limited({ bytes: 10 })).rejects.toThrow(
      /a\.png is too large: found [\d,]+ bytes, expected at most 10/,
    );
  });

  test('refuses sides that are too long: what is decoded by lines takes memory by their length', async () => {
    const wide = sharp({ create: { width: 65_536, height: 2, channels: 3, background: 'red' } });
    const found = /a is too large: found 65,536 × 2 pixels, expected sides of at most 65,535/;
    await expect(decodePicture(await wide.png().toBuffer(), squash, 'a')).rejects.toThrow(found);
    const longest = sharp({ create: { width: 3, height: 65_500, channels: 3, background: 'red' } }).jpeg();
    const jpeg = await longest.toBuffer();
    expectColour(colourAt(await decodePicture(jpeg, squash, 'a'), 0.5, 0.5), RED);
    const limits = { ...pictureLimits, side: 1000 };
    await expect(decodePicture(jpeg, squash, 'a', limits)).rejects.toThrow('found 3 × 65,500 pixels');
  });

  test('tells HEIC of another brand, and a pointer of Git LFS', async () => {
    const heic = Buffer.from('\0\0\0\x18ftypmif1\0\0\0\0heic');
    await expect(decodePicture(heic, squash, 'i.heic')).rejects.toThrow(/found HEIC.*Convert it to JPEG/);
    const pointer = Buffer.from('version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n');
    await expect(decodePicture(pointer, squash, 'p.jpg')).rejects.toThrow(/p\.jpg was not fetched: .*git lfs pull/);
  });

  test('takes floats from 0 to 1 for what they are', async () => {
    for (const most of [1, 255]) {
      const pixels = await decodePicture(floatTiff([most, 0, 0, 0, 0, most]), squash, 'f.tif');
      expect([pixels[0]! > 200, pixels[2]! < 50]).toEqual([true, true]);
    }
  });
});

test('mirror exchanges left and right, and twice gives the picture back', async () => {
  const pixels = await decodePicture(await redAndBlue(64, 32).png().toBuffer(), squash, 'a');
  const mirrored = mirror(pixels, 16);
  expectColour(colourAt(mirrored, 0.1, 0.2), BLUE);
  expectColour(colourAt(mirrored, 0.9, 0.8), RED);
  expect(Buffer.compare(mirror(mirrored, 16), pixels)).toBe(0);
});

test('preprocessingKey differs with size, fit and the version of the decoding', () => {
  expect(preprocessingKey({ size: 224, fit: 'squash' })).toBe('squash-224-v1');
});
