# SPDX-License-Identifier: Apache-2.0
"""The methods, one function each: parameters in, the result of the JSON answer out."""

from typing import Any, Callable

from eth_utils import encode_hex

from . import answers, parse
from .chain import MAX_MINED_AT_ONCE, Block, Chain, Log
from .errors import NO_METHOD, RPCError, invalid_params, refused
from .pool import tip

PRIORITY_FEE = 10**9
MAX_LOGS = 10_000
MAX_HISTORY = 1_024

Params = list[Any]


class Methods:
    """Everything that a caller may ask of the chain."""

    def __init__(self, chain: Chain) -> None:
        self._chain = chain
        self._table: dict[str, Callable[..., Any]] = {
            "web3_clientVersion": lambda: "orban-devnet/1",
            "net_version": lambda: str(chain.id),
            "net_listening": lambda: True,
            "eth_chainId": lambda: hex(chain.id),
            "eth_syncing": lambda: False,
            "eth_accounts": lambda: [],
            "eth_blockNumber": lambda: hex(chain.head.number),
            "eth_gasPrice": lambda: hex(chain.next_base_fee() + PRIORITY_FEE),
            "eth_maxPriorityFeePerGas": lambda: hex(PRIORITY_FEE),
            "eth_feeHistory": self._fee_history,
            "eth_getBlockByNumber": self._block_by_number,
            "eth_getBlockByHash": self._block_by_hash,
            "eth_getBalance": self._balance,
            "eth_getCode": self._code,
            "eth_getStorageAt": self._storage,
            "eth_getTransactionCount": self._transaction_count,
            "eth_getTransactionByHash": self._transaction,
            "eth_getTransactionReceipt": self._receipt,
            "eth_getLogs": self._logs,
            "eth_call": self._call,
            "eth_estimateGas": self._estimate,
            "eth_sendRawTransaction": self._send,
            "evm_snapshot": lambda: hex(chain.snapshot()),
            "evm_revert": lambda number: chain.revert(parse.quantity(number, "snapshot")),
            "evm_increaseTime": self._increase_time,
            "evm_setNextBlockTimestamp": self._set_next_time,
            "evm_mine": self._mine,
            "evm_setAutomine": self._set_automine,
        }

    def answer(self, method: str, params: Params) -> Any:
        """The result of one request.

        Raises RPCError for whatever the caller did wrong.
        """
        function = self._table.get(method)
        if function is None:
            raise RPCError(NO_METHOD, f"the method {method[:80]} does not exist")
        most = function.__code__.co_argcount - (1 if hasattr(function, "__self__") else 0)
        least = most - len(function.__defaults__ or ())
        if not least <= len(params) <= most:
            raise invalid_params(f"{method} takes {least} to {most} parameters")
        return function(*params)

    # Blocks

    def _block_by_number(self, tag: Any, full: Any = False) -> Any:
        try:
            return answers.block_answer(parse.block(self._chain, tag), full is True)
        except RPCError as error:
            if error.message == "header not found":
                return None
            raise

    def _block_by_hash(self, block_hash: Any, full: Any = False) -> Any:
        block = self._chain.by_hash.get(parse.word(block_hash, "hash"))
        return answers.block_answer(block, full is True) if block else None

    def _fee_history(self, count: Any, newest: Any, percentiles: Any = None) -> Any:
        number = parse.quantity(count, "count")
        if not 1 <= number <= MAX_HISTORY:
            raise invalid_params(f"count: 1 to {MAX_HISTORY}")
        wanted = _percentiles(percentiles)
        last = parse.block(self._chain, newest).number
        blocks = self._chain.blocks[max(0, last + 1 - number) : last + 1]
        bases = [block.header.base_fee_per_gas for block in blocks]
        following = self._chain.blocks[last + 1 : last + 2]
        bases.append(
            following[0].header.base_fee_per_gas if following else self._chain.next_base_fee()
        )
        history: dict[str, Any] = {
            "oldestBlock": hex(blocks[0].number),
            "baseFeePerGas": [hex(base) for base in bases],
            "gasUsedRatio": [b.header.gas_used / b.header.gas_limit for b in blocks],
        }
        if wanted:
            history["reward"] = [_rewards(block, wanted) for block in blocks]
        return history

    # State

    def _balance(self, account: Any, tag: Any = None) -> str:
        return hex(self._state(tag).get_balance(parse.address(account)))

    def _code(self, account: Any, tag: Any = None) -> str:
        return encode_hex(self._state(tag).get_code(parse.address(account)))

    def _storage(self, account: Any, slot: Any, tag: Any = None) -> str:
        where = parse.quantity(slot, "slot") if slot != "0x" else 0
        return answers.word(self._state(tag).get_storage(parse.address(account), where))

    def _transaction_count(self, account: Any, tag: Any = None) -> str:
        sender = parse.address(account)
        nonce = self._state(tag).get_nonce(sender)
        return hex(self._chain.pool.pending_nonce(sender, nonce) if tag == "pending" else nonce)

    def _state(self, tag: Any) -> Any:
        return self._chain.state(parse.block(self._chain, tag))

    # Transactions

    def _send(self, raw: Any) -> str:
        return encode_hex(self._chain.send(parse.data(raw, "transaction")))

    def _transaction(self, tx_hash: Any) -> Any:
        key = parse.word(tx_hash, "hash")
        mined = self._chain.mined.get(key)
        if mined is not None:
            return answers.transaction_answer(mined.tx, mined)
        waiting = self._chain.pool.by_hash.get(key)
        return answers.transaction_answer(waiting, None) if waiting else None

    def _receipt(self, tx_hash: Any) -> Any:
        mined = self._chain.mined.get(parse.word(tx_hash, "hash"))
        if mined is None:
            return None
        number = mined.block.number
        return answers.receipt_answer(mined, self._chain.logs_between(number, number))

    def _call(self, message: Any, tag: Any = None) -> str:
        block = parse.block(self._chain, tag)
        return encode_hex(self._chain.call(block, parse.message(message)))

    def _estimate(self, message: Any, tag: Any = None) -> str:
        block = parse.block(self._chain, tag)
        return hex(self._chain.estimate(block, parse.message(message)))

    def _logs(self, query: Any) -> Any:
        if not isinstance(query, dict):
            raise invalid_params("filter: not an object")
        addresses = _any_of(query.get("address"), parse.address)
        topics = query.get("topics") or []
        if not isinstance(topics, list) or len(topics) > 4:
            raise invalid_params("topics: at most four")
        wanted = [_any_of(topic, lambda value: parse.word(value, "topic")) for topic in topics]
        found = [
            log for log in self._log_range(query)
            if (addresses is None or log.address in addresses) and _has_topics(log, wanted)
        ]
        if len(found) > MAX_LOGS:
            raise refused(f"query returned more than {MAX_LOGS} results")
        return [answers.log_answer(log) for log in found]

    def _log_range(self, query: dict[str, Any]) -> list[Log]:
        if "blockHash" in query:
            if "fromBlock" in query or "toBlock" in query:
                raise invalid_params("blockHash excludes fromBlock and toBlock")
            number = parse.block_by_object(self._chain, {"blockHash": query["blockHash"]}).number
            return self._chain.logs_between(number, number)
        first = _height(self._chain, query.get("fromBlock"))
        last = _height(self._chain, query.get("toBlock"))
        if first > last:
            raise invalid_params("fromBlock is after toBlock")
        return self._chain.logs_between(first, last)

    # Time

    def _increase_time(self, seconds: Any) -> str:
        return hex(self._chain.increase_time(parse.quantity(seconds, "seconds")))

    def _set_next_time(self, timestamp: Any) -> bool:
        self._chain.set_next_time(parse.quantity(timestamp, "timestamp"))
        return True

    def _mine(self, count: Any = 1) -> str:
        blocks = parse.quantity(count, "count")
        if not 1 <= blocks <= MAX_MINED_AT_ONCE:
            raise invalid_params(f"count: 1 to {MAX_MINED_AT_ONCE}")
        for _ in range(blocks):
            self._chain.mine()
        return "0x0"

    def _set_automine(self, on: Any) -> bool:
        if not isinstance(on, bool):
            raise invalid_params("automine: true or false")
        self._chain.automine = on
        if on:
            self._chain.mine_waiting()
        return True


