import { expect, test } from 'vitest';
import { type PhotoResult, toCsv, toJson } from '../../src/page/photos/photo.ts';
import { PhotoQueue } from '../../src/page/photos/photo-queue.ts';
import type { Description } from '../../src/server/api.ts';

const described = (file: string, ...captions: string[]): PhotoResult => {
  const candidates = captions.map((caption) => ({ caption, logProb: -1, words: [], confidence: 0.5 }));
  const caption = captions[0] ?? null;
  return {
    name: file,
    state: { kind: 'described', description: { file, caption, logProb: -1, confidence: 0.5, candidates } },
  };
};
const failed: PhotoResult = { name: 'b.txt', state: { kind: 'failed', reason: 'b.txt is "no" picture' } };
const photos = [
  described('a, b.jpg', 'a dog', 'a cat', 'a cow'),
  failed,
  described('c.jpg'),
  { name: 'd.jpg', state: { kind: 'waiting' } } as const,
];

test('a table has a line for each photo that is done, quoted where it must be', () => {
  expect(toCsv(photos).split('\r\n')).toEqual([
    'file,caption,confidence,language,others,error',
    '"a, b.jpg",a dog,0.5000,,a cat; a cow,',
    'b.txt,,,,,"b.txt is ""no"" picture"',
    'c.jpg,,0.5000,,,',
    '',
  ]);
});

test('JSON has the descriptions as the API gives them, and what went wrong', () => {
  const [first, second, ...others] = JSON.parse(toJson(photos));
  expect(first).toEqual((photos[0]!.state as { description: Description }).description);
  expect(second).toEqual({ file: 'b.txt', error: 'b.txt is "no" picture' });
  expect(others).toHaveLength(1);
});

test('a queue has eight photos under way, tells of each what becomes of it, and gives up those that are removed', async () => {
  const asked: { name: string; signal: AbortSignal; answer: (error?: Error) => void }[] = [];
  const told: string[] = [];
  const queue = new PhotoQueue(
    ({ name }, signal) =>
      new Promise((resolve, reject) => {
        const answer = (error?: Error) => (error ? reject(error) : resolve({ file: name } as Description));
        signal.addEventListener('abort', () => reject(signal.reason));
        asked.push({ name, signal, answer });
      }),
    ({ name, state }) => told.push(`${name} ${state.kind}`),
  );
  const all = Array.from({ length: 10 }, (_, i) => ({
    name: `${i}`,
    file: new File([], ''),
    state: { kind: 'waiting' } as const,
  }));
  for (const photo of all) queue.add(photo);
  expect(asked).toHaveLength(8);
  queue.remove(all[8]!);
  queue.remove(all[0]!);
  expect(asked[0]!.signal.aborted).toBe(true);
  asked[1]!.answer();
  asked[2]!.answer(new Error('no picture'));
  await expect.poll(() => asked.map(({ name }) => name)).toEqual(['0', '1', '2', '3', '4', '5', '6', '7', '9']);
  expect(told.filter((one) => /failed|described/.test(one))).toEqual(['1 described', '2 failed']);
});
