# SPDX-License-Identifier: Apache-2.0
"""What is signed, restated from docs/formats.md and signed by eth-account's own EIP-712.

Shares nothing with the contracts, so that the two can contradict each other.
"""

from dataclasses import astuple, dataclass
from typing import Any

from eth_account import Account
from eth_account.messages import encode_typed_data
from eth_account.signers.local import LocalAccount
from eth_utils import keccak

ZERO_WORD = bytes(32)


def compact(signature: bytes) -> tuple[int, int]:
    """The 64 bytes of EIP-2098 as their two words: r, and s with v's parity on top."""
    s = int.from_bytes(signature[32:64], "big")
    return int.from_bytes(signature[:32], "big"), s | (signature[64] - 27) << 255


def fields(text: str) -> list[dict[str, str]]:
    """The members of a type string: `Name(type name,…)`."""
    members = text[text.index("(") + 1 : -1].split(",")
    return [dict(zip(("type", "name"), member.split(" "))) for member in members]


VOUCHER = (
    "Voucher(address user,address payee,address token,uint256 cumulative,uint256 commission,"
    "bytes32 usageRoot)"
)
TERMS = (
    "Terms(address payer,address signer,address payee,address token,"
    "uint256 deposit,uint256 rate,uint256 commission,uint256 availability,uint256 credit,"
    "uint256 deadline,bytes32 lease)"
)
LEASE_VOUCHER = (
    "LeaseVoucher(bytes32 id,uint256 seconds,uint256 elapsed,bytes32 usageRoot)"
)
CLAIM = "Claim(bytes32 id,uint256 seconds,bytes32 evidenceHash)"
DOMAIN = "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"


@dataclass(frozen=True)
class Domain:
    """One contract on one chain."""

    name: str
    chain_id: int
    contract: str

    def message(self, kind: str, values: tuple[Any, ...]) -> Any:
        members = fields(kind)
        name = kind[: kind.index("(")]
        return encode_typed_data(full_message={
            "types": {"EIP712Domain": fields(DOMAIN), name: members},
            "primaryType": name,
            "domain": {
                "name": self.name, "version": "1", "chainId": self.chain_id,
                "verifyingContract": self.contract,
            },
            "message": {m["name"]: value for m, value in zip(members, values)},
        })

    def digest(self, kind: str, values: tuple[Any, ...]) -> bytes:
        signable = self.message(kind, values)
        return keccak(b"\x19\x01" + signable.header + signable.body)

    def sign(self, account: LocalAccount, kind: str, values: tuple[Any, ...]) -> bytes:
        return bytes(Account.sign_message(self.message(kind, values), account.key).signature)


@dataclass(frozen=True)
class Voucher:
    user: str
    payee: str
    token: str
    cumulative: int
    commission: int
    usage_root: bytes = ZERO_WORD

    def sign(self, domain: Domain, account: LocalAccount) -> bytes:
        return domain.sign(account, VOUCHER, astuple(self))


@dataclass(frozen=True)
class Terms:
    payer: str
    signer: str
    payee: str
    token: str
    deposit: int
    rate: int
    commission: int
    availability: int
    credit: int
    deadline: int
    lease: bytes

    @property
    def id(self) -> bytes:
        """hashStruct(Terms): does not depend on the domain."""
        return bytes(Domain("any", 1, "0x" + "00" * 20).message(TERMS, astuple(self)).body)


@dataclass(frozen=True)
class LeaseVoucher:
    id: bytes
    seconds: int
    elapsed: int
    usage_root: bytes = ZERO_WORD

    @property
    def progress(self) -> tuple[int, int, bytes]:
        """What a call passes of it: all but the id, which the terms give."""
        return astuple(self)[1:]

    def sign(self, domain: Domain, account: LocalAccount) -> bytes:
        return domain.sign(account, LEASE_VOUCHER, astuple(self))


@dataclass(frozen=True)
class Claim:
    id: bytes
    seconds: int
    evidence: bytes = ZERO_WORD

    def sign(self, domain: Domain, account: LocalAccount) -> bytes:
        return domain.sign(account, CLAIM, astuple(self))
