"""PyTorch's side of the race `features`: the same network as `bench/ours/features.ts`, compiled, over the same photos.

    python features.py FOLDER COUNT THREADS
"""

import sys
import time
from pathlib import Path

import torch
import torchvision
from efficientnet_lite2 import SIZE, EfficientNetLite2, channels_last
from serving import serve
from torch.utils.data import DataLoader, Dataset
from torchvision.transforms.v2.functional import resize

WORKERS = 2
folder, count, threads = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
torch.set_num_threads(threads)


class Photos(Dataset):
    paths = sorted(folder.iterdir())[:count]

    def __len__(self):
        return len(self.paths)

    def __getitem__(self, n):
        data = torchvision.io.read_file(str(self.paths[n]))
        picture = torchvision.io.decode_image(data, "RGB", apply_exif_orientation=True)
        return resize(picture, [SIZE, SIZE], antialias=True)


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


with torch.inference_mode():
    batch, compiled = fastest(EfficientNetLite2().eval().to(memory_format=torch.channels_last))


def extract():
    """A pass over the photos: the mean of their features, and their number."""
    with torch.inference_mode():
        loader = DataLoader(Photos(), batch_size=batch, num_workers=WORKERS)
        features = torch.cat([compiled(channels_last(pictures)) for pictures in loader])
    return {"mean feature": features.mean().item()}, len(features)


serve(f"PyTorch {torch.__version__}, frozen, batches of {batch}", extract)
