# SPDX-License-Identifier: Apache-2.0
"""The golden vectors are those of the format document, and the contracts compute the same."""

import json
from typing import Any, Iterator

import boa
import pytest
from eth_keys import keys
from eth_utils import decode_hex

import vectors
from signing import compact
from world import World, deployer

VECTORS = json.loads(vectors.PLACE.read_text())


def test_the_file_is_what_its_program_writes() -> None:
    assert vectors.PLACE.read_text() == vectors.text()


@pytest.fixture
def elsewhere(world: World) -> Iterator[Any]:
    """A contract as it would be at the vector's place on the vector's chain."""
    before = boa.env.evm.patch.chain_id

    def placed(case: dict[str, Any], name: str, *delays: int) -> Any:
        boa.env.evm.patch.chain_id = case["chain_id"]
        return deployer(f"src/{name}.vy").deploy(
            [world.dollar.address], world.treasury, 1_000, *delays,
            override_address=case["contract"],
        )

    yield placed
    boa.env.evm.patch.chain_id = before


def signs(case: dict[str, Any], digest: bytes) -> None:
    """That the digest is the vector's, and its signature the named signer's in both forms."""
    assert digest == decode_hex(case["digest"])
    signature = decode_hex(case["signature"])
    plain = keys.Signature(signature[:64] + bytes([signature[64] - 27]))
    found = plain.recover_public_key_from_msg_hash(digest)
    assert found.to_checksum_address() == case["signer"]
    r, vs = compact(signature)
    assert decode_hex(case["compact"]) == r.to_bytes(32, "big") + vs.to_bytes(32, "big")


@pytest.mark.parametrize("case", VECTORS["vouchers"])
def test_vouchers_are_those_of_the_vault(elsewhere: Any, case: dict[str, Any]) -> None:
    vault = elsewhere(case, "Vault", 60, 60)
    signs(case, vault.voucherDigest((
        case["user"], case["payee"], case["token"], int(case["cumulative"]),
        int(case["commission"]), decode_hex(case["usage_root"]),
    )))


@pytest.mark.parametrize("case", VECTORS["lease_vouchers"])
def test_lease_vouchers_are_those_of_the_escrow(elsewhere: Any, case: dict[str, Any]) -> None:
    escrow = elsewhere(case, "LeaseEscrow", 60)
    progress = (int(case["seconds"]), int(case["elapsed"]), decode_hex(case["usage_root"]))
    signs(case, escrow.voucherDigest(decode_hex(case["id"]), progress))


@pytest.mark.parametrize("case", VECTORS["claims"])
def test_claims_are_those_of_the_escrow(elsewhere: Any, case: dict[str, Any]) -> None:
    escrow = elsewhere(case, "LeaseEscrow", 60)
    signs(case, escrow.claimDigest(
        decode_hex(case["id"]), int(case["seconds"]), decode_hex(case["evidence_hash"])
    ))


@pytest.mark.parametrize("case", VECTORS["terms"])
def test_ids_of_terms_are_those_of_the_escrow(world: World, case: dict[str, Any]) -> None:
    people = [case[name] for name in ("payer", "signer", "payee", "token")]
    amounts = [
        int(case[name])
        for name in ("deposit", "rate", "commission", "availability", "credit", "deadline")
    ]
    terms = (*people, *amounts, decode_hex(case["lease"]))
    assert world.escrow.idOf(terms) == decode_hex(case["id"])
