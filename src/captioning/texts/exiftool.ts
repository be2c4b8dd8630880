/** ExifTool (exiftool.org), a program that reads and writes what is said in pictures and leaves their pixels alone. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { InputError, reasonOf } from '../../base/errors.ts';

/** A process of ExifTool that does one thing after another, as it takes a while to start. */
export class ExifTool {
  readonly #child: ChildProcessWithoutNullStreams;
  #said = { stdout: '', stderr: '' };
  #commands = 0;
  #wake = () => {};
  #ended = false;

  private constructor(child: ChildProcessWithoutNullStreams) {
    this.#child = child;
    const hear = (stream: 'stdout' | 'stderr') => (text: string) => {
      this.#said[stream] += text;
      this.#wake();
    };
    child.stdout.setEncoding('utf8').on('data', hear('stdout'));
    child.stderr.setEncoding('utf8').on('data', hear('stderr'));
    child.stdin.on('error', () => {}); // that it has ended is told by 'close'
    child.on('close', () => {
      this.#ended = true;
      this.#wake();
    });
  }

  /** @throws InputError when it is not installed */
  static async open(): Promise<ExifTool> {
    // In a group of its own: Ctrl-C is not to end it in the middle of a picture.
    const child = spawn('exiftool', ['-stay_open', 'True', '-@', '-'], { detached: process.platform !== 'win32' });
    const tool = new ExifTool(child);
    try {
      await once(child, 'spawn');
    } catch (error) {
      throw new InputError('XMP is written by ExifTool, which is not installed', {
        found: reasonOf(error),
        advice: 'Install it from exiftool.org or as the package libimage-exiftool-perl (Debian), exiftool (Homebrew)',
        cause: error,
      });
    }
    return tool;
  }

  /**
   * Does one thing.
   *
   * @param args of the program, without line ends
   * @returns what it has written, and what it complains of in a line
   * @throws InputError when it has ended
   */
  async run(args: readonly string[]): Promise<{ output: string; complaint: string }> {
    const mark = `{ready${++this.#commands}}`;
    const charset = process.platform === 'win32' ? ['-charset', 'filename=utf8'] : [];
    const lines = [...charset, ...args, '-echo4', mark, `-execute${this.#commands}`];
    if (lines.some((line) => /[\r\n]/.test(line))) {
      throw new InputError('ExifTool takes no names with line ends', { found: JSON.stringify(args.at(-1)) });
    }
    this.#said = { stdout: '', stderr: '' };
    this.#child.stdin.write(`${lines.join('\n')}\n`);
    const isDone = () => this.#said.stdout.includes(mark) && this.#said.stderr.includes(mark);
    while (!isDone()) {
      if (this.#ended) throw new InputError('ExifTool has ended unasked', { found: firstLine(this.#said.stderr) });
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const before = (text: string) => text.slice(0, text.indexOf(mark)).trim();
    return { output: before(this.#said.stdout), complaint: firstLine(before(this.#said.stderr)) };
  }

  async close(): Promise<void> {
    if (this.#ended) return;
    const closed = once(this.#child, 'close');
    this.#child.stdin.end('-stay_open\nFalse\n');
    await closed;
  }
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0]!;
}
