/**
 * Renders short clips of shapes whose labels depend on what came before, to train `seq` on:
 *
 *     npx tsx scripts/make-clips.ts FOLDER [CLIPS] [SEED]
 *     seq train FOLDER --task tag
 *
 * By default 240 clips of 16 frames, always the same ones.
 */
import { writeClips } from './clips/write.ts';

const [folder, clips = '240', seed = '1'] = process.argv.slice(2);
if (!folder) throw new Error('usage: npx tsx scripts/make-clips.ts FOLDER [CLIPS] [SEED]');
await writeClips(folder, Number(clips), Number(seed));
console.log(`${clips} clips in ${folder}`);
