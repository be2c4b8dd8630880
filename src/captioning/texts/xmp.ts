/**
 * A caption in the XMP of its picture: as its description, `dc:description`, and as the text for those who can't see it,
 * `Iptc4xmpCore:AltTextAccessibility`. Pixels and all else that the file says stay as they are. Knows ExifTool.
 */
import { access, constants, realpath, rm, stat } from 'node:fs/promises';
import { extname, parse, resolve } from 'node:path';
import * as v from 'valibot';
import { InputError, reasonOf } from '../../base/errors.ts';
import { kindAt } from '../../base/files.ts';
import { parseJson } from '../../base/json.ts';
import { ExifTool } from './exiftool.ts';
import type { PictureTexts } from './picture-texts.ts';
import { besidePicture } from './sidecar.ts';

/** The formats that have XMP in them; others get a file `photo.xmp` beside them. */
const WITH_XMP = /^\.(jpe?g|jpe|jfif|png|webp|gif|tiff?|avif)$/i;

/** As ExifTool is asked for them; its answer has what is behind the colon. */
const TAGS = ['XMP-dc:Description', 'XMP-iptcCore:AltTextAccessibility'] as const;

/** Milliseconds after which nobody is writing any more what ExifTool is to put in place of a picture. */
const LEFT_AFTER = 60_000;

/** Removes what an ExifTool has left that was killed, on account of which the next one would refuse the picture. */
async function removeLeftOver(temporary: string): Promise<void> {
  const left = await stat(temporary).catch(() => undefined);
  if (left && Date.now() - left.mtimeMs > LEFT_AFTER) await rm(temporary, { force: true });
}

const found = v.tuple([v.record(v.string(), v.unknown())]);

export interface XmpOptions {
  /** Replaces what stands there; else only the one of both that is missing is written. Default: false */
  overwrite?: boolean | undefined;
  /** The time at which a picture was last changed stays what it is. Default: false */
  keepTimes?: boolean | undefined;
}

/** Captions in XMP. @throws InputError when ExifTool is not installed */
export async function xmpTexts({ overwrite = false, keepTimes = false }: XmpOptions = {}): Promise<PictureTexts> {
  const tool = await ExifTool.open();
  const placeOf = (file: string) => resolve(WITH_XMP.test(extname(file)) ? file : besidePicture(file, '.xmp'));

  /** The tags without a text. */
  const missing = async (file: string): Promise<string[]> => {
    const place = placeOf(file);
    if (place !== resolve(file) && (await kindAt(place)) === undefined) return [...TAGS];
    const { output, complaint } = await tool.run(['-json', ...TAGS.map((tag) => `-${tag}`), place]);
    if (output === '') throw new InputError(`cannot read what ${file} says`, { found: complaint });
    const [said] = parseJson(output, found, `what ExifTool says of ${file}`);
    return TAGS.filter((tag) => String(said[tag.replace(/.*:/, '')] ?? '').trim() === '');
  };

  return {
    placeOf,
    has: async (file) => (await missing(file)).length === 0,
    async write(file, text) {
      const place = await realpath(placeOf(file)).catch(() => placeOf(file)); // a link stays one: its picture is written
      try {
        // ExifTool puts a new file in place of the old one, whatever the permissions of that are.
        if ((await kindAt(place)) !== undefined) await access(place, constants.W_OK);
        await removeLeftOver(`${place}_exiftool_tmp`);
      } catch (error) {
        throw new InputError(`cannot write ${place}`, { found: reasonOf(error), cause: error });
      }
      const tags = overwrite ? TAGS : await missing(file);
      if (tags.length === 0) return;
      const times = keepTimes ? ['-P'] : [];
      const { output, complaint } = await tool.run([
        '-overwrite_original',
        ...times,
        ...tags.map((tag) => `-${tag}=${text.replace(/\s+/g, ' ')}`),
        place,
      ]);
      if (!/\b1 image files (updated|created)/.test(output)) {
        throw refused(place, complaint.replace(/ - .*/, '') || output);
      }
    },
    close: () => tool.close(),
  };
}

/** What ExifTool calls formats, and how files of them are named. */
const ENDINGS: Readonly<Record<string, string>> = {
  JPEG: 'jpg',
  PNG: 'png',
  GIF: 'gif',
  TIFF: 'tif',
  RIFF: 'webp',
  MOV: 'avif',
};

/** Why a picture was not written, by ExifTool's words: it goes by the name of a file, not by what is in it. */
function refused(place: string, complaint: string): InputError {
  const [, named, format = ''] = /Not a valid (\S+) \(looks more like an? (?!TXT)(\S+)\)/.exec(complaint) ?? []; // TXT: torn
  if (named === undefined) return new InputError(`cannot write ${place}`, { found: complaint });
  const ending = ENDINGS[format];
  return new InputError(`cannot write ${place}`, {
    found: ending?.toUpperCase() ?? format,
    expected: `${named}, as its name says`,
    advice: `Rename it by what it is${ending === undefined ? '' : `, to ${parse(place).name}.${ending}`}`,
  });
}
