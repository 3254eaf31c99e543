# SPDX-License-Identifier: Apache-2.0
"""What is checked in is what the sources compile to."""

import json
from typing import Any

import pytest

import build
import signing
from world import HERE


@pytest.mark.parametrize("source", build.SOURCES, ids=lambda source: source.stem)
def test_an_artifact_is_what_its_source_compiles_to(source: Any) -> None:
    path = HERE / "artifacts" / f"{source.stem}.json"
    assert path.read_text() == build.rendered(build.compiled(source)), "script/contracts build"


def test_the_swift_module_deploys_the_same_code() -> None:
    artifacts = [build.compiled(source) for source in build.SOURCES]
    assert build.SWIFT.read_text() == build.swift(artifacts), "script/contracts build"


def test_artifacts_name_every_struct_that_is_signed() -> None:
    named = {}
    for source in build.SOURCES:
        signed = json.loads((HERE / "artifacts" / f"{source.stem}.json").read_text())["eip712"]
        named[source.stem] = signed and signed["types"]
    assert named == {
        "Vault": [signing.VOUCHER],
        "LeaseEscrow": [signing.TERMS, signing.LEASE_VOUCHER, signing.CLAIM],
        "UsageAnchor": None,
        "TestDollar": None,
    }


def functions(name: str) -> list[dict[str, Any]]:
    abi = json.loads((HERE / "artifacts" / f"{name}.json").read_text())["abi"]
    return [entry for entry in abi if entry["type"] == "function"]


@pytest.mark.parametrize(("name", "expected"), [
    ("Vault", {
        "deposit", "authorise", "revoke", "redeem", "redeemBatch", "startExit", "finishExit",
        "withdraw",
    }),
    ("LeaseEscrow", {
        "openLease", "settle", "settleBatch", "stop", "claimUnsigned", "dispute", "refund",
        "withdraw",
    }),
    ("UsageAnchor", {"anchor"}),
])
def test_there_is_no_function_that_an_owner_could_use(name: str, expected: set[str]) -> None:
    changing = {
        entry["name"] for entry in functions(name)
        if entry["stateMutability"] not in ("view", "pure")
    }
    assert changing == expected
    assert all(entry["stateMutability"] != "payable" for entry in functions(name))


@pytest.mark.parametrize("source", build.SOURCES[:3], ids=lambda source: source.stem)
def test_every_external_function_says_what_it_does(source: Any) -> None:
    files = [source, *(HERE / "src" / "modules").glob("*.vy")]
    for file in files:
        for block in file.read_text().split("@external")[1:]:
            head = block[: block.index('"""') + 40] if '"""' in block else ""
            assert "@notice" in head, f"{file.name}: {block[:80]}"
