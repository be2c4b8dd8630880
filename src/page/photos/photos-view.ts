/** Photos: they come by drop, paste, file or camera, and each gets a row with its caption. */
import type { ModelAnswer } from '../../server/api.ts';
import { announce } from '../announce.ts';
import type { BackEnd, DescribingChoices } from '../back-end.ts';
import { element, fill } from '../elements.ts';
import { describingOptions } from './describing-options.ts';
import { filesInput, listenForFiles } from './intake.ts';
import type { Photo } from './photo.ts';
import { PhotoQueue } from './photo-queue.ts';
import { type PhotoRow, photoRow } from './photo-row.ts';
import { photoTools } from './photo-tools.ts';

/** @param onFiles called when photos come, from wherever the reader is */
export function photosView(
  view: HTMLElement,
  backEnd: BackEnd,
  captioners: readonly ModelAnswer[],
  onFiles: () => void,
) {
  if (captioners.length === 0) {
    const command = element('code', {}, 'caption serve --model DIR');
    view.append(element('p', {}, 'This server has no captioner. It gets one by ', command, '.'));
    return;
  }
  const options = describingOptions(captioners);
  const rows = new Map<Photo, PhotoRow>();
  /** How photos were described, which the controls may no longer say. */
  const chosen = new WeakMap<Photo, DescribingChoices>();
  const list = element('ul', { class: 'photos', 'aria-label': 'Photos' });
  const tools = photoTools(() => [...rows.keys()], clear);
  const queue = new PhotoQueue(
    (photo, signal) => {
      const choices = options.chosen();
      chosen.set(photo, choices);
      return backEnd.describe(photo.file, photo.name, choices, signal);
    },
    (photo) => {
      rows.get(photo)?.show();
      tell(photo);
      tools.count();
    },
  );
  const picker = filesInput(add);
  picker.multiple = true;
  const camera = filesInput(add);
  camera.capture = 'environment';

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
    tools.count();
  }

  function clear(): void {
    for (const [photo, row] of rows) {
      queue.remove(photo);
      row.leave();
    }
    rows.clear();
    fill(list);
    picker.focus();
    tools.count();
  }

  const zone = element(
    'div',
    { class: 'zone' },
    element('p', {}, 'Drop photos or folders here, or paste a picture.'),
    element('label', { class: 'button main' }, 'Choose photos', picker),
    element('label', { class: 'button camera' }, 'Take a photo', camera),
    options.controls,
  );
  listenForFiles(add, (over) => zone.classList.toggle('over', over));
  view.append(zone, ...tools.parts, list);
  tools.count();
}

/** Tells of photos that are done. */
function tell({ name, state }: Photo): void {
  if (state.kind === 'described') announce(`${name}: ${state.description.caption ?? 'not sure'}`);
  if (state.kind === 'failed') announce(`${name}: ${state.reason}`);
}
