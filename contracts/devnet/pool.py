# SPDX-License-Identifier: Apache-2.0
"""Transactions that wait: at most one per sender and nonce, replaced by better paying ones only."""

from dataclasses import dataclass, field
from typing import Any, Callable, Iterator

from .errors import refused

MAX_WAITING = 10_000
MAX_GAP = 1_000
# What a replacement must pay more, in percent, of both fees; the rule of the public nodes.
PRICE_BUMP = 10


def fees(tx: Any) -> tuple[int, int]:
    """The highest fee and the highest tip per gas; a transaction of the old kind pays its price."""
    return tx.max_fee_per_gas, tx.max_priority_fee_per_gas


def tip(tx: Any, base_fee: int) -> int:
    """What the block's proposer gets per gas."""
    max_fee, max_tip = fees(tx)
    return min(max_fee - base_fee, max_tip)


@dataclass
class Pool:
    waiting: dict[bytes, dict[int, Any]] = field(default_factory=dict)
    by_hash: dict[bytes, Any] = field(default_factory=dict)

    def copy(self) -> "Pool":
        return Pool({k: dict(v) for k, v in self.waiting.items()}, dict(self.by_hash))

    def add(self, tx: Any, next_nonce: int) -> None:
        if tx.hash in self.by_hash:
            raise refused("already known")
        if tx.nonce < next_nonce:
            raise refused(f"nonce too low: next nonce {next_nonce}, tx nonce {tx.nonce}")
        if tx.nonce > next_nonce + MAX_GAP or len(self.by_hash) >= MAX_WAITING:
            raise refused("txpool is full")
        old = self.waiting.get(tx.sender, {}).get(tx.nonce)
        if old is not None:
            if any(n * 100 < o * (100 + PRICE_BUMP) for n, o in zip(fees(tx), fees(old))):
                raise refused("replacement transaction underpriced")
            del self.by_hash[old.hash]
        self.waiting.setdefault(tx.sender, {})[tx.nonce] = tx
        self.by_hash[tx.hash] = tx

    def drop(self, tx: Any) -> None:
        """Takes a transaction out that was mined or can never be."""
        if self.by_hash.pop(tx.hash, None) is not None:
            del self.waiting[tx.sender][tx.nonce]

    def pending_nonce(self, sender: bytes, next_nonce: int) -> int:
        """The first nonce from `next_nonce` on that nothing waits for."""
        mine = self.waiting.get(sender, {})
        while next_nonce in mine:
            next_nonce += 1
        return next_nonce

    def next(self, base_fee: int, nonce_of: Callable[[bytes], int]) -> Any | None:
        """The transaction that a block takes next: of those that may come now, the best paying."""
        return max(
            self._ready(base_fee, nonce_of), key=lambda tx: tip(tx, base_fee), default=None
        )

    def _ready(self, base_fee: int, nonce_of: Callable[[bytes], int]) -> Iterator[Any]:
        for sender, mine in self.waiting.items():
            tx = mine.get(nonce_of(sender)) if mine else None
            if tx is not None and fees(tx)[0] >= base_fee:
                yield tx
