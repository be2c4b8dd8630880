/** The Python of modules that have the tensors of `models.ts`: classes of PyTorch, and how they are loaded. */
import type { EncoderDecoderShape } from '../../model/encoder-decoder.ts';
import type { LanguageModelShape } from '../../model/language-model.ts';
import type { SequenceShape } from '../../model/sequence-model.ts';
import { TORCH_CELLS } from './layout.ts';

const HEAD = `
import json
import torch
from safetensors.torch import load_file
from torch import nn
`;

const LOAD = `
model = Model().eval()
model.load_state_dict(load_file("model.safetensors"))
about = json.load(open("model.json", encoding="utf-8"))
`;

/** What reads ids, of one name in the module, or one-hot vectors. */
function reading(name: string, ids: string, vocabulary: number, embedding: number) {
  return embedding > 0
    ? {
        define: `        self.${name} = nn.Embedding(${vocabulary}, ${embedding})\n`,
        read: `self.${name}(${ids})`,
        D: embedding,
      }
    : { define: '', read: `nn.functional.one_hot(${ids}, ${vocabulary}).float()`, D: vocabulary };
}

function recurrent(
  name: string,
  D: number,
  { cell, hidden, layers }: Pick<LanguageModelShape, 'cell' | 'hidden' | 'layers'>,
  bidirectional = false,
): string {
  const more = bidirectional ? ', bidirectional=True' : '';
  const torch: string = TORCH_CELLS[cell]; // typed, as a template takes undefined too
  return `        self.${name} = ${torch}(${D}, ${hidden}, ${layers}, batch_first=True${more})\n`;
}

export function textModule(shape: LanguageModelShape): string {
  const { define, read, D } = reading('embedding', 'ids', shape.vocabulary, shape.embedding);
  return `${HEAD}
class Model(nn.Module):
    def __init__(self):
        super().__init__()
${define}${recurrent('rnn', D, shape)}        self.linear = nn.Linear(${shape.hidden}, ${shape.vocabulary})

    def forward(self, ids, state=None):
        """Log-probabilities of what follows each of ids [N, T], and the state to go on with."""
        outputs, state = self.rnn(${read}, state)
        return self.linear(outputs).log_softmax(-1), state
${LOAD}
ids, state = [about["start"]], None
with torch.no_grad():
    for _ in range(300):
        log_probs, state = model(torch.tensor([ids[-1:]]), state)
        weights = (log_probs[0, -1] / 0.8).exp()  # the temperature
        weights[about["never"]] = 0
        ids.append(torch.multinomial(weights, 1).item())
        if ids[-1] == about["end"]:
            break
print("".join(about["tokens"][id] for id in ids[1:]))`;
}

export function captionModule(shape: LanguageModelShape): string {
  const { define, read, D } = reading('embedding', 'ids', shape.vocabulary, shape.embedding);
  return `${HEAD}
class Model(nn.Module):
    def __init__(self):
        super().__init__()
${define}${recurrent('rnn', D + shape.condition, shape)}        self.linear = nn.Linear(${shape.hidden}, ${shape.vocabulary})
        self.register_buffer("mean", torch.zeros(${shape.condition}))
        self.register_buffer("scale", torch.ones(${shape.condition}))

    def forward(self, ids, features=None, state=None):
        """Log-probabilities of what follows each of ids [N, T]. Features [N, ${shape.condition}] enter with the first of them alone."""
        beside = torch.zeros(*ids.shape, ${shape.condition})
        if features is not None:
            beside[:, 0] = (features - self.mean) * self.scale
        outputs, state = self.rnn(torch.cat([${read}, beside], dim=2), state)
        return self.linear(outputs).log_softmax(-1), state
${LOAD}
features = model.mean[None]  # of a picture, as the CNN gives them
ids, state = [about["start"]], None
with torch.no_grad():
    for _ in range(20):
        log_probs, state = model(torch.tensor([ids[-1:]]), features if len(ids) == 1 else None, state)
        log_probs[0, -1, about["never"] + ids[-1:]] = -torch.inf
        ids.append(log_probs[0, -1].argmax().item())
        if ids[-1] == about["end"]:
            break
print(" ".join(about["tokens"][id] for id in ids[1:] if id != about["end"]))`;
}

export function labellerModule(shape: SequenceShape, standardised: boolean): string {
  const { reads, choices, hidden, bidirectional, writes } = shape;
  const words = 'vocabulary' in reads ? reading('embedding', 'inputs', reads.vocabulary, reads.embedding) : undefined;
  const D = words?.D ?? ('vectors' in reads ? reads.vectors : 0);
  const directions = bidirectional ? 2 : 1;
  const buffers = standardised
    ? `        self.register_buffer("mean", torch.zeros(${D}))\n        self.register_buffer("scale", torch.ones(${D}))\n`
    : '';
  const read = words?.read ?? (standardised ? '(inputs - self.mean) * self.scale' : 'inputs');
  const kept = {
    each: 'outputs',
    mean: 'outputs.mean(1)',
    max: 'outputs.amax(1)',
    last: `torch.cat(list(${shape.cell === 'lstm' ? 'ends[0]' : 'ends'}[-${directions}:]), dim=1)`,
  }[writes];
  const example = words ? `torch.tensor([[about["unknown"]]])` : `torch.zeros(1, 1, ${D})`;
  return `${HEAD}
class Model(nn.Module):
    def __init__(self):
        super().__init__()
${words?.define ?? ''}${recurrent('rnn', D, shape, bidirectional)}        self.linear = nn.Linear(${directions * hidden}, ${choices})
${buffers}
    def forward(self, inputs):
        """Log-probabilities of the labels for ${words ? 'ids [N, T]' : `vectors [N, T, ${D}]`}."""
        outputs, ends = self.rnn(${read})
        return self.linear(${kept}).log_softmax(-1)
${LOAD}
with torch.no_grad():
    log_probs = model(${example})  # a sequence of one step
print(dict(zip(about["labels"], log_probs.exp().flatten().tolist())))`;
}

export function translatorModule(shape: EncoderDecoderShape): string {
  const source = reading('source_embedding', 'sources.flip(1)', shape.source, shape.embedding);
  const target = reading('embedding', 'ids', shape.target, shape.embedding);
  return `${HEAD}
class Model(nn.Module):
    def __init__(self):
        super().__init__()
${source.define}${recurrent('encoder', source.D, shape)}${target.define}${recurrent('rnn', target.D, shape)}        self.linear = nn.Linear(${shape.hidden}, ${shape.target})

    def encode(self, sources):
        """The state from which translations of ids [N, T] begin; they are read from their end."""
        return self.encoder(${source.read})[1]

    def forward(self, ids, state):
        """Log-probabilities of what follows each of ids [N, T], and the state to go on with."""
        outputs, state = self.rnn(${target.read}, state)
        return self.linear(outputs).log_softmax(-1), state
${LOAD}
ids = [about["start"]]
with torch.no_grad():
    state = model.encode(torch.tensor([[about["unknown"]]]))  # a sentence of one word
    for _ in range(20):
        log_probs, state = model(torch.tensor([ids[-1:]]), state)
        ids.append(log_probs[0, -1].argmax().item())
        if ids[-1] == about["end"]:
            break
print("".join(about["target"][id] for id in ids[1:] if id != about["end"]).strip())`;
}
