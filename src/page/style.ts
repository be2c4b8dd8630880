/** The style that the page shares with the reports, which its own (page.css) goes on from. */
import { CERTAINTY_STYLE } from '../report/certainty.ts';
import { PAGE_STYLE } from '../report/style.ts';
import { SURPRISE_STYLE } from '../report/surprise.ts';

export const REPORT_STYLE = [PAGE_STYLE, CERTAINTY_STYLE, SURPRISE_STYLE].join('\n');
