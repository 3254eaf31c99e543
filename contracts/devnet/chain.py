# SPDX-License-Identifier: Apache-2.0
"""The chain: blocks in a list, state in py-evm, time that can be moved, and going back.

What a block left behind (receipts, logs) is kept beside it, so that a revert forgets all of it.
"""

import os
import time
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from typing import Any

from eth.abc import BlockAPI, BlockHeaderAPI, ComputationAPI, StateAPI
from eth.chains.base import MiningChain
from eth.constants import BLANK_ROOT_HASH, ZERO_ADDRESS
from eth.db.atomic import AtomicDB
from eth.exceptions import Revert
from eth.vm.forks import PragueVM
from eth.vm.spoof import SpoofTransaction
from eth_utils import ValidationError, encode_hex

from .errors import REVERTED, RPCError, invalid_params, refused
from .pool import Pool, fees

BLOCK_GAS = 60_000_000
MAX_MINED_AT_ONCE = 10_000
MAX_SNAPSHOTS = 1_000
KINDS_TAKEN = (0, 1, 2)


@dataclass(frozen=True)
class Mined:
    """A transaction in its block."""

    block: "Block"
    index: int
    tx: Any
    receipt: Any
    gas_used: int
    first_log: int


@dataclass(frozen=True)
class Log:
    block: "Block"
    mined: Mined
    index: int
    address: bytes
    topics: tuple[bytes, ...]
    data: bytes


@dataclass(frozen=True, eq=False)
class Block:
    header: BlockHeaderAPI
    hash: bytes
    size: int
    mined: list[Mined] = field(default_factory=list)

    @property
    def number(self) -> int:
        return self.header.block_number


@dataclass(frozen=True)
class Snapshot:
    height: int
    shift: int
    pool: Pool


def least_gas(tx: Any) -> int:
    """What a transaction must allow before anything runs; for its data at least the floor of
    EIP-7623, which the virtual machine charges but does not ask for."""
    tokens = 4 * len(tx.data) - 3 * tx.data.count(0)
    return max(tx.intrinsic_gas, 21_000 + 10 * tokens)


def kind(tx: Any) -> int:
    """The transaction's type; 0 for those that have none."""
    return getattr(tx, "type_id", None) or 0


