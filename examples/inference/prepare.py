#!/usr/bin/env python3
"""Makes the inputs of the inference example: images, a model, and labels that stay outside.

    input/images.npy   uint8, count × 36 × 36: scikit-learn's handwritten digits, each turned,
                       scaled, moved and made noisy by a generator with a fixed seed
    input/model.onnx   a convolutional network trained here, on digits that no image shows
    labels.npy         uint8, count: never sent to a node
"""

import argparse
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import prepared  # noqa: E402

PARAMETERS = {"count": 100_000, "seed": 20, "training": 6_000, "first": 64, "second": 120}


def make(folder):
    import making  # slow to load: only when there is something to make
    making.make(folder, PARAMETERS)


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--out", type=Path, default=HERE / "work")
    out = options.parse_args().out
    made = prepared.once(out, [__file__, HERE / "making.py"], PARAMETERS, make)
    print(f"{'made' if made else 'unchanged'}: {out}")


main()
