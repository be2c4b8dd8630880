/** Reads server-sent events. Knows nothing of what is in them. */

/** The data of each event of an answer's body, as it comes. */
export async function* eventsOf(body: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<string> {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let waiting = '';
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      const events = (waiting + value).split(/\r?\n\r?\n/);
      waiting = events.pop()!; // split gives one piece at least
      for (const event of events) {
        const data = event
          .split(/\r?\n/)
          .flatMap((line) => (line.startsWith('data:') ? line.slice(5).trimStart() : []));
        if (data.length > 0) yield data.join('\n');
      }
    }
  } finally {
    await reader.cancel().catch(() => {}); // a caller that stops reading wants no more of it
  }
}
