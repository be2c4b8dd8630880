"""PyTorch's side of the race `features`: the same network as `bench/ours/features.ts`, compiled, over the same photos.

    python features.py FOLDER COUNT THREADS
"""

import json
import sys
import time
from pathlib import Path

import numpy
import torch
import torch.nn.functional as F
import torchvision
from serving import serve
from torch import nn
from torch.utils.data import DataLoader, Dataset
from torchvision.transforms.v2.functional import resize

SIZE, WORKERS = 260, 2
folder, count, threads = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
weights = Path(__file__).parents[2] / "data" / "efficientnet-lite2" / "weights.safetensors"
torch.set_num_threads(threads)


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
    def __init__(self, tensors):
        super().__init__()
        layers = [Convolution(tensors, "stem", SIZE, 2)]
        for stride, blocks in ((1, 1), (2, 3), (2, 3), (2, 4), (1, 4), (2, 5), (1, 1)):  # the stride of the first
            for i in range(blocks):
                layers.append(Block(tensors, f"blocks.{len(layers) - 1}", layers[-1].size, stride if i == 0 else 1))
        self.layers = nn.Sequential(*layers, Convolution(tensors, "head", layers[-1].size))

    def forward(self, pictures):
        return self.layers((pictures.float() - 127) / 128).mean((2, 3))


class Photos(Dataset):
    paths = sorted(folder.iterdir())[:count]

    def __len__(self):
        return len(self.paths)

    def __getitem__(self, n):
        data = torchvision.io.read_file(str(self.paths[n]))
        picture = torchvision.io.decode_image(data, "RGB", apply_exif_orientation=True)
        return resize(picture, [SIZE, SIZE], antialias=True)


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


def fastest(network):
    """The compiled network and the batch size that are fastest on noise."""
    timed = []
    for batch in (1, 4, 8, 16):
        pictures = channels_last(torch.randint(256, (batch, 3, SIZE, SIZE), dtype=torch.uint8))
        frozen = torch.jit.freeze(torch.jit.trace(network, pictures))
        for compiled in (frozen, torch.jit.optimize_for_inference(frozen)):
            for _ in range(3):
                compiled(pictures)
            start, passes = time.perf_counter(), 0
            while time.perf_counter() - start < 1:
                compiled(pictures)
                passes += 1
            timed.append((batch * passes / (time.perf_counter() - start), batch, compiled))
    return max(timed, key=lambda entry: entry[0])[1:]


def channels_last(pictures):
    return pictures.to(memory_format=torch.channels_last)


with torch.inference_mode():
    batch, compiled = fastest(EfficientNetLite2(read_safetensors(weights)).eval().to(memory_format=torch.channels_last))


def extract():
    """A pass over the photos: the mean of their features, and their number."""
    with torch.inference_mode():
        loader = DataLoader(Photos(), batch_size=batch, num_workers=WORKERS)
        features = torch.cat([compiled(channels_last(pictures)) for pictures in loader])
    return {"mean feature": features.mean().item()}, len(features)


serve(f"PyTorch {torch.__version__}, frozen, batches of {batch}", extract)
