/** The controls by which a reader chooses how photos are described. Knows no photo. */
import type { ModelAnswer } from '../../server/api.ts';
import type { DescribingChoices } from '../back-end.ts';
import { choice, element, fill, withLabel } from '../elements.ts';

/** Captions of a photo that can be asked for. */
const CAPTIONS = ['1', '3', '5', '10'] as const;
/** Tags of a photo. */
const TAGS = 3;

/** The choices of how photos are described; those that leave no choice are not shown. */
export function describingOptions(captioners: readonly ModelAnswer[]) {
  const model = choice(captioners.map(({ id }) => [id, id]));
  const language = choice([]);
  const top = choice(CAPTIONS.map((count) => [count, count]));
  top.value = '3';
  const languageLabel = withLabel('Language', language);
  const modelLabel = withLabel('Captioner', model);
  const captioner = () => captioners[model.selectedIndex]!; // one is always selected
  const showLanguages = () => {
    const { languages = [] } = captioner();
    const names = new Intl.DisplayNames('en', { type: 'language', fallback: 'code' });
    fill(language, ...languages.map((tag) => element('option', { value: tag }, names.of(tag))));
    languageLabel.hidden = languages.length < 2;
  };
  model.addEventListener('change', showLanguages);
  showLanguages();
  modelLabel.hidden = captioners.length < 2;
  return {
    controls: element('div', { class: 'options' }, modelLabel, languageLabel, withLabel('Captions of each', top)),
    chosen: (): DescribingChoices => ({
      model: model.value,
      language: language.value === '' ? undefined : language.value,
      top: Number(top.value),
      tags: captioner().tags ? TAGS : undefined,
    }),
  };
}
