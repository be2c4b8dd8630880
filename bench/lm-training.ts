/**
 * Races a training step of the language model against PyTorch: LSTM, 65 characters, batch 50, 50 steps, Adam, gradients
 * clipped by norm, float32, two threads. The systems take turns; what counts is the ratio of their medians.
 *
 *     RIVAL_PYTHON=.venv/bin/python npx tsx bench/lm-training.ts [DRIVER]
 */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { cpus } from 'node:os';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const ROUNDS = 7;
const SECONDS = 1.5;
/** Hidden size and layers. */
const SIZES = [
  [512, 1],
  [512, 2],
  [128, 1],
] as const;
const python = process.env['RIVAL_PYTHON'] ?? '.venv/bin/python';
const driver = process.argv[2] ?? 'auto';

interface Turn {
  charactersPerSecond: number;
  loss: number;
}

console.log(`${cpus()[0]?.model}, ${cpus().length} cores, Node ${process.version}`);
for (const [hidden, layers] of SIZES) {
  const ours = await open(process.execPath, [
    '--import',
    'tsx',
    path('rivals/ours.ts'),
    `${hidden}`,
    `${layers}`,
    driver,
  ]);
  const rival = await open(python, [path('rivals/lstm_training.py'), `${hidden}`, `${layers}`, '2']);
  const turns: Record<'ours' | 'rival', Turn[]> = { ours: [], rival: [] };
  for (let round = -1; round < ROUNDS; round++) {
    for (const [name, system] of [['ours', ours] as const, ['rival', rival] as const]) {
      const turn = await system.run(SECONDS);
      if (round >= 0) turns[name].push(turn); // the first is for warming up
    }
  }
  const [a, b] = [turns.ours, turns.rival].map(summary);
  if (a && b) {
    console.log(`\n${layers} × ${hidden}: ratio ${(a.median / b.median).toFixed(2)}`);
    console.log(`  ${describe(a)}  loss ${turns.ours.at(-1)?.loss.toFixed(3)}  ${ours.system}`);
    console.log(`  ${describe(b)}  loss ${turns.rival.at(-1)?.loss.toFixed(3)}  ${rival.system}`);
  }
  ours.close();
  rival.close();
}

/** Starts a contestant that answers each line with a line. */
async function open(program: string, args: string[]) {
  const child: ChildProcessWithoutNullStreams = spawn(program, args);
  child.stderr.pipe(process.stderr);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error(`${program} ${args.join(' ')} ended`);
    return JSON.parse(value);
  };
  const { system } = (await answer()) as { system: string };
  child.kill('SIGSTOP');
  return {
    system,
    /** Runs for a while; the rest of the time it is stopped, since the libraries' threads spin on after their work. */
    async run(seconds: number): Promise<Turn> {
      child.kill('SIGCONT');
      child.stdin.write(`run ${seconds}\n`);
      const turn: Turn = await answer();
      child.kill('SIGSTOP');
      return turn;
    },
    close: () => child.kill('SIGKILL'),
  };
}

function summary(turns: readonly Turn[]) {
  const sorted = turns.map(({ charactersPerSecond }) => charactersPerSecond).sort((x, y) => x - y);
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))] ?? Number.NaN;
  return { median: at(0.5), low: at(0), high: at(1) };
}

function describe({ median, low, high }: ReturnType<typeof summary>): string {
  const thousands = (value: number) => Math.round(value / 1000);
  return `${thousands(median)} (${thousands(low)}–${thousands(high)}) thousand characters/s`;
}

function path(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}
