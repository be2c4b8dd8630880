"""EfficientNet-Lite2 in PyTorch, with the weights that ship, for the races `features` and `cnn-training`."""

import json
from pathlib import Path

import numpy
import torch
import torch.nn.functional as F
from torch import nn

SIZE = 260
WEIGHTS = Path(__file__).parents[2] / "data" / "efficientnet-lite2" / "weights.safetensors"
# Of each stage: the stride of its first block, its blocks.
STAGES = ((1, 1), (2, 3), (2, 3), (2, 4), (1, 4), (2, 5), (1, 1))


class Convolution(nn.Module):
    """Pads maps of `size` as TensorFlow's "same" does; what is left over goes to the right and below."""

    def __init__(self, tensors, name, size, stride=1, relu=True):
        super().__init__()
        kernel = tensors[f"{name}.filter"]
        depthwise = "depthwise" in name
        self.filter = nn.Parameter(kernel.permute(2, 3, 0, 1) if depthwise else kernel.permute(3, 2, 0, 1))
        self.bias = nn.Parameter(tensors[f"{name}.bias"])
        self.groups = len(self.filter) if depthwise else 1
        self.stride, self.relu = stride, relu
        self.size = -(-size // stride)
        self.padding, self.left_over = divmod((self.size - 1) * stride + len(kernel) - size, 2)

    def forward(self, x):
        padding = self.padding
        if self.left_over:
            x, padding = F.pad(x, (padding, padding + 1, padding, padding + 1)), 0
        x = F.conv2d(x, self.filter, self.bias, self.stride, padding, groups=self.groups)
        return F.relu6(x) if self.relu else x


class Block(nn.Module):
    def __init__(self, tensors, name, size, stride):
        super().__init__()
        expand = [Convolution(tensors, f"{name}.expand", size)] if f"{name}.expand.filter" in tensors else []
        depthwise = Convolution(tensors, f"{name}.depthwise", size, stride)
        project = Convolution(tensors, f"{name}.project", depthwise.size, relu=False)
        self.size = depthwise.size
        self.convolutions = nn.Sequential(*expand, depthwise, project)
        width = expand[0].filter.shape[1] if expand else depthwise.groups
        self.skip = stride == 1 and width == len(project.filter)

    def forward(self, x):
        return x + self.convolutions(x) if self.skip else self.convolutions(x)


class EfficientNetLite2(nn.Module):
    def __init__(self):
        super().__init__()
        tensors = read_safetensors(WEIGHTS)
        layers = [Convolution(tensors, "stem", SIZE, 2)]
        for stride, blocks in STAGES:
            for i in range(blocks):
                layers.append(Block(tensors, f"blocks.{len(layers) - 1}", layers[-1].size, stride if i == 0 else 1))
        self.layers = nn.Sequential(*layers, Convolution(tensors, "head", layers[-1].size))

    def forward(self, pictures):
        return self.layers(normalised(pictures)).mean((2, 3))


def normalised(pictures):
    return (pictures.float() - 127) / 128


def channels_last(pictures):
    return pictures.to(memory_format=torch.channels_last)


def read_safetensors(path):
    data = path.read_bytes()
    start = 8 + int.from_bytes(data[:8], "little")
    header = json.loads(data[8:start])
    header.pop("__metadata__", None)
    types = {"F16": numpy.float16, "F32": numpy.float32}
    tensors = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        values = numpy.frombuffer(data[start + begin : start + end], types[entry["dtype"]])
        tensors[name] = torch.from_numpy(values.astype(numpy.float32)).reshape(entry["shape"])
    return tensors
