import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { GrowingPage } from '../../src/report/growing-page.ts';
import { temporaryFolder } from '../training/small-training.ts';

const root = await temporaryFolder();
afterAll(() => rm(root, { recursive: true }));
const text = (file: string) => readFile(file, 'utf8');

it('a page is whole after each write: head and foot of now, all content between them', async () => {
  const file = join(root, 'pages', 'page.html');
  const page = new GrowingPage(file);
  await page.write('<0 é>', 'one ', '<a long foot>');
  expect(await text(file)).toBe('<0 é>one <a long foot>');
  await page.write('<1 é>', 'zwölf ', '<foot>');
  expect(await text(file)).toBe('<1 é>one zwölf <foot>');
  await page.write('<2 é>', '', '<another foot>');
  expect(await text(file)).toBe('<2 é>one zwölf <another foot>');
  await expect(page.write('<10 é>', 'three', '<foot>')).rejects.toThrow(RangeError);
  await page.close();
  expect(await text(file)).toBe('<2 é>one zwölf <another foot>');
  expect(await readdir(join(root, 'pages'))).toEqual(['page.html']);
});

it('what stood there before stays until there is something to show', async () => {
  const file = join(root, 'old.html');
  await writeFile(file, 'what stood there before, which is longer');
  const page = new GrowingPage(file);
  await page.close();
  expect(await text(file)).toBe('what stood there before, which is longer');
  const other = new GrowingPage(file);
  await other.write('head ', 'content ', 'foot');
  expect(await text(file)).toBe('head content foot');
  await other.close();
});
