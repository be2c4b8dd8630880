import { expect, it } from 'vitest';
import { idsOf } from '../../src/language/ids.ts';
import { UNKNOWN } from '../../src/text/special-tokens.ts';
import { Vocabulary } from '../../src/text/vocabulary.ts';

it('the ids of tokens are those of the vocabulary, or of its unknown token; without one it is an error', () => {
  expect(idsOf(['b', 'x', 'a'], new Vocabulary([UNKNOWN, 'a', 'b']))).toEqual([2, 0, 1]);
  expect(() => idsOf(['b', 'x'], new Vocabulary(['a', 'b']))).toThrow(
    'the text has "x", which the model has never seen',
  );
});
