#!/usr/bin/env python3
"""Checks the rendered frames from outside the container, and prints one line of JSON.

Every frame must be there once and decode completely, be a picture (not one flat colour), and differ
from its neighbour more than noise does: mean absolute difference of the 8-bit channels ≥ 1.
Results may lie in one folder or in one folder per task.
"""

import argparse
import json
import sys
from pathlib import Path

import numpy
from PIL import Image

HERE = Path(__file__).resolve().parent
SIZE = (320, 180)
LEAST_DIFFERENCE = 1.0
LEAST_DEVIATION = 5.0


def decode(path):
    """The frame as an array. Raises when the file is damaged or has another size."""
    with Image.open(path) as picture:
        picture.load()
        if picture.format != "PNG" or picture.size != SIZE:
            raise ValueError(f"{path.name}: {picture.format} {picture.size}, not PNG {SIZE}")
        pixels = numpy.asarray(picture.convert("RGB"), dtype=numpy.int16)
    if pixels.std() < LEAST_DEVIATION:
        raise ValueError(f"{path.name}: flat, standard deviation {pixels.std():.2f}")
    return pixels


def frames(results, count):
    """One path for each of frame_0001.png … in order."""
    paths = []
    for index in range(1, count + 1):
        found = sorted(results.rglob(f"frame_{index:04d}.png"))
        if len(found) != 1:
            raise ValueError(f"frame {index}: {len(found)} files, not 1")
        paths += found
    return paths


def check(results, count):
    pictures = [decode(path) for path in frames(results, count)]
    differences = [float(abs(after - before).mean())
                   for before, after in zip(pictures, pictures[1:])]
    return {"example": "render", "passed": min(differences) >= LEAST_DIFFERENCE,
            "frames": len(pictures), "least_difference": round(min(differences), 3),
            "threshold": LEAST_DIFFERENCE}


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--results", type=Path, default=HERE / "results")
    options.add_argument("--frames", type=int, default=8)
    chosen = options.parse_args()
    try:
        report = check(chosen.results, chosen.frames)
    except (OSError, ValueError, SyntaxError) as cause:
        report = {"example": "render", "passed": False, "reason": str(cause)}
    print(json.dumps(report))
    sys.exit(0 if report["passed"] else 1)


main()