def _height(chain: Chain, tag: Any) -> int:
    """A block's number in a filter; one that is not there yet ends the range, as elsewhere."""
    if tag is None or tag in parse.TAGS:
        return parse.block(chain, tag).number
    return parse.quantity(tag, "block")


def _any_of(value: Any, parsed: Callable[[Any], bytes]) -> set[bytes] | None:
    """The alternatives of a filter's place; None lets all pass."""
    if value is None:
        return None
    if isinstance(value, list):
        if len(value) > 1_000:
            raise invalid_params("filter: at most 1000 alternatives")
        return {parsed(one) for one in value} or None
    return {parsed(value)}


def _has_topics(log: Log, wanted: list[set[bytes] | None]) -> bool:
    return all(
        alternatives is None or (place < len(log.topics) and log.topics[place] in alternatives)
        for place, alternatives in enumerate(wanted)
    )


def _percentiles(value: Any) -> list[float]:
    if value is None:
        return []
    if not isinstance(value, list) or len(value) > 100:
        raise invalid_params("percentiles: a list of at most 100")
    for one in value:
        if isinstance(one, bool) or not isinstance(one, (int, float)) or not 0 <= one <= 100:
            raise invalid_params("percentiles: 0 to 100")
    if value != sorted(value):
        raise invalid_params("percentiles: must rise")
    return value


def _rewards(block: Block, percentiles: list[float]) -> list[str]:
    """The tip at which so many percent of the block's gas were paid with no more."""
    base = block.header.base_fee_per_gas
    paid = sorted((tip(mined.tx, base), mined.gas_used) for mined in block.mined)
    if not paid:
        return ["0x0"] * len(percentiles)
    rewards = []
    for percentile in percentiles:
        threshold = block.header.gas_used * percentile / 100
        reached = 0
        for reward, gas in paid:
            reached += gas
            if reached >= threshold:
                break
        rewards.append(hex(reward))
    return rewards
