# SPDX-License-Identifier: Apache-2.0
"""Parameters of a request, parsed once into what cannot be wrong."""

import re
from typing import Any

from .chain import Block, Chain
from .errors import invalid_params, refused

QUANTITY = re.compile(r"0x(0|[1-9a-f][0-9a-f]*)\Z", re.IGNORECASE)
DATA = re.compile(r"0x([0-9a-f]{2})*\Z", re.IGNORECASE)
MAX_DATA = 256 * 1024
ZERO = bytes(20)
TAGS = ("latest", "pending", "safe", "finalized", "earliest")


def quantity(value: Any, what: str) -> int:
    if isinstance(value, bool) or not isinstance(value, (int, str)):
        raise invalid_params(f"{what}: not a quantity")
    if isinstance(value, int):
        if 0 <= value < 2**256:
            return value
    elif len(value) <= 66 and QUANTITY.match(value):
        return int(value, 16)
    raise invalid_params(f"{what}: not a quantity")


def data(value: Any, what: str, length: int | None = None) -> bytes:
    if not isinstance(value, str) or not DATA.match(value):
        raise invalid_params(f"{what}: not 0x and pairs of hex digits")
    content = bytes.fromhex(value[2:])
    if len(content) > MAX_DATA or (length is not None and len(content) != length):
        raise invalid_params(f"{what}: wrong length {len(content)}")
    return content


def address(value: Any, what: str = "address") -> bytes:
    return data(value, what, 20)


def word(value: Any, what: str) -> bytes:
    return data(value, what, 32)


def block(chain: Chain, tag: Any) -> Block:
    """The block of a tag or number. `pending` is the head: of unmined blocks nothing is told."""
    if tag in (None, "latest", "pending"):
        return chain.head
    if tag in ("safe", "finalized"):
        return chain.final()
    if tag == "earliest":
        return chain.blocks[0]
    if isinstance(tag, dict):
        return block_by_object(chain, tag)
    number = quantity(tag, "block")
    if number >= len(chain.blocks):
        raise refused("header not found")
    return chain.blocks[number]


def block_by_object(chain: Chain, tag: dict[str, Any]) -> Block:
    """A block as EIP-1898 names it."""
    if "blockHash" in tag:
        found = chain.by_hash.get(word(tag["blockHash"], "blockHash"))
        if found is None:
            raise refused("header not found")
        return found
    return block(chain, tag.get("blockNumber"))


def message(value: Any) -> dict[str, Any]:
    """The transaction object of eth_call and eth_estimateGas."""
    if not isinstance(value, dict):
        raise invalid_params("transaction: not an object")
    content = value.get("input", value.get("data"))
    to = value.get("to")
    return {
        "from": address(value["from"], "from") if value.get("from") else ZERO,
        "to": address(to, "to") if to else b"",
        "value": quantity(value.get("value") or 0, "value"),
        "data": data(content, "data") if content else b"",
        "gas": quantity(value["gas"], "gas") if value.get("gas") else None,
    }
