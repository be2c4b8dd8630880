import { expect, it } from 'vitest';
import { missedWords } from '../../../src/captioning/report/missed-words.ts';
import { vocabularyOf } from '../small-captioning.ts';

it('words missed are those that people wrote and the captioner never did, frequent ones first, by whether it knows them', () => {
  const vocabulary = vocabularyOf(['a dog runs in the snow with a ball']);
  const references = [
    ['A dog in the snow.', 'The DOG with a ball'],
    ['A puppy in snow', 'Snow and a spaniel', 'the spaniel'],
  ];
  expect(missedWords(['a dog runs', 'the dog'], references, vocabulary)).toEqual({
    known: [
      ['snow', 3],
      ['in', 2],
      ['ball', 1],
      ['with', 1],
    ],
    unknown: [
      ['spaniel', 2],
      ['and', 1],
      ['puppy', 1],
    ],
    unknownShare: 4 / 20,
  });
});

it('of nobody no words are missed', () => {
  expect(missedWords(['a dog'], [], vocabularyOf(['a dog']))).toEqual({
    known: [],
    unknown: [],
    unknownShare: 0,
  });
});
