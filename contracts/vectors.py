# SPDX-License-Identifier: Apache-2.0
"""Writes `api/vectors/vouchers.json`: what is signed for a chain, as docs/formats.md says it, signed by
eth-account. Shares nothing with the contracts nor with the Swift code.

Usage: script/contracts python contracts/vectors.py
"""

import json
from dataclasses import astuple
from pathlib import Path
from typing import Any

from eth_account import Account
from eth_account.signers.local import LocalAccount
from eth_utils import encode_hex, keccak, to_checksum_address

from signing import CLAIM, LEASE_VOUCHER, VOUCHER, Claim, Domain, LeaseVoucher, Terms, Voucher

PLACE = Path(__file__).resolve().parent.parent / "api" / "vectors" / "vouchers.json"
# Chain and contract: of development, the first of all, and the highest id that wallets take.
PLACES = [(31_337, b"vault"), (1, b"another"), (2**53 - 1, b"third")]


def key(name: bytes) -> LocalAccount:
    return Account.from_key(keccak(b"orban vector " + name))


def place(name: bytes) -> str:
    return to_checksum_address(keccak(b"orban place " + name)[-20:])


USER, SESSION, PAYEE = key(b"user"), key(b"session key"), key(b"payee")
TOKEN = place(b"token")


def numbers(fields: dict[str, Any]) -> dict[str, Any]:
    """Amounts as text, for not every reader of JSON keeps 256 bits; bytes as hexadecimal."""
    return {
        name: encode_hex(value) if isinstance(value, bytes)
        else str(value) if isinstance(value, int) else value
        for name, value in fields.items()
    }


def signed(
    domain: Domain, kind: str, fields: dict[str, Any], account: LocalAccount
) -> dict[str, Any]:
    values = tuple(fields.values())
    signature = domain.sign(account, kind, values)
    s = int.from_bytes(signature[32:64], "big") | (signature[64] - 27) << 255
    return {
        "chain_id": domain.chain_id, "contract": domain.contract, **numbers(fields),
        "digest": encode_hex(domain.digest(kind, values)),
        "private_key": encode_hex(account.key), "signer": account.address,
        "signature": encode_hex(signature),
        "compact": encode_hex(signature[:32] + s.to_bytes(32, "big")),
    }


def vouchers() -> list[dict[str, Any]]:
    plain = [
        (Voucher(USER.address, PAYEE.address, TOKEN, 1, 0), USER),
        (Voucher(USER.address, PAYEE.address, TOKEN, 1_234_567, 30_864, keccak(b"usage")), USER),
        (Voucher(USER.address, PAYEE.address, TOKEN, 10**18, 10**17, keccak(b"u")), SESSION),
        (Voucher(USER.address, place(b"0"), place(b"1"), 2**128 - 1, 2**128 - 1), SESSION),
        (Voucher(USER.address, PAYEE.address, TOKEN, 2**256 - 1, 2**256 - 1, b"\xff" * 32), USER),
    ]
    names = ["user", "payee", "token", "cumulative", "commission", "usage_root"]
    return [
        signed(
            Domain("Orban Vault", chain, place(contract)), VOUCHER,
            dict(zip(names, astuple(voucher))), account,
        )
        for chain, contract in PLACES for voucher, account in plain
    ]


def all_terms() -> list[Terms]:
    plain = Terms(
        USER.address, SESSION.address, PAYEE.address, TOKEN, deposit=7_200_000, rate=3_600_000,
        commission=250, availability=9_900, credit=1_000, deadline=1_900_000_000,
        lease=keccak(text="lse_01J-abc"),
    )
    bare = Terms(
        USER.address, USER.address, place(b"0"), place(b"1"), 1, 1, 0, 0, 0, 1, keccak(b"lse_1")
    )
    most = Terms(
        PAYEE.address, USER.address, SESSION.address, TOKEN, 10**18, 10**11, 10_000, 10_000,
        10_000, 2**64 - 1, b"\xff" * 32,
    )
    return [plain, bare, most]


def of_leases() -> dict[str, list[dict[str, Any]]]:
    made: dict[str, list[dict[str, Any]]] = {"lease_vouchers": [], "claims": []}
    for (chain, contract), terms in zip(PLACES, all_terms()):
        domain = Domain("Orban LeaseEscrow", chain, place(b"escrow of " + contract))
        for seconds, elapsed in ((600, 0), (3_600, 3_601), (366 * 86_400, 2**256 - 1)):
            voucher = LeaseVoucher(terms.id, seconds, elapsed, keccak(b"usage"))
            made["lease_vouchers"].append(signed(
                domain, LEASE_VOUCHER,
                dict(zip(("id", "seconds", "elapsed", "usage_root"), astuple(voucher))), SESSION,
            ))
        claim = Claim(terms.id, 1_800, keccak(b"receipt"))
        made["claims"].append(signed(
            domain, CLAIM, dict(zip(("id", "seconds", "evidence_hash"), astuple(claim))), PAYEE
        ))
    return made


def document() -> dict[str, Any]:
    terms = [{**numbers(vars(each)), "id": encode_hex(each.id)} for each in all_terms()]
    return {"vouchers": vouchers(), "terms": terms, **of_leases()}


def text() -> str:
    return json.dumps(document(), indent=1) + "\n"


if __name__ == "__main__":
    PLACE.write_text(text())
