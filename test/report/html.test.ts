import { describe, expect, it } from 'vitest';
import { html } from '../../src/report/html.ts';

describe('html', () => {
  it('escapes all text that is put in, also between quotes', () => {
    expect(html`<p title="${'"a" & \'b\''}">${'<script>x</script>'}</p>`.text).toBe(
      '<p title="&#34;a&#34; &#38; &#39;b&#39;">&#60;script&#62;x&#60;/script&#62;</p>',
    );
  });

  it('puts in HTML as it is, lists one after another and numbers as text', () => {
    expect(html`<ul>${['a&b', 2].map((item) => html`<li>${item}</li>`)}</ul>`.text).toBe(
      '<ul><li>a&#38;b</li><li>2</li></ul>',
    );
    expect(html`${['<', '>']}`.text).toBe('&#60;&#62;');
  });

  it('puts in nothing for undefined and false, and 0 for 0', () => {
    expect(html`${undefined}|${false}|${0}|${[undefined, ['']]}`.text).toBe('||0|');
  });
});
