# SPDX-License-Identifier: Apache-2.0
import os
import sys
from pathlib import Path
from typing import Any, Iterator

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import boa
import pytest
from hypothesis import HealthCheck, Phase, settings

from world import START, World, at

COMMON: dict[str, Any] = {
    "deadline": None,
    "suppress_health_check": list(HealthCheck),
    "print_blob": True,
}
settings.register_profile("quick", max_examples=12, stateful_step_count=25, **COMMON)
settings.register_profile("nightly", max_examples=200, stateful_step_count=60, **COMMON)
# A broken contract has to be noticed, not explained: shrinking would take most of the time.
settings.register_profile(
    "mutants", max_examples=12, stateful_step_count=25, derandomize=True,
    phases=[Phase.explicit, Phase.generate], **COMMON,
)
settings.load_profile(
    os.environ.get("ORBAN_HYPOTHESIS")
    or ("nightly" if os.environ.get("ORBAN_NIGHTLY") == "1" else "quick")
)


@pytest.fixture(scope="session")
def first_world() -> World:
    return World()


@pytest.fixture
def world(first_world: World) -> Iterator[World]:
    """The same world for each test, as it was made."""
    with boa.env.anchor():
        at(START)
        yield first_world
