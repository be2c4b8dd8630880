/**
 * The smallest recurrent network that needs its memory: it reads "hell" and says what comes next, "ello". After the
 * first l comes another one, after the second an o; only the hidden state tells the two apart.
 *
 *     npx tsx examples/hello.ts
 */
import { LanguageModel, Optimizer, openEngine, optimizerDefaults, Random, uniformPacking } from 'caption-lm/nn';

const vocabulary = ['h', 'e', 'l', 'o'];
const [V, H] = [4, 3];
const inputs = ['h', 'e', 'l', 'l'];
const targets = ['e', 'l', 'l', 'o'];
const idsOf = (characters: string[]) => characters.map((character) => vocabulary.indexOf(character));

const engine = await openEngine('wasm');
const shape = { vocabulary: V, embedding: 0, cell: 'rnn', layers: 1, hidden: H, condition: 0 } as const;
const model = new LanguageModel(engine, shape).initialise(new Random(4));
const optimizer = new Optimizer(engine, model.parameters, optimizerDefaults.adam);

// One sequence of four steps, learned by heart.
const batch = { packing: uniformPacking(1, 4), inputs: idsOf(inputs), targets: idsOf(targets) };
console.log('update  loss per character');
for (let update = 0; update <= 200; update++) {
  const { sum, tokens } = model.lossAndGradients(batch, model.newState(1));
  if (update % 40 === 0) console.log(`${String(update).padStart(6)}  ${(sum / tokens).toFixed(4)}`);
  optimizer.step(0.05);
}

console.log(`
step  input         hidden state h_t        logits y_t = W_hy h_t + b_y     target
                                            ${vocabulary.map((character) => character.padStart(6)).join(' ')}`);
const state = model.newState(1);
const learned = inputs.map((input, t) => {
  model.step(idsOf([input]), state);
  const h = Array.from(state[0]!.h.data);
  const y = logitsOf(h);
  const oneHot = vocabulary.map((character) => (character === input ? 1 : 0)).join(' ');
  const right = y.indexOf(Math.max(...y)) === vocabulary.indexOf(targets[t]!);
  console.log(
    `${t + 1}     ${input} [${oneHot}]   ${figures(h)}   ${figures(y)}   ${targets[t]} ${right ? 'likeliest' : 'missed'}`,
  );
  return right;
});
console.log(`
Rows 3 and 4 read the same l. Their hidden states differ, and so does what they say comes next.`);
engine.close();
if (learned.includes(false)) process.exitCode = 1;

/** y = W_hy h + b_y, with W_hy stored as [H, V]. */
function logitsOf(h: readonly number[]): number[] {
  const { data: W } = model.outputWeights.value;
  const { data: b } = model.outputBias.value;
  return vocabulary.map((_, k) => h.reduce((sum, h_i, i) => sum + W[i * V + k]! * h_i, b[k]!));
}

function figures(values: readonly number[]): string {
  return values.map((value) => value.toFixed(2).padStart(6)).join(' ');
}
