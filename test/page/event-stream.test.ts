import { expect, test } from 'vitest';
import { eventsOf } from '../../src/page/event-stream.ts';

/** A body that comes in these pieces, and what it said when it was no longer wanted. */
function bodyOf(pieces: readonly Uint8Array[], onCancel = () => {}): ReadableStream<Uint8Array<ArrayBuffer>> {
  const waiting = pieces.map((piece) => Uint8Array.from(piece));
  return new ReadableStream({
    pull(controller) {
      const piece = waiting.shift();
      if (piece) controller.enqueue(piece);
      else controller.close();
    },
    cancel: onCancel,
  });
}

async function readAll(body: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<string[]> {
  const events: string[] = [];
  for await (const event of eventsOf(body)) events.push(event);
  return events;
}

test('reads events however the bytes are cut', async () => {
  const bytes = new TextEncoder().encode(
    'data: {"text":"été"}\n\n: still there\n\ndata: a\ndata: b\r\n\r\ndata: [DONE]\n\n',
  );
  const expected = ['{"text":"été"}', 'a\nb', '[DONE]'];
  expect(await readAll(bodyOf([bytes]))).toEqual(expected);
  expect(await readAll(bodyOf(Array.from(bytes, (byte) => Uint8Array.of(byte))))).toEqual(expected);
});

test('lets go of the body when nobody reads on', async () => {
  let cancelled = false;
  const body = bodyOf(Array(10).fill(new TextEncoder().encode('data: a\n\n')), () => {
    cancelled = true;
  });
  for await (const event of eventsOf(body)) {
    expect(event).toBe('a');
    break;
  }
  await expect.poll(() => cancelled).toBe(true);
});
