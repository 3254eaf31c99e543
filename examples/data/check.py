#!/usr/bin/env python3
"""Computes every report again with Polars and NumPy, compares, and prints one line of JSON.

Whole numbers must be equal; means and deviations of floating-point numbers may differ by 1e-9 of
their value, as the order of a sum is not defined.
"""

import argparse
import json
import sys
from pathlib import Path

import numpy
import polars
from polars import col

HERE = Path(__file__).resolve().parent
TOLERANCE = 1e-9
LEAST_BYTES = 500_000_000
HOUR = 3600 * 1_000_000
SHELVES, WIDTH = 2500, 20  # shelves, and products on each
BEST = 1000


def visits_of(events):
    """Every event with the number of its session, in order of account and time."""
    opens = (col("moment").diff().over("account") > 72 * HOUR).fill_null(True)
    return (events.sort("account", "moment").with_columns(opens=opens)
            .with_columns(session=col("opens").cast(polars.Int64).cum_sum()))


def sessions(visits):
    each = visits.group_by("session").agg(
        events=polars.len(), amount=col("amount").sum(),
        lasted=col("moment").max() - col("moment").min())
    return (each.group_by("events").agg(sessions=polars.len(), amount=col("amount").sum(),
                                        lasted=col("lasted").sum())
            .sort("events"))


def weeks(visits):
    spent = visits.rolling("moment", period=f"{7 * 24 * HOUR}i", closed="both",
                           group_by="account").agg(spent=col("amount").sum())
    return (spent.group_by("account").agg(col("spent").max())
            .sort("spent", "account", descending=[True, False]).head(BEST))


def surges(visits, key, other):
    """An event has 20 before it when the row 20 above it, in this order, has the same key."""
    ordered = visits.select(key, "moment", other, "amount").sort(key, "moment", other, "amount")
    recent = ordered.with_columns(
        middle=col("amount").rolling_median(window_size=21), first=col(key).shift(20))
    return (recent.filter(col("first") == col(key))
            .group_by(day=col("moment") // (24 * HOUR))
            .agg(events=polars.len(),
                 surges=(col("amount") * 10 >= col("middle").cast(polars.Int64) * 19).sum())
            .sort("day"))


def products(events):
    # quantile_disc(0.5) is the lower of two middle values.
    middle = (polars.len() - 1) // 2
    return events.group_by("product").agg(
        events=polars.len(), accounts=col("account").n_unique(), amount=col("amount").sum(),
        median=col("amount").sort().get(middle), mean=col("score").mean(),
        deviation=col("score").std()).sort("product")


def cells(events):
    return events.group_by(
        east=col("east").floor().cast(polars.Int32),
        north=col("north").floor().cast(polars.Int32)).agg(
            events=polars.len(), lowest=col("ticket").min(), highest=col("ticket").max(),
            weight=col("weight").mean()).sort("east", "north")


def pairs(visits):
    """The rows of a session lie together, ordered by shelf: a pair is two rows some steps apart."""
    bought = numpy.unique(
        visits["session"].to_numpy() * SHELVES + visits["product"].to_numpy() // WIDTH)
    session, shelf = (bought // SHELVES).astype(numpy.int32), bought % SHELVES
    sessions = numpy.zeros(SHELVES * SHELVES, dtype=numpy.int64)
    first, steps = numpy.arange(len(session)), 1
    while len(first):
        first = first[first + steps < len(session)]
        first = first[session[first] == session[first + steps]]
        numpy.add.at(sessions, shelf[first] * SHELVES + shelf[first + steps], 1)
        steps += 1
    best = numpy.argsort(-sessions, kind="stable")[:BEST]
    return polars.DataFrame(
        {"one": best // SHELVES, "other": best % SHELVES, "sessions": sessions[best]})


def differences(expected, path):
    """What differs between our table and the file, in words; nothing when they agree."""
    found = polars.read_csv(path)
    if found.columns != expected.columns or found.height != expected.height:
        return [f"{path.name}: {found.height} rows of {found.columns},"
                f" not {expected.height} of {expected.columns}"]
    different = []
    for name in expected.columns:
        ours, theirs = expected[name], found[name]
        if ours.dtype.is_float():
            wrong = ((ours - theirs).abs() > TOLERANCE * ours.abs()) | theirs.is_null()
        else:
            wrong = ours.cast(polars.Int64).ne_missing(theirs.cast(polars.Int64))
        if wrong.any():
            different.append(f"{path.name}: {name} differs in {wrong.sum()} rows")
    return different


def reports(inputs):
    """Each file's name and what it must hold, computed one after the other."""
    events = read(inputs, "account", "product", "moment", "amount")
    visits = visits_of(events)
    del events
    yield "sessions", sessions(visits)
    yield "weeks", weeks(visits)
    yield "surges-account", surges(visits, "account", "product")
    yield "surges-product", surges(visits, "product", "account")
    yield "pairs", pairs(visits)
    del visits
    yield "products", products(read(inputs, "account", "product", "amount", "score"))
    yield "cells", cells(read(inputs, "east", "north", "ticket", "weight"))


def read(inputs, *columns):
    """These columns of every event: all of them at once would need twice the memory."""
    return polars.read_parquet(inputs / "*.parquet", columns=list(columns))


def check(results, inputs):
    size = sum(file.stat().st_size for file in inputs.glob("*.parquet"))
    if size < LEAST_BYTES:
        raise ValueError(f"the input has {size} bytes, fewer than {LEAST_BYTES}: run prepare.py")
    different, rows = [], 0
    for name, expected in reports(inputs):
        found = sorted(results.rglob(f"{name}.csv"))
        if len(found) != 1:
            raise ValueError(f"{len(found)} files {name}.csv in {results}, not 1")
        different += differences(expected, found[0])
        rows += expected.height
    return {"example": "data", "passed": not different, "input_bytes": size,
            "rows_compared": rows, "tolerance": TOLERANCE, "differences": different}


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--results", type=Path, default=HERE / "results")
    options.add_argument("--work", type=Path, default=HERE / "work")
    chosen = options.parse_args()
    try:
        report = check(chosen.results, chosen.work / "input")
    except (OSError, ValueError, polars.exceptions.PolarsError) as cause:
        report = {"example": "data", "passed": False, "reason": str(cause)}
    print(json.dumps(report))
    sys.exit(0 if report["passed"] else 1)


main()
