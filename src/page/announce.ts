/** Says what has happened to those who can not see it. Knows nothing of what that is. */

/** Milliseconds in which what comes is said together. */
const TOGETHER = 400;
/** Of more than these it is said how many there are. */
const MOST = 5;

let waiting: string[] = [];

/** Has a screen reader say something when it is done with what it says. */
export function announce(text: string): void {
  waiting.push(text);
  if (waiting.length > 1) return;
  setTimeout(() => {
    const more = waiting.length > MOST ? ` … and ${waiting.length - MOST} more.` : '';
    const status = document.getElementById('status')!; // is in index.html
    status.textContent = waiting.slice(0, MOST).join('. ') + more;
    waiting = [];
  }, TOGETHER);
}
