/** Photos: they come by drop, paste, file or camera, and each gets a row with its caption. */
import type { ModelAnswer } from '../../server/api.ts';
import { announce } from '../announce.ts';
import type { BackEnd, DescribingChoices } from '../back-end.ts';
import { button, choice, element, fill, withLabel } from '../elements.ts';
import { shadesLegend } from '../shaded-words.ts';
import { filesInput, listenForFiles } from './intake.ts';
import { type Photo, toCsv, toJson } from './photo.ts';
import { PhotoQueue } from './photo-queue.ts';
import { type PhotoRow, photoRow } from './photo-row.ts';
import { saveFile } from './save-file.ts';

/** Captions of a photo that can be asked for. */
const CAPTIONS = ['1', '3', '5', '10'] as const;
/** Tags of a photo. */
const TAGS = 3;

/** @param onFiles called when photos come, from wherever the reader is */
export function photosView(
  view: HTMLElement,
  backEnd: BackEnd,
  captioners: readonly ModelAnswer[],
  onFiles: () => void,
) {
  if (captioners.length === 0) {
    view.append(
      element(
        'p',
        {},
        'This server has no captioner. It gets one by ',
        element('code', {}, 'caption serve --model DIR'),
        '.',
      ),
    );
    return;
  }
  const options = describingOptions(captioners);
  const rows = new Map<Photo, PhotoRow>();
  /** How photos were described, which the controls may no longer say. */
  const chosen = new WeakMap<Photo, DescribingChoices>();
  const list = element('ul', { class: 'photos', 'aria-label': 'Photos' });
  const counts = element('span', { class: 'counts' });
  const progress = element('progress', { 'aria-label': 'Photos described', value: 0, max: 1 });
  const queue = new PhotoQueue(
    (photo, signal) => {
      const choices = options.chosen();
      chosen.set(photo, choices);
      return backEnd.describe(photo.file, photo.name, choices, signal);
    },
    (photo) => {
      rows.get(photo)?.show();
      tell(photo);
      count();
    },
  );

  function add(files: readonly File[]): void {
    if (files.length === 0) return;
    onFiles();
    for (const file of files) {
      const photo: Photo = { file, name: file.name, state: { kind: 'waiting' } };
      const row = photoRow(photo, {
        remove: () => remove(photo),
        again: () => queue.add(photo),
        explain: (signal) => backEnd.describe(file, file.name, { ...chosen.get(photo)!, explain: true }, signal),
      });
      rows.set(photo, row);
      list.append(row.item);
      queue.add(photo);
    }
  }

  function remove(photo: Photo): void {
    const { item, leave } = rows.get(photo)!; // those that can be removed have a row
    const next = item.nextElementSibling ?? item.previousElementSibling;
    rows.delete(photo);
    queue.remove(photo);
    leave();
    item.remove();
    (next?.querySelector<HTMLElement>('.actions button:last-child') ?? picker).focus();
    count();
  }

  function clear(): void {
    for (const [photo, row] of rows) {
      queue.remove(photo);
      row.leave();
    }
    rows.clear();
    fill(list);
    picker.focus();
    count();
  }

  function count(): void {
    const states = [...rows.keys()].map(({ state }) => state.kind);
    const of = (kind: string) => states.filter((state) => state === kind).length;
    const [described, failed, all] = [of('described'), of('failed'), states.length];
    for (const shown of [legend, tools]) shown.hidden = all === 0;
    progress.hidden = described + failed === all;
    progress.max = all;
    progress.value = described + failed;
    const done = described === all ? `${all} ${all === 1 ? 'photo' : 'photos'}` : `${described} of ${all} described`;
    fill(counts, done, failed > 0 && `, ${failed} failed`);
  }

  const photos = () => [...rows.keys()];
  const tools = element(
    'div',
    { class: 'tools', role: 'group', 'aria-label': 'All photos' },
    counts,
    progress,
    element('span', { class: 'push' }, 'Download '),
    button('JSON', () => saveFile('captions.json', 'application/json', toJson(photos())), {
      'aria-label': 'Download as JSON',
    }),
    button('CSV', () => saveFile('captions.csv', 'text/csv', toCsv(photos())), { 'aria-label': 'Download as CSV' }),
    button('Remove all', clear),
  );
  const legend = shadesLegend();
  const picker = filesInput(add);
  picker.multiple = true;
  const camera = filesInput(add);
  camera.capture = 'environment';
  const zone = element(
    'div',
    { class: 'zone' },
    element('p', {}, 'Drop photos or folders here, or paste a picture.'),
    element('label', { class: 'button main' }, 'Choose photos', picker),
    element('label', { class: 'button camera' }, 'Take a photo', camera),
    options.controls,
  );
  listenForFiles(add, (over) => zone.classList.toggle('over', over));
  view.append(zone, legend, tools, list);
  count();
}

/** Tells of photos that are done. */
function tell({ name, state }: Photo): void {
  if (state.kind === 'described') announce(`${name}: ${state.description.caption ?? 'not sure'}`);
  if (state.kind === 'failed') announce(`${name}: ${state.reason}`);
}

/** The choices of how photos are described; those that leave no choice are not shown. */
function describingOptions(captioners: readonly ModelAnswer[]) {
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
