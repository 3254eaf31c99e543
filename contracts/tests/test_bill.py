# SPDX-License-Identifier: Apache-2.0
"""The contract's bill is the ledger's, to the last unit."""

import json
from dataclasses import astuple
from fractions import Fraction
from math import ceil, floor

import boa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from world import HERE, World

VECTORS = json.loads((HERE.parent / "api" / "vectors" / "closed-bills.json").read_text())
DAYS_366 = 366 * 86_400


def test_the_shared_vectors_hold(world: World) -> None:
    assert len(VECTORS) > 500
    for case in VECTORS:
        terms = world.terms(
            rate=case["micro_per_hour"], commission=case["commission_bps"],
            availability=case["availability_bps"], credit=case["credit_bps"],
        )
        assert world.escrow.bill(astuple(terms), case["seconds"], case["elapsed"]) == (
            case["charge_micro"], case["commission_micro"], case["credit_micro"]
        ), case


@given(
    seconds=st.integers(0, DAYS_366), rate=st.integers(1, 10**11),
    points=st.tuples(*[st.integers(0, 10_000)] * 3), more=st.integers(0, 30 * 86_400),
)
def test_any_bill_is_that_of_exact_fractions(
    first_world: World, seconds: int, rate: int, points: tuple[int, int, int], more: int
) -> None:
    commission_bps, availability, credit_bps = points
    elapsed = seconds + more
    charge = ceil(Fraction(seconds * rate, 3_600))
    commission = floor(Fraction(charge * commission_bps, 10_000))
    kept = elapsed == 0 or Fraction(seconds, elapsed) >= Fraction(availability, 10_000)
    credit = 0 if kept else min(floor(Fraction(charge * credit_bps, 10_000)), charge - commission)
    terms = first_world.terms(
        rate=rate, commission=commission_bps, availability=availability, credit=credit_bps
    )
    assert first_world.escrow.bill(astuple(terms), seconds, elapsed) == (
        charge, commission, credit
    )


@pytest.mark.parametrize(("reason", "terms", "time"), [
    ("time", {}, (DAYS_366 + 1, 1)), ("time", {}, (1, 400 * 86_400 + 1)),
    ("rate", {"rate": 10**11 + 1}, (1, 1)), ("commission", {"commission": 10_001}, (1, 1)),
    ("credit", {"availability": 10_001}, (1, 1)), ("credit", {"credit": 10_001}, (1, 1)),
])
def test_a_bill_out_of_bounds_is_refused(
    world: World, reason: str, terms: dict[str, int], time: tuple[int, int]
) -> None:
    with boa.reverts(reason):
        world.escrow.bill(astuple(world.terms(**terms)), *time)


def test_a_bill_at_its_bounds_is_made(world: World) -> None:
    terms = world.terms(rate=10**11, commission=10_000, availability=10_000, credit=10_000)
    charge = 366 * 24 * 10**11
    assert world.escrow.bill(astuple(terms), DAYS_366, 400 * 86_400) == (charge, charge, 0)
