import { chmod, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readToken } from '../../src/server/token-file.ts';
import { temporaryFolder } from '../training/small-training.ts';

const folder = await temporaryFolder();
afterAll(() => rm(folder, { recursive: true }));
const path = join(folder, 'token');

const TOKEN = 'a+Long/token==';

test.each([
  ['a line end', `${TOKEN}\n`],
  ['none', TOKEN],
  ['a line end of Windows', `${TOKEN}\r\n`],
  ['a byte order mark', `\ufeff${TOKEN}\n`],
  ['blanks and blank lines', `\n \t${TOKEN}  \r\n\r\n`],
  ['UTF-16, as PowerShell writes it', Buffer.from(`\ufeff${TOKEN}\r\n`, 'utf16le')],
])('a token is read from a file with %s', async (_, content) => {
  await writeFile(path, content);
  expect(await readToken(path)).toBe(TOKEN);
});

test.each([
  ['nothing', '', /holds no token: found nothing, expected a line of at least 8 /],
  ['blanks', ' \r\n', /holds no token: found nothing/],
  ['few letters', 'secret1', /holds no token: found 7 characters/],
  ['several lines', 'secret-token\nsecret-token', /holds no token: found 2 lines/],
  ['several words', 'secret token', /holds no token: found a space/],
  ['letters that no header can bring', 'secret-tokén', /holds no token: found a space, or another sign/],
  ['a sign of no width', 'secret\u200btoken', /holds no token: found a space, or another sign/],
  ['bytes', Buffer.from('secret\xff\xffsecret', 'latin1'), /is not UTF-8/],
])('a file with %s is refused in a line that does not say it', async (_, content, message) => {
  await writeFile(path, content);
  const refused: Error = await readToken(path).then(
    () => expect.fail('was read'),
    (error) => error,
  );
  expect(refused.name).toBe('InputError');
  expect(refused.message).toMatch(message);
  expect(refused.message).not.toMatch(/secret|\n/);
});

test('so is one that can not be read', async () => {
  await expect(readToken(join(folder, 'none'))).rejects.toThrow(
    /^cannot read the token file .*none: found no such file/,
  );
  await expect(readToken(folder)).rejects.toThrow(/token file/);
  await chmod(path, 0);
  if (process.getuid?.() !== 0) await expect(readToken(path)).rejects.toThrow(/found no permission/); // root reads all
});
