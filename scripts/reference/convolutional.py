"""Features and gradients of a small convolutional network as PyTorch computes them.

    python3 -m venv /tmp/reference && /tmp/reference/bin/pip install torch==2.9.1 numpy
    /tmp/reference/bin/python scripts/reference/convolutional.py

Writes test/nn/fixtures/pytorch-convolutional.json, in float64 rounded to 9 digits: a stem, three inverted residual blocks
(without an expansion; of stride 2; with a residual) and a head, whose means over the pixels are the features. Gradients are
those of the sum of features times `dFeatures`. Laid out as our core has it:

* Maps are [N * height * width, C], pixel after pixel.
* A filter is [kernel * kernel * C, O], the transpose of PyTorch's; a depthwise one is [kernel * kernel, C].
* Maps are padded as TensorFlow's "same" does: an odd zero comes below, and to the right.
"""

import json
from pathlib import Path

import torch
import torch.nn.functional as F

N, HEIGHT, WIDTH = 2, 9, 12
# Kernel, stride, channels read, expansion, channels written.
BLOCKS = [(3, 1, 4, 1, 5), (5, 2, 5, 3, 6), (3, 1, 6, 3, 6)]
STEM, HEAD = (3, 2, 3, 4), (1, 1, 6, 7)
FIXTURE = Path(__file__).parents[2] / "test" / "nn" / "fixtures" / "pytorch-convolutional.json"

torch.manual_seed(0)
torch.set_default_dtype(torch.float64)
parameters, layouts = {}, {}


def convolution(x, name, kernel, stride, inputs, outputs, depthwise=False, relu6=True):
    """A layer with new random weights, on maps [N, C, height, width]."""
    fan_in = kernel * kernel * (1 if depthwise else inputs)
    weight = torch.randn(outputs, 1 if depthwise else inputs, kernel, kernel) * (6 / fan_in) ** 0.5
    bias = torch.randn(outputs) * 0.5
    parameters[f"{name}.filter"] = weight.requires_grad_()
    parameters[f"{name}.bias"] = bias.requires_grad_()
    layouts[f"{name}.filter"] = lambda w: w.permute(2, 3, 1, 0).reshape(kernel * kernel * w.shape[1], outputs)
    layouts[f"{name}.bias"] = lambda b: b[None]
    missing = [max(0, (-(-size // stride) - 1) * stride + kernel - size) for size in x.shape[2:]]
    (top, bottom), (left, right) = [(m // 2, m - m // 2) for m in missing]
    y = F.conv2d(F.pad(x, (left, right, top, bottom)), weight, bias, stride, groups=inputs if depthwise else 1)
    return F.relu6(y) if relu6 else y


def block(x, name, kernel, stride, inputs, expansion, outputs):
    channels = inputs * expansion
    y = convolution(x, f"{name}.expand", 1, 1, inputs, channels) if expansion > 1 else x
    y = convolution(y, f"{name}.depthwise", kernel, stride, channels, channels, depthwise=True)
    y = convolution(y, f"{name}.project", 1, 1, channels, outputs, relu6=False)
    return x + y if stride == 1 and inputs == outputs else y


def rows(maps):
    return maps.permute(0, 2, 3, 1).reshape(-1, maps.shape[1])


def numbers(tensor):
    """Nested lists of numbers with 9 digits after the point."""
    return json.loads(json.dumps(tensor.tolist()), parse_float=lambda text: round(float(text), 9))


pictures = torch.randn(N, 3, HEIGHT, WIDTH)
x = convolution(pictures, "stem", *STEM)
for i, sizes in enumerate(BLOCKS):
    x = block(x, f"blocks.{i}", *sizes)
maps = convolution(x, "head", *HEAD)
features = maps.mean((2, 3))
d_features = torch.randn(features.shape)
(features * d_features).sum().backward()

fixture = {
    "layout": " ".join(__doc__.split("Laid out as our core has it:")[1].split()),
    "sizes": {"N": N, "height": HEIGHT, "width": WIDTH},
    "stem": dict(zip(("kernel", "stride", "inputs", "outputs"), STEM)),
    "blocks": [dict(zip(("kernel", "stride", "inputs", "expansion", "outputs"), sizes)) for sizes in BLOCKS],
    "head": dict(zip(("kernel", "stride", "inputs", "outputs"), HEAD)),
    "pictures": numbers(rows(pictures)),
    "weights": {name: numbers(layouts[name](p.detach())) for name, p in parameters.items()},
    "features": numbers(features),
    "dFeatures": numbers(d_features),
    "gradients": {name: numbers(layouts[name](p.grad)) for name, p in parameters.items()},
}
FIXTURE.write_text(json.dumps(fixture, separators=(",", ":")) + "\n", encoding="utf8")
