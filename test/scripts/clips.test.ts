import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type Label, labelsOf, type Placed, type Shape, tellStory } from '../../scripts/clips/story.ts';
import { writeClips } from '../../scripts/clips/write.ts';
import { Random } from '../../src/base/random.ts';
import { temporaryFolder } from '../training/small-training.ts';

const root = await temporaryFolder();
afterAll(() => rm(root, { recursive: true }));

const ball: Shape = { look: 'ball', colour: 'red', radius: 40 };
const box: Shape = { look: 'box', colour: 'blue', radius: 40 };
const at = (x: number, shape = ball): Placed => ({ shape, x });

describe('labelsOf', () => {
  it.each<[Placed[][], Label[]]>([
    [
      [[], [at(10)], [at(60)], [at(60)], [at(10)], []],
      ['nothing yet', 'moves right', 'moves right', 'rests', 'moves left', 'gone'],
    ],
    [
      [[], [at(250)], [], [at(250)], [at(250)]],
      ['nothing yet', 'moves left', 'gone', 'back again', 'back again'],
    ],
    [
      [[], [at(250)], [], [at(250, box)], [], [at(10)]],
      ['nothing yet', 'moves left', 'gone', 'another', 'gone', 'back again'],
    ],
    [
      [[], [at(60)], [at(60), at(200, box)], [at(60), at(140, box)], [at(60), at(200, box)], [at(60)], []],
      ['nothing yet', 'moves right', 'moves left', 'has collided', 'has collided', 'has collided', 'gone'],
    ],
    [
      [[], [at(60)], [at(60), at(200, box)], [at(60), at(150, box)], [at(60), at(200, box)]],
      ['nothing yet', 'moves right', 'moves left', 'moves left', 'moves right'],
    ],
  ])('says what happens by what came before: %#', (story, labels) => {
    expect(labelsOf(story)).toEqual(labels);
  });
});

describe('tellStory', () => {
  const stories = Array.from({ length: 200 }, (_, seed) => tellStory(new Random(seed)));

  it('begins with an empty stage, has sixteen frames, and is the same for the same seed', () => {
    for (const [seed, story] of stories.entries()) {
      expect(story).toHaveLength(16);
      expect(story[0]).toEqual([]);
      expect(tellStory(new Random(seed))).toEqual(story);
    }
  });

  it('has each label often enough to be learned', () => {
    const labels = stories.flatMap(labelsOf);
    const counts = new Map(labels.map((label) => [label, labels.filter((other) => other === label).length]));
    expect(counts.size).toBe(8);
    for (const [label, count] of counts) expect(count, label).toBeGreaterThan(0.04 * labels.length);
  });

  it('lets shapes overlap or stay clearly apart, so that it can be seen whether they touch', () => {
    const pairs = stories.flat().filter(({ length }) => length === 2);
    const gaps = pairs.map(([a, b]) => Math.abs(a!.x - b!.x) - a!.shape.radius - b!.shape.radius);
    expect(gaps.some((gap) => gap < 0)).toBe(true);
    expect(gaps.filter((gap) => gap > -2 && gap < 10)).toEqual([]);
  });

  it('has other labels when it is told backwards, so that a frame alone does not say them', () => {
    const changed = stories.map((story) => {
      const backwards = labelsOf(story.toReversed()).toReversed();
      return labelsOf(story).filter((label, t) => label !== backwards[t]).length / story.length;
    });
    expect(changed.reduce((sum, share) => sum + share, 0) / changed.length).toBeGreaterThan(0.5);
  });
});

it('writeClips writes the frames of each clip and a label for each, the same for the same seed', async () => {
  const hashes = async (folder: string) => {
    await writeClips(join(root, folder), 2, 7);
    const names = (await readdir(join(root, folder), { recursive: true })).filter((name) => name.includes('.')).sort();
    return Promise.all(
      names.map(async (name) => [name, (await readFile(join(root, folder, name))).toString('base64')]),
    );
  };
  const once = await hashes('once');
  expect(once).toHaveLength(2 * 17);
  expect(await hashes('twice')).toEqual(once);
});
