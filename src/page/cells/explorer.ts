/** What the page shows and what is picked, told to all its parts when it changes. Knows nothing of how it looks. */

import { cellsOn, type OnCell, type OnRule, type Stretch } from '../../language/cells/on-cells.ts';
import type { CellsPageData } from '../../language/cells/page-data.ts';
import { cellName } from '../../language/cells/record.ts';
import type { PageText } from './page-text.ts';

export interface ExplorerView {
  /** The cell that is looked at, by its place among those of the page. */
  cell: number;
  /** The stretch of text that is picked. */
  selection: Stretch | undefined;
  rule: OnRule;
  /** Whether the text has the colours of the cell, or of how many cells are on that are on in the selection. */
  colours: 'cell' | 'selection';
  /** The feature that is underlined, by its place among the tracks. */
  track: number | undefined;
}

/** A feature that holds or does not, after each token. */
export interface Track {
  name: string;
  values: Uint8Array;
}

type Listener = (view: Readonly<ExplorerView>, changed: ReadonlySet<keyof ExplorerView>) => void;

export class Explorer {
  readonly data: CellsPageData;
  readonly text: PageText;
  /** By cell and token. */
  readonly values: readonly Int8Array[];
  readonly tracks: readonly Track[];
  readonly #view: ExplorerView;
  readonly #listeners: Listener[] = [];

  constructor(data: CellsPageData, text: PageText, values: readonly Int8Array[], tracks: readonly Track[]) {
    this.data = data;
    this.text = text;
    this.values = values;
    this.tracks = tracks;
    const rule: OnRule = { threshold: 64, offBefore: 0, offAfter: 0 };
    this.#view = { cell: data.shown, selection: undefined, rule, colours: 'cell', track: undefined };
  }

  get view(): Readonly<ExplorerView> {
    return this.#view;
  }

  /** Changes what is shown, and tells all parts. */
  change(part: Partial<ExplorerView>): void {
    Object.assign(this.#view, part);
    const changed = new Set(Object.keys(part) as (keyof ExplorerView)[]);
    for (const listener of this.#listeners) listener(this.#view, changed);
  }

  /** Calls a function now and whenever one of these changes. */
  follow(keys: readonly (keyof ExplorerView)[], show: (view: Readonly<ExplorerView>) => void): void {
    this.#listeners.push((view, changed) => {
      if (keys.some((key) => changed.has(key))) show(view);
    });
    show(this.#view);
  }

  nameOf(place: number): string {
    return cellName(this.data.cells[place]!); // a place is that of a cell of the page
  }

  /** Features that a cell follows better than by chance, the one first that it is farthest above chance at. */
  followedBy(place: number): string[] {
    const name = this.nameOf(place);
    const leads = this.data.search.findings.flatMap(({ feature, chance, cells }) => {
      const found = cells.find((one) => cellName(one) === name);
      return found && found.figure > chance ? [{ feature, lead: (found.figure - chance) / (1 - chance) }] : [];
    });
    return leads.sort((a, b) => b.lead - a.lead).map(({ feature }) => feature);
  }

  /** The cells that are on in the selection and off around it, as the rule has it. */
  cellsOn(): OnCell[] {
    const { selection, rule } = this.#view;
    return selection ? cellsOn(this.values, selection, rule) : [];
  }
}
