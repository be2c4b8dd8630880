import { spawnSync } from 'node:child_process';
import { lstat, mkdir, readdir, readFile, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { InputError } from '../../../src/base/errors.ts';
import type { PictureTexts } from '../../../src/captioning/texts/picture-texts.ts';
import { sidecarTexts } from '../../../src/captioning/texts/sidecar.ts';
import { type XmpOptions, xmpTexts } from '../../../src/captioning/texts/xmp.ts';
import { temporaryFolder } from '../../training/small-training.ts';

const root = await temporaryFolder();
afterAll(() => rm(root, { recursive: true }));
const isInstalled = spawnSync('exiftool', ['-ver']).status === 0;
const TEXT = 'a "red" square & <more>, groß';

/** A picture that says who has made it. */
async function picture(name: string): Promise<string> {
  const file = join(root, name);
  await sharp({ create: { width: 40, height: 30, channels: 3, background: 'red' } })
    .composite([{ input: { create: { width: 9, height: 9, channels: 3, background: 'blue' } }, left: 3, top: 5 }])
    .withExif({ IFD0: { Artist: 'Ada' } })
    .toFile(file);
  return file;
}

describe('texts beside pictures', () => {
  it('stand in a file of the same name, and one that is empty is none', async () => {
    const file = join(root, 'a.b.jpg');
    expect(await sidecarTexts.has(file)).toBe(false);
    await sidecarTexts.write(file, TEXT);
    expect(await readFile(join(root, 'a.b.txt'), 'utf8')).toBe(`${TEXT}\n`);
    expect(await sidecarTexts.has(file)).toBe(true);
    await writeFile(join(root, 'a.b.txt'), ' \n');
    expect(await sidecarTexts.has(file)).toBe(false);
    await expect(sidecarTexts.write(join(root, 'a.b.txt', 'c.jpg'), TEXT)).rejects.toThrow(
      /^cannot write .*c\.txt: found/,
    );
  });
});

describe.runIf(isInstalled)('texts in the XMP of pictures', () => {
  async function using<Result>(options: XmpOptions, work: (texts: PictureTexts) => Promise<Result>): Promise<Result> {
    const texts = await xmpTexts(options);
    try {
      return await work(texts);
    } finally {
      await texts.close();
    }
  }
  const tagsOf = (file: string) => {
    const tags = ['-XMP-dc:Description', '-XMP-dc:Rights', '-XMP-iptcCore:AltTextAccessibility', '-Artist'];
    const { stdout } = spawnSync('exiftool', ['-json', ...tags, file], { encoding: 'utf8' });
    const { SourceFile: _, ...rest } = JSON.parse(stdout)[0];
    return rest;
  };
  const pixelsOf = (file: string) => sharp(file).raw().toBuffer();

  it.each(['a.jpg', 'a.png', 'a.webp', 'a ö $x.jpg'])(
    'change no pixel and nothing else that is said: %s',
    async (name) => {
      const file = await picture(name);
      const before = await pixelsOf(file);
      await using({}, async (texts) => {
        expect(await texts.has(file)).toBe(false);
        await texts.write(file, TEXT);
        expect(await texts.has(file)).toBe(true);
      });
      expect(tagsOf(file)).toEqual({ Description: TEXT, AltTextAccessibility: TEXT, Artist: 'Ada' });
      expect((await pixelsOf(file)).equals(before)).toBe(true);
      expect((await readdir(root)).filter((entry) => entry.includes('_'))).toEqual([]); // no copies
    },
  );

  it('fill in what is missing, and replace what is there only when that is asked for', async () => {
    const file = await picture('b.jpg');
    spawnSync('exiftool', ['-overwrite_original', '-XMP-dc:Description=hers', '-XMP-dc:Rights=hers', file]);
    await using({}, async (texts) => {
      expect(await texts.has(file)).toBe(false);
      await texts.write(file, TEXT);
    });
    const rest = { Rights: 'hers', Artist: 'Ada' };
    expect(tagsOf(file)).toEqual({ Description: 'hers', AltTextAccessibility: TEXT, ...rest });
    await using({ overwrite: true }, (texts) => texts.write(file, 'x'));
    expect(tagsOf(file)).toEqual({ Description: 'x', AltTextAccessibility: 'x', ...rest });
  });

  it('keep the time of a picture when that is asked for', async () => {
    const file = await picture('c.png');
    for (const keepTimes of [true, false]) {
      await utimes(file, 1e9, 1e9);
      await using({ keepTimes, overwrite: true }, (texts) => texts.write(file, TEXT));
      expect((await stat(file)).mtimeMs === 1e12).toBe(keepTimes);
    }
  });

  it('are written though an ExifTool that was killed has left half a picture, not while one is at work', async () => {
    const file = await picture('left.jpg');
    const left = `${file}_exiftool_tmp`;
    await writeFile(left, 'half');
    await using({}, async (texts) => {
      await expect(texts.write(file, TEXT)).rejects.toThrow(/^cannot write .*left\.jpg: found .*already exists/);
      await utimes(left, 1, 1);
      await texts.write(file, TEXT);
    });
    expect(tagsOf(file)).toMatchObject({ Description: TEXT });
    expect((await readdir(root)).filter((entry) => entry.includes('_'))).toEqual([]);
  });

  it('are put into the picture that a link leads to', async () => {
    const [file, link] = [await picture('linked.jpg'), join(root, 'link.jpg')];
    await symlink(file, link);
    await using({}, (texts) => texts.write(link, TEXT));
    expect((await lstat(link)).isSymbolicLink()).toBe(true);
    expect(tagsOf(file)).toMatchObject({ Description: TEXT });
  });

  it('stand in a file beside a picture that has no room for them', async () => {
    const file = join(root, 'd.svg');
    const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="3" height="3"/>';
    await writeFile(file, svg);
    await using({}, async (texts) => {
      expect(await texts.has(file)).toBe(false);
      await texts.write(file, TEXT);
      expect(await texts.has(file)).toBe(true);
    });
    expect(tagsOf(join(root, 'd.xmp'))).toEqual({ Description: TEXT, AltTextAccessibility: TEXT });
    expect(await readFile(file, 'utf8')).toBe(svg);
  });

  it('have one line for a picture that is torn or not there, which stays as it was', async () => {
    const torn = join(root, 'torn.jpg');
    await writeFile(torn, 'torn');
    await using({}, async (texts) => {
      await expect(texts.write(torn, TEXT)).rejects.toThrow(
        /^cannot write .*torn\.jpg: found Error: Not a valid JPG[^\n]*$/,
      );
      await expect(texts.has(join(root, 'none.jpg'))).rejects.toThrow(/^cannot read what .*none\.jpg says: found /);
      await expect(texts.has(join(root, 'line\nend.jpg'))).rejects.toThrow(/^ExifTool takes no names with line ends/);
      expect(await texts.has(await picture('e.jpg'))).toBe(false); // it goes on
    });
    expect(await readFile(torn, 'utf8')).toBe('torn');
  });
});

/** An ExifTool that complains of everything alike. */
async function complaining(complaint: string): Promise<PictureTexts> {
  const bin = join(root, 'bin');
  await mkdir(bin, { recursive: true });
  const program = `#!/bin/sh
while read -r line; do
  case "$line" in
    -execute*) echo "{ready\${line#-execute}}"; echo '${complaint}' >&2; echo "{ready\${line#-execute}}" >&2 ;;
    False) exit ;;
  esac
done
`;
  await writeFile(join(bin, 'exiftool'), program, { mode: 0o755 });
  vi.stubEnv('PATH', `${bin}:${process.env['PATH']}`);
  const texts = await xmpTexts({ overwrite: true });
  vi.unstubAllEnvs();
  return texts;
}

it.skipIf(process.platform === 'win32').each([
  [
    'Error: Not a valid JPG (looks more like a PNG) - x.jpg',
    'PNG, expected JPG, as its name says. Rename it by what it is, to named.png',
  ],
  [
    'Error: Not a valid PNG (looks more like a RIFF) - x.jpg',
    'WEBP, expected PNG, as its name says. Rename it by what it is, to named.webp',
  ],
  [
    'Error: Not a valid PNG (looks more like a PSD) - x.jpg',
    'PSD, expected PNG, as its name says. Rename it by what it is',
  ],
  ['Error: Not a valid JPG (torn) - x.jpg', 'Error: Not a valid JPG (torn)'],
  ['Error: Not a valid JPG (looks more like a TXT) - x.jpg', 'Error: Not a valid JPG (looks more like a TXT)'],
])('says what to do with a picture that ExifTool takes for another by its name: %s', async (complaint, found) => {
  const file = await picture('named.jpg');
  const texts = await complaining(complaint);
  await expect(texts.write(file, TEXT)).rejects.toThrow(new InputError(`cannot write ${file}: found ${found}`));
  await texts.close();
});

it('says in one line that ExifTool is not installed', async () => {
  vi.stubEnv('PATH', join(root, 'nothing'));
  await expect(xmpTexts()).rejects.toThrow(
    /^XMP is written by ExifTool, which is not installed: found spawn exiftool ENOENT/,
  );
  vi.unstubAllEnvs();
});
