import { chmod, mkdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { lineAt, readDocument, withTexts, writeDocument } from '../../../src/captioning/alt/document.ts';
import { pictureFile } from '../../../src/captioning/alt/picture-file.ts';
import { temporaryFolder } from '../../training/small-training.ts';

const root = await temporaryFolder();
afterAll(() => rm(root, { recursive: true }));

/** A document in which each picture that lacks a text has got this one. */
async function filled(name: string, content: string | Uint8Array, text = 'TEXT'): Promise<Buffer> {
  const path = join(root, name);
  await writeFile(path, content);
  const document = await readDocument(path);
  return withTexts(document, new Map(document.pictures.map((picture) => [picture, text])));
}

/** Whether a text, in which `§` is where a text is to be put in place of nothing, comes out so. */
async function expectFilled(name: string, marked: string, written: string): Promise<void> {
  expect(String(await filled(name, marked.replaceAll('§', '')))).toBe(marked.replaceAll('§', written));
}

describe('pictures in HTML', () => {
  const fills = (marked: string) => expectFilled('a.html', marked, ' alt="TEXT"');

  it('get a text behind their address, however they are written', async () => {
    await fills(
      '<p>\r\n<img class=a src="a.jpg"§>\r<IMG\n SRC = \'a.jpg\'§ />\r\n<img src=a.jpg§><img/src="a.jpg"§/></p>',
    );
    await fills(
      '\ufeff<img src="ä&amp;b.jpg"§>𝄞<image src=a.jpg§><picture><source srcset=b.jpg><img src=a.jpg§></picture>',
    );
    await fills('<img srcset="a.jpg 1x, b.jpg 2x"§><img data-src=a.jpg§><template><img src=a.jpg§></template>');
  });

  it('are found as browsers find them, where tags do not fit', async () => {
    await fills('<table><img src=a.jpg§><tr><b><p><td></b><img src=b.jpg§></table></div><img src=c.jpg');
    await fills(
      '<noscript><img src=a.jpg§></noscript><a><p><a><img src="a.jpg"§ src="b.jpg"></html><img src=a.jpg§><p',
    );
    await fills(
      '<!-- <img src=a.jpg> --><script>"<img src=a.jpg>"</script><textarea><img src=a.jpg></textarea><b <img src=a.jpg>',
    );
  });

  it('stay as they are where they have a text, are decorations or name no picture', async () => {
    await fills('<img src=a.jpg alt=""><img alt src=a.jpg><img src=a.jpg alt="x"><img src=a.jpg role="presentation">');
    await fills('<img src=a.jpg role=none><p aria-hidden=TRUE><b><img src=a.jpg></b></p><img aria-label=x src=a.jpg>');
    await fills('<img><img src><img src="  "><svg><image href=a.jpg></svg>');
  });

  it('get texts with the signs that mean something escaped, in a single line', async () => {
    const [text, written] = ['"a" <b>\n & c', '&quot;a&quot; &lt;b&gt; &amp; c'];
    expect(String(await filled('a.html', '<img src=a.jpg>', text))).toBe(`<img src=a.jpg alt="${written}">`);
  });

  it('say what their addresses are relative to', async () => {
    const path = join(root, 'base.html');
    await writeFile(path, '<base href="../img/"><base href="x"><p>\r\n\r\n<img src="a&#x20;b.jpg">');
    const { base, pictures, text } = await readDocument(path);
    expect({ base, addresses: pictures.map(({ address }) => address), line: lineAt(text, pictures[0]!.at) }).toEqual({
      base: '../img/',
      addresses: ['a b.jpg'],
      line: 3,
    });
  });
});

describe('pictures in Markdown', () => {
  const fills = (marked: string) => expectFilled('a.md', marked, 'TEXT');

  it('get a text into their brackets', async () => {
    await fills(
      '\ufeff# x\r\n\r\n![§](a.jpg) ä𝄞 *![§](<a b.jpg> "title")*\r\n\r\n> -\t![§][b]\r\n\r\n[b]: a.jpg\r\n[b]: c.jpg',
    );
    await fills('| a |\n|---|\n| ![§](a.jpg) |\n\n[![§](a.jpg)](https://example.org)\n');
    expect(String(await filled('a.md', '![ ](a.jpg)'))).toBe('![TEXT](a.jpg)');
  });

  it('stay as they are where they have a text, are code or are none', async () => {
    await fills(
      '![x](a.jpg) ![b][] ![] ![](\n\n`![](a.jpg)`\n\n    ![](a.jpg)\n\n```\n![](a.jpg)\n```\n\n\\![](a.jpg)\n\n[b]: a.jpg',
    );
  });

  it('are none in front matter', async () => {
    await fills('---\nimage: "![](a.jpg)"\nx: |\n  ![](a.jpg)\n---\n![§](a.jpg)\n');
    await fills('\ufeff+++\r\nimage = "![](a.jpg)"\r\n+++\r\n\r\n# x ![§](a.jpg)\r\n');
    await fills('---\n\n![§](a.jpg)\n\n---\n\n![§](a.jpg)\n'); // lines across the page
    await fills('x\n\n---\n![§](a.jpg)\n---\n---\ny: ![§](a.jpg)\n');
  });

  it('get one in HTML too', async () => {
    await expectFilled(
      'a.md',
      '# x\r\n\r\n<p>\r\n<img src="a.jpg"§>\r\n</p>\r\n\r\nx <img src=a.jpg§> <img src=a.jpg alt="">',
      ' alt="TEXT"',
    );
  });

  it('get texts with the signs that mean something escaped', async () => {
    const text = 'a [b](c) \\ *d* _e_ `f` <g> &amp; !h | ~i~';
    const changed = String(await filled('a.md', '![](a.jpg)', text));
    await writeFile(join(root, 'b.md'), changed);
    expect((await readDocument(join(root, 'b.md'))).pictures).toEqual([]);
    expect(changed).toBe('![a \\[b\\](c) \\\\ \\*d\\* \\_e\\_ \\`f\\` \\<g\\> \\&amp; \\!h \\| \\~i\\~](a.jpg)');
  });
});

describe('documents', () => {
  it('keep their encoding and every other byte', async () => {
    const html = '<p>grün\r\n<img src="ä.jpg">\n</p>\r';
    const withAlt = '<p>grün\r\n<img src="ä.jpg" alt="weiß">\n</p>\r';
    const utf16 = (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le');
    expect(await filled('a.html', utf16(html), 'weiß')).toEqual(utf16(withAlt));
    expect(await filled('a.html', utf16(html).swap16(), 'weiß')).toEqual(utf16(withAlt).swap16());
    expect(await filled('a.html', Buffer.from(html), 'weiß')).toEqual(Buffer.from(withAlt));
    const latin = Buffer.from(html, 'latin1');
    expect((await filled('a.html', latin, 'weiß')).toString('latin1')).toBe(withAlt.replace('ß', '&#223;'));
    expect((await readDocument(join(root, 'a.html'))).pictures.map(({ address }) => address)).toEqual(['ä.jpg']);
    const greek = Buffer.from('<meta charset="iso-8859-7"><img src="\xe1.jpg">', 'latin1');
    await writeFile(join(root, 'a.html'), greek);
    expect((await readDocument(join(root, 'a.html'))).pictures.map(({ address }) => address)).toEqual(['α.jpg']);
    const torn = Buffer.concat([Buffer.from('<img src=a.jpg>'), Buffer.of(0xe2, 0x82, 0)]);
    expect(await filled('a.html', torn, 'x')).toEqual(
      Buffer.concat([Buffer.from('<img src=a.jpg alt="x">'), Buffer.of(0xe2, 0x82, 0)]),
    );
  });

  it('are written with their permissions, where links lead, and not over what has changed', async () => {
    const [path, link] = [join(root, 'c.html'), join(root, 'link.html')];
    await writeFile(path, '<img src=a.jpg>');
    await chmod(path, 0o640);
    await symlink(path, link);
    const document = await readDocument(link);
    const texts = new Map(document.pictures.map((picture) => [picture, 'x'] as const));
    await writeDocument(document, texts);
    expect(await readFile(path, 'utf8')).toBe('<img src=a.jpg alt="x">');
    expect((await stat(path)).mode & 0o777).toBe(0o640);
    await expect(writeDocument(document, texts)).rejects.toThrow(/link\.html has changed since it was read/);
  });

  it('are no files of other kinds', async () => {
    await expect(readDocument(join(root, 'a.txt'))).rejects.toThrow(/a\.txt is no document .* html, htm/);
    await expect(readDocument(join(root, 'none.md'))).rejects.toThrow(/cannot read .*none\.md: found no such file/);
  });
});

describe('the file of a picture', () => {
  it('is found from the document, its base or the root, and nothing is fetched', async () => {
    await mkdir(join(root, 'site/img'), { recursive: true });
    const [document, file] = [join(root, 'site', 'x.html'), join(root, 'site/img/a b.jpg')];
    await writeFile(file, '');
    const find = (address: string, options = {}) => pictureFile(address, { document, ...options });
    const site = join(root, 'site');
    expect(await find('img/a%20b.jpg?v=1#x')).toEqual({ path: file });
    expect(await find('a b.jpg', { base: 'img/' })).toEqual({ path: file });
    expect(await find('a b.jpg', { root: join(site, 'img') })).toEqual({ path: file });
    expect(await find('/img/a b.jpg', { root: site, base: 'https://example.org/' })).toEqual({ path: file });
    expect(await find('/img/a b.jpg')).toEqual({ without: expect.stringContaining('--root') });
    expect(await find('img')).toEqual({ without: 'is not there' });
    for (const address of ['{{ page.image }}', '/img/{% x %}.jpg', '<%= x %>']) {
      expect(await find(address, { root: site })).toEqual({ without: 'is filled in by a template' });
    }
    expect(await find('%E0%A4%A')).toEqual({ without: 'is not there' });
    for (const address of ['https://example.org/a.jpg', '//example.org/a.jpg', 'blob:x']) {
      expect(await find(address)).toEqual({ without: 'is elsewhere, and is not fetched' });
    }
    expect(await find('a.jpg', { base: 'https://example.org/' })).toEqual({
      without: expect.stringContaining('elsewhere'),
    });
    expect(await find('DATA:image/png;base64,AA')).toEqual({ without: 'is a part of the document itself' });
  });
});
