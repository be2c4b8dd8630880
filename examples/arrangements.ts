/**
 * One recurrent network, every arrangement: what is read at each step and when something is written is all that
 * differs; the network, the loss and the training are the same few lines.
 *
 *     npx tsx examples/arrangements.ts
 */
import {
  type Arrangement,
  EncoderDecoder,
  Optimizer,
  openEngine,
  optimizerDefaults,
  type PairBatch,
  packedSequences,
  Random,
  type SequenceBatch,
  SequenceModel,
} from 'caption-lm/nn';

const engine = await openEngine('wasm');
const random = new Random(1);
const [N, UPDATES] = [50, 300];
const uniform = () => 2 * random.uniform() - 1;
const bits = (count: number) => Array.from({ length: count }, () => random.integer(2));
const isOdd = (values: number[]) => values.reduce((sum, x) => sum + x, 0) % 2;

/** Learns from batches, and says how often it is right on one that it has not learned from. */
function learn(name: string, arrangement: Arrangement, batch: () => SequenceBatch): void {
  const shape = { choices: 2, cell: 'lstm', layers: 1, hidden: 16, bidirectional: false } as const;
  const model = new SequenceModel(engine, { ...shape, ...arrangement }).initialise(random);
  const optimizer = new Optimizer(engine, model.parameters, optimizerDefaults.adam);
  const before = accuracy(model, batch());
  for (let update = 0; update < UPDATES; update++) {
    model.lossAndGradients(batch(), model.newState(N));
    optimizer.step(0.02);
  }
  console.log(`${name.padEnd(34)} right before ${before.toFixed(2)}, after ${accuracy(model, batch()).toFixed(2)}`);
}

function accuracy(model: SequenceModel, batch: SequenceBatch): number {
  const logProbs = model.logProbs(batch, model.newState(N));
  const right = Array.from(batch.targets, (target, row) => logProbs[2 * row + target]! > Math.log(0.5));
  return right.filter(Boolean).length / right.length;
}

// One to one: a vector of two numbers; is the second below the sine of the first? A plain network, whose memory is idle.
learn('one to one, a vector', { reads: { vectors: 2 }, writes: 'last' }, () => {
  const points = Array.from({ length: N }, () => [uniform(), uniform()] as const);
  return {
    packing: packedSequences(points.map(() => 1)),
    inputs: { vectors: Float32Array.from(points.flat()) },
    targets: points.map(([x, y]) => (y < Math.sin(4 * x) ? 1 : 0)),
  };
});

// Many to one: bits, of another number in each sequence; is the number of ones odd? Written when all were read.
learn('many to one, bits', { reads: { vocabulary: 2, embedding: 0 }, writes: 'last' }, () => {
  const { sequences, packing, inputs } = sequencesOfBits();
  return { packing, inputs, targets: sequences.map(isOdd) };
});

// Many to many, in step: the same bits; at each step, is the number of ones so far odd?
learn('many to many, in step, bits', { reads: { vocabulary: 2, embedding: 0 }, writes: 'each' }, () => {
  const { sequences, packing, inputs } = sequencesOfBits();
  const targets = packing.counts.flatMap((count, t) =>
    sequences.slice(0, count).map((own) => isOdd(own.slice(0, t + 1))),
  );
  return { packing, inputs, targets };
});

// Many to many, in step: films of six frames, each with one of eight lights on; was it on before? No frame alone tells.
learn('many to many, in step, films', { reads: { vectors: 8 }, writes: 'each' }, () => {
  const steps = [0, 1, 2, 3, 4, 5];
  const films = Array.from({ length: N }, () => steps.map(() => random.integer(8)));
  const frame = (light: number) => Array.from({ length: 8 }, (_, i) => (i === light ? 1 : 0));
  return {
    packing: packedSequences(films.map(({ length }) => length)),
    inputs: { vectors: Float32Array.from(steps.flatMap((t) => films.flatMap((lights) => frame(lights[t]!)))) },
    targets: steps.flatMap((t) => films.map((lights) => (lights.indexOf(lights[t]!) < t ? 1 : 0))),
  };
});

