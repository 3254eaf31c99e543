#!/usr/bin/env python3
"""Makes the input of the data example: events of a shop, as Parquet, from a fixed seed.

    input/events-1.parquet … events-4.parquet   2,000,000 rows each, not compressed

Columns: moment (int64, microseconds in 30 days), account (int64), product (int32), amount (int64,
cents), score (float64 in [0, 1)), ticket (int64), east and north (float64, degrees), weight
(float64, kilograms). Some accounts buy far more often than others.
"""

import argparse
import sys
from pathlib import Path

import numpy
import pyarrow
import pyarrow.parquet

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import prepared  # noqa: E402

PARAMETERS = {"seed": 30, "files": 4, "rows": 2_000_000, "accounts": 300_000,
              "products": 50_000, "days": 30}
LEAST_BYTES = 500_000_000


def events(generator):
    """One file's rows."""
    rows, accounts = PARAMETERS["rows"], PARAMETERS["accounts"]
    skewed = generator.random(rows) ** 1.5 * accounts
    return pyarrow.table({
        "moment": generator.integers(PARAMETERS["days"] * 86_400_000_000, size=rows),
        "account": skewed.astype(numpy.int64),
        "product": generator.integers(PARAMETERS["products"], size=rows, dtype=numpy.int32),
        "amount": generator.integers(1, 100_000, size=rows),
        "score": generator.random(rows),
        "ticket": generator.integers(1 << 62, size=rows),
        "east": generator.uniform(-180, 180, rows),
        "north": generator.uniform(-60, 80, rows),
        "weight": generator.exponential(2.5, rows)})


def make(folder):
    (folder / "input").mkdir()
    for number in range(1, PARAMETERS["files"] + 1):
        generator = numpy.random.default_rng([PARAMETERS["seed"], number])
        pyarrow.parquet.write_table(
            events(generator), folder / "input" / f"events-{number}.parquet",
            compression="none", use_dictionary=False, row_group_size=250_000)
    size = sum(file.stat().st_size for file in (folder / "input").iterdir())
    if size < LEAST_BYTES:
        raise SystemExit(f"the input has {size} bytes, fewer than {LEAST_BYTES}")


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--out", type=Path, default=HERE / "work")
    out = options.parse_args().out
    made = prepared.once(out, [__file__], PARAMETERS, make)
    print(f"{'made' if made else 'unchanged'}: {out}")


main()
