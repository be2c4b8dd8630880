/** The page of `caption serve`: photos, texts and trainings, by a server. */
import { askForToken } from './ask-for-token.ts';
import { inWords } from './back-end.ts';
import { httpBackEnd } from './http-back-end.ts';
import { showPage } from './show-page.ts';

try {
  await showPage(httpBackEnd(askForToken));
} catch (error) {
  const problem = document.getElementById('problem')!; // is in index.html
  problem.textContent = inWords(error);
  problem.hidden = false;
}
