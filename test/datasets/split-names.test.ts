import { describe, expect, it } from 'vitest';
import { splitInName, splitOfPath } from '../../src/datasets/split-names.ts';

describe('the split that a name says', () => {
  it.each([
    ['val/p3.jpg', 'val'],
    ['./images/Training/p3.jpg', 'train'],
    ['images\\dev\\p3.jpg', 'val'],
    ['p3.jpg', undefined],
    ['test', undefined],
    ['constructor/p3.jpg', undefined],
  ])('of a path %s is %s', (path, split) => {
    expect(splitOfPath(path)).toBe(split);
  });

  it.each([
    ['captions_val2017.json', 'val'],
    ['caption_train_annotations_20170902.json', 'train'],
    ['valid/_annotations.coco.json', 'val'],
    ['TEST.json', 'test'],
    ['constructor.json', undefined],
    ['valley.json', undefined],
  ])('of a file %s is %s', (name, split) => {
    expect(splitInName(name)).toBe(split);
  });
});
