/** The views of the page, one of which is shown, by what stands after the # of the address. */
import { type BackEnd, inWords } from './back-end.ts';
import { element } from './elements.ts';
import { photosView } from './photos/photos-view.ts';
import { textView } from './text/text-view.ts';
import type { TrainingsView } from './trainings/trainings-view.ts';

const VIEWS = ['photos', 'text', 'trainings'] as const;
type ViewName = (typeof VIEWS)[number];

/** Fills the page, and shows the view of its address. @throws BackEndError when the models can't be asked for */
export async function showPage(backEnd: BackEnd): Promise<void> {
  const models = await backEnd.models();
  const ofKind = (kind: string) => models.filter((model) => model.kind === kind);
  const sections = new Map(VIEWS.map((name) => [name, document.getElementById(`${name}-view`)!])); // are in index.html
  photosView(sections.get('photos')!, backEnd, ofKind('captioner'), () => go('photos'));
  textView(sections.get('text')!, backEnd, ofKind('language'));
  let trainings: Promise<TrainingsView> | undefined;
  const links = [...document.querySelectorAll<HTMLAnchorElement>('nav a')];
  for (const link of links) if (link.hash === '#trainings') link.hidden = !backEnd.runs;

  function go(name: ViewName): void {
    if (named(location.hash) !== name) location.hash = name;
  }

  function show(): ViewName {
    const shown = named(location.hash);
    for (const [name, section] of sections) section.hidden = name !== shown;
    for (const link of links) link.ariaCurrent = link.hash === `#${shown}` ? 'page' : null;
    void showTrainings(shown === 'trainings');
    document.title = `${shown[0]!.toUpperCase()}${shown.slice(1)} · caption-lm`;
    return shown;
  }

  /** The view of trainings, with what draws charts, is loaded when it is to be seen. */
  async function showTrainings(shown: boolean): Promise<void> {
    const { runs } = backEnd;
    if (!runs) return;
    const section = sections.get('trainings')!; // has all views
    if (shown) {
      trainings ??= import('./trainings/trainings-view.ts').then(({ trainingsView }) => trainingsView(section, runs));
    }
    try {
      (await trainings)?.setShown(shown);
    } catch (error) {
      trainings = undefined;
      section.append(element('p', { class: 'problem', role: 'alert' }, inWords(error)));
    }
  }

  addEventListener('hashchange', () => {
    const heading = document.getElementById(`${show()}-heading`);
    heading?.focus({ preventScroll: true });
    scrollTo(0, 0);
  });
  show();
}

function named(hash: string): ViewName {
  return VIEWS.find((name) => hash === `#${name}`) ?? 'photos';
}