class Chain:
    """One chain of its own, from a genesis with funded accounts."""

    def __init__(self, chain_id: int, funded: dict[bytes, int], finality: int) -> None:
        configuration = {"chain_id": chain_id, "vm_configuration": ((0, PragueVM),)}
        kept_limit = type("Chain", (_ConstantLimit,), configuration)
        genesis = {
            "coinbase": ZERO_ADDRESS,
            "difficulty": 0,
            "gas_limit": BLOCK_GAS,
            "receipt_root": BLANK_ROOT_HASH,
            "transaction_root": BLANK_ROOT_HASH,
            "timestamp": int(time.time()),
        }
        accounts = {
            address: {"balance": balance, "nonce": 0, "code": b"", "storage": {}}
            for address, balance in funded.items()
        }
        self.id = chain_id
        self.finality = finality
        self.automine = True
        self.pool = Pool()
        self._evm = kept_limit.from_genesis(AtomicDB(), genesis, accounts)
        first = self._evm.get_canonical_block_by_number(0)
        self.blocks = [Block(first.header, first.hash, _size(first))]
        self.by_hash = {first.hash: self.blocks[0]}
        self.mined: dict[bytes, Mined] = {}
        self.logs: list[Log] = []
        self._shift = 0
        self._next_time: int | None = None
        self._snapshots: dict[int, Snapshot] = {}
        self._last_snapshot = 0

    # Reading

    @property
    def head(self) -> Block:
        return self.blocks[-1]

    def final(self) -> Block:
        """The highest block that the chain promises never to take back."""
        return self.blocks[max(0, self.head.number - self.finality)]

    def state(self, block: Block) -> StateAPI:
        return self._evm.get_vm(block.header).state

    def next_base_fee(self) -> int:
        return self._evm.create_header_from_parent(self.head.header).base_fee_per_gas

    def logs_between(self, first: int, last: int) -> list[Log]:
        number = lambda log: log.block.number  # noqa: E731
        low = bisect_left(self.logs, first, key=number)
        return self.logs[low : bisect_right(self.logs, last, key=number)]

    # Sending

    def send(self, raw: bytes) -> bytes:
        """Takes a signed transaction; with automine it is mined before this returns."""
        tx = self._decoded(raw)
        if tx.hash in self.mined:
            raise refused("already known")
        state = self.state(self.head)
        if tx.gas > BLOCK_GAS:
            raise refused("exceeds block gas limit")
        if tx.gas < (least := least_gas(tx)):
            raise refused(f"intrinsic gas too low: gas {tx.gas}, minimum {least}")
        if state.get_balance(tx.sender) < tx.value + tx.gas * fees(tx)[0]:
            raise refused("insufficient funds for gas * price + value")
        self.pool.add(tx, state.get_nonce(tx.sender))
        if self.automine:
            self.mine_waiting()
        return tx.hash

    def _decoded(self, raw: bytes) -> Any:
        try:
            tx = self._evm.get_vm(self.head.header).get_transaction_builder().decode(raw)
            if kind(tx) not in KINDS_TAKEN:
                raise refused("transaction type not supported")
            tx.validate()
            tx.check_signature_validity()
            _ = tx.sender
        except RPCError:
            raise
        except Exception as error:  # a decoder of others on bytes of others: any kind may come
            raise refused(f"invalid transaction: {type(error).__name__}") from error
        if tx.chain_id is None:
            raise refused("only replay-protected (EIP-155) transactions allowed over RPC")
        if tx.chain_id != self.id:
            raise refused(f"invalid chain id for signer: have {tx.chain_id} want {self.id}")
        if fees(tx)[1] > fees(tx)[0]:
            raise refused("max priority fee per gas higher than max fee per gas")
        return tx

    # Mining and time

    def mine_waiting(self) -> None:
        """Mines until nothing that waits can be mined now."""
        while self._may_mine():
            self.mine()

    def _may_mine(self) -> bool:
        return self.pool.next(self.next_base_fee(), self.state(self.head).get_nonce) is not None

    def mine(self) -> Block:
        """Mines one block of what waits; an empty one where nothing can be mined."""
        header = self._evm.create_header_from_parent(
            self.head.header, timestamp=self._time(), coinbase=ZERO_ADDRESS
        )
        self._evm.header = header
        outcomes: list[tuple[Any, Any]] = []
        while (tx := self._next(header)) is not None:
            try:
                _, receipt, _ = self._evm.apply_transaction(tx)
                outcomes.append((tx, receipt))
            except ValidationError:
                pass  # its sender spent the money in another transaction: it can never be mined
            self.pool.drop(tx)
        done = self._evm.mine_block(mix_hash=os.urandom(32))
        return self._keep(done, outcomes)

    def _next(self, header: BlockHeaderAPI) -> Any | None:
        """The next for the block in making, if it has room."""
        state = self._evm.get_vm(self._evm.header).state
        tx = self.pool.next(header.base_fee_per_gas, state.get_nonce)
        if tx is None or self._evm.header.gas_used + tx.gas > header.gas_limit:
            return None
        return tx

    def _keep(self, done: BlockAPI, outcomes: list[tuple[Any, Any]]) -> Block:
        block = Block(done.header, done.hash, _size(done))
        before = logs = 0
        for index, (tx, receipt) in enumerate(outcomes):
            mined = Mined(block, index, tx, receipt, receipt.gas_used - before, logs)
            before = receipt.gas_used
            for offset, log in enumerate(receipt.logs):
                topics = tuple(topic.to_bytes(32, "big") for topic in log.topics)
                kept = Log(block, mined, logs + offset, log.address, topics, log.data)
                self.logs.append(kept)
            logs += len(receipt.logs)
            block.mined.append(mined)
            self.mined[tx.hash] = mined
        self.blocks.append(block)
        self.by_hash[block.hash] = block
        return block

    def _time(self) -> int:
        wanted = self._next_time if self._next_time is not None else self.now()
        if self._next_time is not None:
            self._shift = wanted - int(time.time())
            self._next_time = None
        return max(wanted, self.head.header.timestamp + 1)

    def now(self) -> int:
        """The chain's own clock."""
        return int(time.time()) + self._shift

    def increase_time(self, seconds: int) -> int:
        if not 0 <= seconds < 2**32:
            raise invalid_params("seconds out of range")
        # From the head on: blocks mined faster than one a second run ahead of the clock.
        ahead = max(0, self.head.header.timestamp - self.now())
        self._shift += seconds + ahead
        return self._shift

    def set_next_time(self, timestamp: int) -> None:
        if not self.head.header.timestamp < timestamp < 2**40:
            raise invalid_params("timestamp must be later than the latest block's")
        self._next_time = timestamp

    # Going back

    def snapshot(self) -> int:
        if len(self._snapshots) >= MAX_SNAPSHOTS:
            raise refused(f"more than {MAX_SNAPSHOTS} snapshots")
        self._last_snapshot += 1
        self._snapshots[self._last_snapshot] = Snapshot(
            len(self.blocks), self._shift, self.pool.copy()
        )
        return self._last_snapshot

    def revert(self, number: int) -> bool:
        """Goes back to a snapshot, which is spent with all later ones. Blocks since are gone, with
        their transactions, receipts and logs."""
        kept = self._snapshots.get(number)
        if kept is None:
            return False
        self._snapshots = {n: s for n, s in self._snapshots.items() if n < number}
        for block in self.blocks[kept.height :]:
            del self.by_hash[block.hash]
            for mined in block.mined:
                del self.mined[mined.tx.hash]
        del self.blocks[kept.height :]
        self.logs = self.logs_between(0, self.head.number)
        self.pool, self._shift, self._next_time = kept.pool, kept.shift, None
        return True

    # Trying

    def call(self, block: Block, message: dict[str, Any]) -> bytes:
        """The answer of a call on the state after `block`; nothing stays."""
        return self._tried(block, message, message.get("gas") or BLOCK_GAS)[0].output

    def estimate(self, block: Block, message: dict[str, Any]) -> int:
        """The least gas limit, to one part in sixty-four, with which the transaction succeeds."""
        enough = min(message.get("gas") or BLOCK_GAS, BLOCK_GAS)
        low = self._tried(block, message, enough)[1] - 1
        # First exactly what was used: most transactions need no more.
        middle = low + 1
        while enough - low > max(1, enough // 64):
            try:
                self._tried(block, message, middle)
                enough = middle
            except RPCError:
                low = middle
            middle = min((low + enough) // 2, low * 65 // 64 + 1)
        return enough

    def _tried(
        self, block: Block, message: dict[str, Any], gas: int
    ) -> tuple[ComputationAPI, int]:
        """What came of it, and the gas that it used before refunds: a limit has to cover what is
        given back."""
        state = self._evm.get_vm(block.header.copy(base_fee_per_gas=0)).state
        sender = message["from"]
        plain = self._evm.create_unsigned_transaction(
            nonce=state.get_nonce(sender),
            gas_price=0,
            gas=min(gas, BLOCK_GAS),
            to=message["to"],
            value=message["value"],
            data=message["data"],
        )
        if plain.gas < (least := least_gas(plain)):
            raise refused(f"intrinsic gas too low: gas {plain.gas}, minimum {least}")
        try:
            computation = state.apply_transaction(SpoofTransaction(plain, from_=sender))
        except ValidationError as error:
            raise refused(f"cannot execute: {str(error)[:200]}") from error
        if computation.is_error:
            raise _failure(computation)
        return computation, max(least_gas(plain), plain.gas - computation.get_gas_remaining())


class _ConstantLimit(MiningChain):
    """Blocks whose gas limit never moves."""

    def create_header_from_parent(
        self, parent_header: BlockHeaderAPI, **header_params: Any
    ) -> BlockHeaderAPI:
        header_params["gas_limit"] = parent_header.gas_limit
        return super().create_header_from_parent(parent_header, **header_params)


def _failure(computation: ComputationAPI) -> RPCError:
    error = computation.error
    if not isinstance(error, Revert):
        return refused(f"execution failed: {type(error).__name__}")
    data = computation.output
    reason = _reason(data)
    message = "execution reverted" + (f": {reason}" if reason else "")
    return RPCError(REVERTED, message, encode_hex(data))


def _reason(data: bytes) -> str | None:
    """The text of Error(string), where that is what came."""
    if data[:4] != bytes.fromhex("08c379a0") or len(data) < 68:
        return None
    length = int.from_bytes(data[36:68], "big")
    return data[68 : 68 + min(length, 1024)].decode("utf-8", "replace")


def _size(block: BlockAPI) -> int:
    return sum(len(tx.encode()) for tx in block.transactions) + 600