// Many to many, after reading: digits; write them from the last to the first. Looks back at them while it writes.
{
  const shape = {
    source: 10,
    target: 12,
    embedding: 16,
    cell: 'lstm',
    layers: 1,
    hidden: 32,
    attention: true,
  } as const;
  const [START, END] = [10, 11];
  const model = new EncoderDecoder(engine, shape).initialise(random);
  const optimizer = new Optimizer(engine, model.parameters, optimizerDefaults.adam);
  const batch = (): PairBatch => {
    const sources = Array.from({ length: N }, () => [0, 1, 2, 3].map(() => random.integer(10)));
    const step = (sequences: number[][]) => sequences[0]!.flatMap((_, t) => sequences.map((own) => own[t]!));
    const backwards = sources.map((own) => own.toReversed());
    return {
      source: { packing: packedSequences(sources.map(() => 4)), ids: step(sources) },
      target: {
        packing: packedSequences(sources.map(() => 5)),
        inputs: step(backwards.map((own) => [START, ...own])),
        targets: step(backwards.map((own) => [...own, END])),
      },
      order: [...sources.keys()],
    };
  };
  const loss = () => {
    const { sum, tokens } = model.loss(batch(), model.newState(N));
    return (sum / tokens).toFixed(2);
  };
  const before = loss();
  for (let update = 0; update < UPDATES; update++) {
    model.lossAndGradients(batch(), model.newState(N));
    optimizer.step(0.01);
  }
  console.log(`${'many to many, after reading'.padEnd(34)} loss before ${before}, after ${loss()}`);
}

// A fixed input, read in steps: pictures of 4 × 4 row by row; does a row shine, or a column?
learn('a picture, row by row', { reads: { vectors: 4 }, writes: 'last' }, () => {
  const pictures = Array.from({ length: N }, () => {
    const [isColumn, at] = [random.integer(2), random.integer(4)];
    const shines = (row: number, column: number) => (isColumn ? column : row) === at;
    const rows = Array.from({ length: 4 }, (_, i) => Array.from({ length: 4 }, (_, j) => (shines(i, j) ? 1 : 0)));
    return { isColumn, rows };
  });
  const steps = [0, 1, 2, 3].flatMap((t) => pictures.flatMap(({ rows }) => rows[t]!));
  return {
    packing: packedSequences(pictures.map(() => 4)),
    inputs: { vectors: Float32Array.from(steps) },
    targets: pictures.map(({ isColumn }) => isColumn),
  };
});

// The same, where the network looks: a patch in one of four corners; on which diagonal? Each glimpse sees a quarter.
const glimpses = { glimpses: 4, picture: { rows: 12, columns: 12 } };
learn('a picture, by glimpses', { reads: glimpses, writes: 'last' }, () => {
  const corners = Array.from({ length: N }, () => [random.integer(2), random.integer(2)] as const);
  const pictures = corners.flatMap(([lower, right]) => {
    const picture = new Array<number>(144).fill(0);
    for (let i = 0; i < 9; i++) picture[12 * (2 + 5 * lower + Math.floor(i / 3)) + 2 + 5 * right + (i % 3)] = 1;
    return picture;
  });
  return {
    packing: packedSequences(corners.map(() => 1)),
    inputs: { vectors: Float32Array.from(pictures) },
    targets: corners.map(([lower, right]) => (lower === right ? 1 : 0)),
  };
});

/** Sequences of one to six bits, packed: step after step, the longest first. */
function sequencesOfBits() {
  const sequences = Array.from({ length: N }, () => bits(1 + random.integer(6))).sort((a, b) => b.length - a.length);
  const packing = packedSequences(sequences.map(({ length }) => length));
  const ids = packing.counts.flatMap((count, t) => sequences.slice(0, count).map((own) => own[t]!));
  return { sequences, packing, inputs: { ids } };
}

engine.close();
