# SPDX-License-Identifier: Apache-2.0
"""Blocks, transactions and logs as JSON-RPC tells them."""

from typing import Any

from eth_utils import encode_hex
from eth_utils import keccak
import rlp

from .chain import Block, Log, Mined, kind
from .pool import fees, tip

Answer = dict[str, Any]


def word(value: int) -> str:
    return encode_hex(value.to_bytes(32, "big"))


def effective_price(tx: Any, base_fee: int) -> int:
    return base_fee + tip(tx, base_fee)


def block_answer(block: Block, full: bool) -> Answer:
    header = block.header
    return {
        "number": hex(block.number),
        "hash": encode_hex(block.hash),
        "parentHash": encode_hex(header.parent_hash),
        "nonce": encode_hex(header.nonce),
        "mixHash": encode_hex(header.mix_hash),
        "sha3Uncles": encode_hex(header.uncles_hash),
        "logsBloom": encode_hex(header.bloom.to_bytes(256, "big")),
        "transactionsRoot": encode_hex(header.transaction_root),
        "stateRoot": encode_hex(header.state_root),
        "receiptsRoot": encode_hex(header.receipt_root),
        "withdrawalsRoot": encode_hex(header.withdrawals_root),
        "withdrawals": [],
        "miner": encode_hex(header.coinbase),
        "difficulty": hex(header.difficulty),
        "extraData": encode_hex(header.extra_data),
        "size": hex(block.size),
        "gasLimit": hex(header.gas_limit),
        "gasUsed": hex(header.gas_used),
        "timestamp": hex(header.timestamp),
        "baseFeePerGas": hex(header.base_fee_per_gas),
        "blobGasUsed": hex(header.blob_gas_used),
        "excessBlobGas": hex(header.excess_blob_gas),
        "parentBeaconBlockRoot": encode_hex(header.parent_beacon_block_root),
        "requestsHash": encode_hex(header.requests_hash),
        "uncles": [],
        "transactions": [
            transaction_answer(m.tx, m) if full else encode_hex(m.tx.hash) for m in block.mined
        ],
    }


def transaction_answer(tx: Any, mined: Mined | None) -> Answer:
    """A transaction, mined or (`mined` is None) waiting."""
    answer: Answer = {
        "type": hex(kind(tx)),
        "hash": encode_hex(tx.hash),
        "nonce": hex(tx.nonce),
        "from": encode_hex(tx.sender),
        "to": encode_hex(tx.to) if tx.to else None,
        "value": hex(tx.value),
        "gas": hex(tx.gas),
        "input": encode_hex(tx.data),
        "chainId": hex(tx.chain_id),
        "v": hex(tx.v if kind(tx) == 0 else tx.y_parity),
        "r": hex(tx.r),
        "s": hex(tx.s),
        "blockHash": encode_hex(mined.block.hash) if mined else None,
        "blockNumber": hex(mined.block.number) if mined else None,
        "transactionIndex": hex(mined.index) if mined else None,
        "gasPrice": hex(
            effective_price(tx, mined.block.header.base_fee_per_gas) if mined else fees(tx)[0]
        ),
    }
    if kind(tx) >= 1:
        answer["yParity"] = answer["v"]
        answer["accessList"] = [
            {"address": encode_hex(address), "storageKeys": [word(key) for key in keys]}
            for address, keys in tx.access_list
        ]
    if kind(tx) == 2:
        answer["maxFeePerGas"] = hex(tx.max_fee_per_gas)
        answer["maxPriorityFeePerGas"] = hex(tx.max_priority_fee_per_gas)
    return answer


def receipt_answer(mined: Mined, logs: list[Log]) -> Answer:
    tx, block, receipt = mined.tx, mined.block, mined.receipt
    return {
        "type": hex(kind(tx)),
        "status": "0x1" if receipt.state_root == b"\x01" else "0x0",
        "transactionHash": encode_hex(tx.hash),
        "transactionIndex": hex(mined.index),
        "blockHash": encode_hex(block.hash),
        "blockNumber": hex(block.number),
        "from": encode_hex(tx.sender),
        "to": encode_hex(tx.to) if tx.to else None,
        "contractAddress": None if tx.to else created(tx.sender, tx.nonce),
        "gasUsed": hex(mined.gas_used),
        "cumulativeGasUsed": hex(receipt.gas_used),
        "effectiveGasPrice": hex(effective_price(tx, block.header.base_fee_per_gas)),
        "logsBloom": encode_hex(receipt.bloom.to_bytes(256, "big")),
        "logs": [log_answer(log) for log in logs if log.mined is mined],
    }


def created(sender: bytes, nonce: int) -> str:
    """The address of the contract that this transaction makes."""
    return encode_hex(keccak(rlp.encode([sender, nonce]))[12:])


def log_answer(log: Log) -> Answer:
    return {
        "address": encode_hex(log.address),
        "topics": [encode_hex(topic) for topic in log.topics],
        "data": encode_hex(log.data),
        "blockNumber": hex(log.block.number),
        "blockHash": encode_hex(log.block.hash),
        "transactionHash": encode_hex(log.mined.tx.hash),
        "transactionIndex": hex(log.mined.index),
        "logIndex": hex(log.index),
        "removed": False,
    }
