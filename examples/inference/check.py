#!/usr/bin/env python3
"""Compares the predictions with labels that never left this machine; prints one line of JSON.

There must be one digit for each image. The accuracy must reach 0.90; guessing reaches 0.10.
"""

import argparse
import json
import sys
from pathlib import Path

import numpy

HERE = Path(__file__).resolve().parent
THRESHOLD = 0.90
LEAST_COUNT = 100_000


def check(predictions, labels):
    if len(labels) < LEAST_COUNT:
        raise ValueError(f"{len(labels)} labels, fewer than {LEAST_COUNT}: run prepare.py")
    if len(predictions) != len(labels):
        raise ValueError(f"{len(predictions)} predictions for {len(labels)} images")
    accuracy = float((predictions == labels).mean())
    return {"example": "inference", "passed": accuracy >= THRESHOLD, "count": len(labels),
            "accuracy": round(accuracy, 4), "threshold": THRESHOLD}


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--results", type=Path, default=HERE / "results")
    options.add_argument("--work", type=Path, default=HERE / "work")
    chosen = options.parse_args()
    try:
        found = sorted(chosen.results.rglob("predictions.txt"))
        if len(found) != 1:
            raise ValueError(f"{len(found)} files predictions.txt in {chosen.results}, not 1")
        predictions = numpy.array([int(line) for line in found[0].read_text().split()])
        report = check(predictions, numpy.load(chosen.work / "labels.npy"))
    except (OSError, ValueError) as cause:
        report = {"example": "inference", "passed": False, "reason": str(cause)}
    print(json.dumps(report))
    sys.exit(0 if report["passed"] else 1)


main()
