import { describe, expect, it } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { Conversation } from '../../src/language/conversation.ts';
import type { Written } from '../../src/language/write.ts';
import { wasm } from '../nn/engines.ts';
import { randomTextModel } from './random-text-model.ts';

const greedy = { temperature: 0, random: new Random(1) };
const textOf = (pieces: Iterable<Written>) => Array.from(pieces, ({ text }) => text).join('');

describe('a conversation', () => {
  const model = randomTextModel(wasm, ['\n', 'a', 'b', 'c']);

  it('is one text, which the model remembers: as if all before had been a prime', () => {
    const conversation = new Conversation(model);
    const first = textOf(conversation.reply('ab', { length: 5 }, greedy));
    expect(first).toBe(textOf(model.write({ prime: '\nab\n', length: 5, temperature: 0 })));
    const second = textOf(conversation.reply('c', { length: 5 }, greedy));
    const before = `\nab\n${first}${first.endsWith('\n') ? '' : '\n'}c\n`;
    expect(second).toBe(textOf(model.write({ prime: before, length: 5, temperature: 0 })));
  });

  it('remembers of a reply that was stopped what was taken of it', () => {
    const conversation = new Conversation(model);
    const taken: string[] = [];
    for (const { text } of conversation.reply('ab', { length: 50 }, greedy)) if (taken.push(text) === 3) break;
    const first = taken.join('');
    const before = `\nab\n${first}${first.endsWith('\n') ? '' : '\n'}c\n`;
    const second = textOf(conversation.reply('c', { length: 5 }, greedy));
    expect(second).toBe(textOf(model.write({ prime: before, length: 5, temperature: 0 })));
  });

  it('refuses what the model has never seen, and goes on as if that had not been said', () => {
    const [one, other] = [new Conversation(model), new Conversation(model)];
    for (const conversation of [one, other]) textOf(conversation.reply('ab', { length: 5 }, greedy));
    expect(() => one.reply('x', { length: 5 }, greedy)).toThrow('the line has "x", which the model has never seen');
    expect(textOf(one.reply('a', { length: 9 }, greedy))).toBe(textOf(other.reply('a', { length: 9 }, greedy)));
  });

  it('with a model of sequences begins one with each line, and carries nothing on', () => {
    const lines = randomTextModel(wasm, ['a', 'b', 'c'], { sequences: { are: 'lines' } });
    const conversation = new Conversation(lines);
    const replies = ['ab', 'c', 'ab'].map((line) => textOf(conversation.reply(line, { length: 9 }, greedy)));
    expect(replies[2]).toBe(replies[0]);
    expect(replies[0]).toBe(textOf(lines.write({ prime: 'ab', length: 9, temperature: 0 })));
  });
});
