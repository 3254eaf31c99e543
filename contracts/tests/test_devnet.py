# SPDX-License-Identifier: Apache-2.0
"""The devnet as its callers see it: a process, HTTP, JSON."""

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any, Iterator

import pytest
from eth_abi import decode, encode
from eth_account import Account
from eth_account.signers.local import LocalAccount
from eth_utils import keccak, to_checksum_address

from devnet.deploy import DISPUTE_WINDOW, artifact
from world import HERE

CHAIN_ID = 77_001
TRANSFER = "0x" + keccak(text="Transfer(address,address,uint256)").hex()


class Devnet:
    """One running devnet."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.keys_file = folder / "keys.json"
        command = [
            sys.executable, "-m", "devnet", "--port", "0", "--keys", str(self.keys_file), *options
        ]
        self.process = subprocess.Popen(
            command, cwd=HERE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, self.process.communicate()[1]
        self.line = line
        self.ready: dict[str, Any] = json.loads(line)
        self.url: str = self.ready["rpc_url"]
        self.accounts: list[LocalAccount] = [
            Account.from_key(entry["private_key"])
            for entry in json.loads(self.keys_file.read_text())
        ]

    def post(self, body: bytes) -> Any:
        request = urllib.request.Request(
            self.url, body, headers={"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            content = answer.read()
            return json.loads(content) if content else None

    def ask(self, method: str, *params: Any) -> Any:
        """The whole answer."""
        body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": list(params)}
        return self.post(json.dumps(body).encode())

    def rpc(self, method: str, *params: Any) -> Any:
        """The result; there must be one."""
        answer = self.ask(method, *params)
        assert "error" not in answer, answer
        return answer["result"]

    def error(self, method: str, *params: Any) -> dict[str, Any]:
        return self.ask(method, *params)["error"]

    def number(self, method: str, *params: Any) -> int:
        return int(self.rpc(method, *params), 16)

    def nonce(self, account: LocalAccount, tag: str = "pending") -> int:
        return self.number("eth_getTransactionCount", account.address, tag)

    def signed(self, account: LocalAccount, **changed: Any) -> str:
        content = {
            "type": 2, "chainId": CHAIN_ID, "gas": 300_000, "value": 0, "data": "0x",
            "maxFeePerGas": 10**11, "maxPriorityFeePerGas": 10**9, "to": account.address,
        } | changed
        if "nonce" not in content:
            content["nonce"] = self.nonce(account)
        return "0x" + bytes(account.sign_transaction(content).raw_transaction).hex()

    def send(self, account: LocalAccount, **changed: Any) -> str:
        return self.rpc("eth_sendRawTransaction", self.signed(account, **changed))

    def receipt(self, tx_hash: str) -> Any:
        return self.rpc("eth_getTransactionReceipt", tx_hash)

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=20)


@pytest.fixture(scope="module")
def running(tmp_path_factory: Any) -> Iterator[Devnet]:
    devnet = Devnet(
        tmp_path_factory.mktemp("devnet"), "--chain-id", str(CHAIN_ID), "--deploy",
        "--finality", "3",
    )
    yield devnet
    assert devnet.stop() == 0


@pytest.fixture
def devnet(running: Devnet) -> Iterator[Devnet]:
    """The running one, as it was at its start."""
    snapshot = running.rpc("evm_snapshot")
    yield running
    assert running.rpc("evm_setAutomine", True)
    assert running.rpc("evm_revert", snapshot) is True


def call_data(function: str, types: list[str], *arguments: Any) -> str:
    selector = keccak(text=f"{function}({','.join(types)})")[:4]
    return "0x" + (selector + encode(types, arguments)).hex()


def mint(devnet: Devnet, to: str, amount: int) -> str:
    return devnet.send(
        devnet.accounts[0], to=devnet.ready["contracts"]["dollar"],
        data=call_data("mint", ["address", "uint256"], to, amount),
    )


class TestStart:
    def test_one_line_says_where_it_is_and_no_key(self, devnet: Devnet) -> None:
        assert devnet.ready["chain_id"] == CHAIN_ID
        assert devnet.ready["accounts"] == [account.address for account in devnet.accounts]
        assert set(devnet.ready["contracts"]) == {"vault", "escrow", "anchor", "dollar"}
        assert devnet.url.startswith("http://127.0.0.1:")
        assert all(account.key.hex()[2:] not in devnet.line for account in devnet.accounts)

    def test_keys_are_their_owners_alone_and_have_money(self, devnet: Devnet) -> None:
        assert stat.S_IMODE(os.stat(devnet.keys_file).st_mode) == 0o600
        assert len(devnet.accounts) == 10
        for account in devnet.accounts:
            assert devnet.number("eth_getBalance", account.address, "latest") == 10**24

    def test_contracts_have_the_code_of_their_artifacts(self, devnet: Devnet) -> None:
        names = {"vault": "Vault", "escrow": "LeaseEscrow", "anchor": "UsageAnchor"}
        for kind, name in names.items():
            code = devnet.rpc("eth_getCode", devnet.ready["contracts"][kind], "latest")
            assert code.startswith(artifact(name)["runtime_bytecode"])
        window = devnet.rpc("eth_call", {
            "to": devnet.ready["contracts"]["escrow"], "data": call_data("disputeWindow", [])
        }, "latest")
        assert int(window, 16) == DISPUTE_WINDOW

    def test_bad_options_are_refused(self, tmp_path: Path) -> None:
        for options in (
            ["--chain-id", "0"], ["--port", "70000"], ["--finality", "-1"], ["--fund", "0x12"],
            ["--port", "x"],
        ):
            done = subprocess.run(
                [sys.executable, "-m", "devnet", *options], cwd=HERE, capture_output=True,
                text=True, timeout=60,
            )
            assert done.returncode == 2 and "Traceback" not in done.stderr
            assert done.stdout == ""

    def test_a_taken_port_or_a_bad_key_file_is_said_without_a_trace(
        self, devnet: Devnet, tmp_path: Path
    ) -> None:
        port = devnet.url.rsplit(":", 1)[1]
        link = tmp_path / "link"
        link.symlink_to(tmp_path / "elsewhere")
        for options in (["--port", port], ["--port", "0", "--keys", str(link)]):
            done = subprocess.run(
                [sys.executable, "-m", "devnet", *options], cwd=HERE, capture_output=True,
                text=True, timeout=60,
            )
            assert done.returncode == 1 and done.stderr.startswith("devnet: cannot start")
            assert "Traceback" not in done.stderr

    def test_the_script_starts_it_where_its_caller_is_and_ends_it(self, tmp_path: Path) -> None:
        process = subprocess.Popen(
            [HERE.parent / "script" / "devnet", "--port", "0", "--keys", "mine.json"],
            cwd=tmp_path, stdout=subprocess.PIPE, text=True,
        )
        assert process.stdout is not None
        assert json.loads(process.stdout.readline())["chain_id"] == 31_337
        assert stat.S_IMODE((tmp_path / "mine.json").stat().st_mode) == 0o600
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == 0

    def test_given_addresses_are_funded_and_a_treasury_is_kept(self, tmp_path: Path) -> None:
        address, treasury = Account.create().address, Account.create().address
        other = Devnet(
            tmp_path, "--accounts", "1", "--fund", address, "--deploy", "--treasury", treasury
        )
        assert other.number("eth_getBalance", address, "latest") == 10**24
        answer = other.rpc("eth_call", {
            "to": other.ready["contracts"]["vault"], "data": call_data("treasury", [])
        })
        assert answer[-40:] == treasury[2:].lower()
        assert other.stop() == 0


class TestTransactions:
    def test_curl_sends_a_raw_transaction_of_type_2(self, devnet: Devnet) -> None:
        sender, to = devnet.accounts[:2]
        raw = devnet.signed(sender, to=to.address, value=12_345, gas=21_000)
        body = json.dumps(
            {"jsonrpc": "2.0", "id": "c", "method": "eth_sendRawTransaction", "params": [raw]}
        )
        said = subprocess.run(
            ["curl", "-s", "-H", "Content-Type: application/json", "-d", body, devnet.url],
            capture_output=True, check=True, timeout=30,
        )
        answer = json.loads(said.stdout)
        assert answer["id"] == "c"
        assert answer["result"] == "0x" + keccak(hexstr=raw).hex()
        receipt = devnet.receipt(answer["result"])
        assert (receipt["status"], receipt["type"], receipt["gasUsed"]) == ("0x1", "0x2", "0x5208")
        assert receipt["to"] == to.address.lower() and receipt["contractAddress"] is None
        block = devnet.rpc("eth_getBlockByNumber", receipt["blockNumber"], True)
        assert block["hash"] == receipt["blockHash"]
        (listed,) = block["transactions"]
        assert listed == devnet.rpc("eth_getTransactionByHash", answer["result"])
        assert (listed["value"], listed["type"], listed["nonce"]) == ("0x3039", "0x2", "0x0")
        price = int(block["baseFeePerGas"], 16) + 10**9
        assert int(receipt["effectiveGasPrice"], 16) == price
        spent = 10**24 - devnet.number("eth_getBalance", sender.address, "latest")
        assert spent == 12_345 + 21_000 * price
        before = hex(int(receipt["blockNumber"], 16) - 1)
        assert devnet.number("eth_getBalance", sender.address, before) == 10**24

    def test_types_0_and_1_are_taken(self, devnet: Devnet) -> None:
        sender = devnet.accounts[0]
        for kind in (0, 1):
            content = {
                "nonce": devnet.nonce(sender), "gas": 30_000, "gasPrice": 10**10, "value": 1,
                "to": sender.address, "chainId": CHAIN_ID, "data": b"",
            }
            if kind == 1:
                content |= {"type": 1, "accessList": [
                    {"address": sender.address, "storageKeys": ["0x" + "01" * 32]}
                ]}
            raw = "0x" + bytes(sender.sign_transaction(content).raw_transaction).hex()
            tx_hash = devnet.rpc("eth_sendRawTransaction", raw)
            told = devnet.rpc("eth_getTransactionByHash", tx_hash)
            assert told["type"] == hex(kind) and told["gasPrice"] == hex(10**10)
            assert devnet.receipt(tx_hash)["effectiveGasPrice"] == hex(10**10)

    def test_a_revert_has_its_reason_and_data(self, devnet: Devnet) -> None:
        vault = devnet.ready["contracts"]["vault"]
        message = {
            "from": devnet.accounts[0].address, "to": vault,
            "data": call_data("revoke", ["address"], devnet.accounts[1].address),
        }
        for method in ("eth_call", "eth_estimateGas"):
            error = devnet.error(method, message)
            assert (error["code"], error["message"]) == (3, "execution reverted: key")
            data = bytes.fromhex(error["data"][2:])
            assert data[:4].hex() == "08c379a0"
            assert decode(["string"], data[4:]) == ("key",)
        receipt = devnet.receipt(devnet.send(devnet.accounts[0], to=vault, data=message["data"]))
        assert receipt["status"] == "0x0" and receipt["logs"] == []
        assert devnet.nonce(devnet.accounts[0], "latest") == 1

    def test_an_estimate_is_enough_and_little_more(self, devnet: Devnet) -> None:
        dollar, sender = devnet.ready["contracts"]["dollar"], devnet.accounts[0]
        data = call_data("mint", ["address", "uint256"], sender.address, 5)
        estimate = devnet.number(
            "eth_estimateGas", {"from": sender.address, "to": dollar, "data": data}
        )
        receipt = devnet.receipt(devnet.send(sender, to=dollar, data=data, gas=estimate))
        assert receipt["status"] == "0x1"
        used = int(receipt["gasUsed"], 16)
        assert used <= estimate <= used * 103 // 100
        plain = {"from": sender.address, "to": devnet.accounts[1].address, "value": "0x1"}
        assert devnet.number("eth_estimateGas", plain) == 21_000

    def test_an_estimate_covers_what_a_refund_gives_back(self, devnet: Devnet) -> None:
        dollar, sender = devnet.ready["contracts"]["dollar"], devnet.accounts[0]
        for amount in (7, 0):
            data = call_data(
                "approve", ["address", "uint256"], devnet.accounts[1].address, amount
            )
            estimate = devnet.number(
                "eth_estimateGas", {"from": sender.address, "to": dollar, "data": data}
            )
            receipt = devnet.receipt(devnet.send(sender, to=dollar, data=data, gas=estimate))
            assert receipt["status"] == "0x1"

    def test_data_has_to_pay_its_floor(self, devnet: Devnet) -> None:
        sender, data = devnet.accounts[0], "0x" + "11" * 1_000
        floor = 21_000 + 10 * 4 * 1_000
        assert devnet.number(
            "eth_estimateGas", {"from": sender.address, "to": sender.address, "data": data}
        ) == floor
        too_little = devnet.signed(sender, data=data, gas=floor - 1)
        error = devnet.error("eth_sendRawTransaction", too_little)
        assert "intrinsic gas too low" in error["message"]
        receipt = devnet.receipt(devnet.send(sender, data=data, gas=floor))
        assert (receipt["status"], receipt["gasUsed"]) == ("0x1", hex(floor))

    def test_calls_within_calls_end_with_the_gas_and_not_with_the_process(
        self, devnet: Devnet
    ) -> None:
        # Code that calls itself with all gas that it has.
        code = "5f5f5f5f5f305af1"
        deployed = devnet.receipt(devnet.send(
            devnet.accounts[0], to=b"", data="0x67" + code + "5f5260086018f3"
        ))
        target = to_checksum_address(deployed["contractAddress"])
        message = {"to": target, "gas": hex(60_000_000)}
        assert devnet.rpc("eth_call", message) == "0x"
        receipt = devnet.receipt(devnet.send(devnet.accounts[0], to=target, gas=60_000_000))
        assert receipt["status"] == "0x1"

    def test_bad_transactions_are_refused_with_a_reason(self, devnet: Devnet) -> None:
        sender = devnet.accounts[0]
        poor = Account.create()
        blob = "0x03" + devnet.signed(sender)[4:]
        for reason, raw in (
            ("invalid chain id", devnet.signed(sender, chainId=CHAIN_ID + 1)),
            ("insufficient funds", devnet.signed(poor, nonce=0)),
            ("intrinsic gas too low", devnet.signed(sender, gas=20_999)),
            ("exceeds block gas limit", devnet.signed(sender, gas=60_000_001)),
            ("max priority fee", devnet.signed(sender, maxPriorityFeePerGas=10**12)),
            ("invalid transaction", "0x02c0"), ("invalid transaction", "0x"),
            ("invalid transaction", "0xdeadbeef"),
            ("invalid transaction", devnet.signed(sender)[:-2]),
            ("", blob),
        ):
            error = devnet.error("eth_sendRawTransaction", raw)
            assert error["code"] == -32_000 and reason in error["message"], error
        devnet.send(sender)
        assert "nonce too low" in devnet.error(
            "eth_sendRawTransaction", devnet.signed(sender, nonce=0, value=1)
        )["message"]
        unprotected = sender.sign_transaction(
            {"nonce": 1, "gas": 21_000, "gasPrice": 10**10, "value": 0, "to": sender.address}
        )
        assert "replay-protected" in devnet.error(
            "eth_sendRawTransaction", "0x" + bytes(unprotected.raw_transaction).hex()
        )["message"]

    def test_the_same_transaction_twice_is_already_known(self, devnet: Devnet) -> None:
        raw = devnet.signed(devnet.accounts[0])
        devnet.rpc("eth_sendRawTransaction", raw)
        assert devnet.error("eth_sendRawTransaction", raw)["message"] == "already known"

    def test_a_nonce_ahead_waits_for_those_before_it(self, devnet: Devnet) -> None:
        sender = devnet.accounts[0]
        later = devnet.send(sender, nonce=1)
        assert devnet.receipt(later) is None
        waiting = devnet.rpc("eth_getTransactionByHash", later)
        assert waiting["blockNumber"] is None and waiting["blockHash"] is None
        assert devnet.nonce(sender, "pending") == 0
        devnet.send(sender, nonce=0)
        assert devnet.receipt(later)["status"] == "0x1"
        assert devnet.nonce(sender, "latest") == 2

    def test_without_automine_transactions_wait_and_are_replaced_by_better_ones(
        self, devnet: Devnet
    ) -> None:
        sender = devnet.accounts[0]
        devnet.rpc("evm_setAutomine", False)
        first = devnet.send(sender, nonce=0)
        assert (devnet.nonce(sender, "pending"), devnet.nonce(sender, "latest")) == (1, 0)
        too_little = devnet.signed(
            sender, nonce=0, maxFeePerGas=109 * 10**9, maxPriorityFeePerGas=2 * 10**9
        )
        assert "replacement transaction underpriced" in devnet.error(
            "eth_sendRawTransaction", too_little
        )["message"]
        better = devnet.send(
            sender, nonce=0, maxFeePerGas=110 * 10**9, maxPriorityFeePerGas=11 * 10**8
        )
        devnet.rpc("evm_mine")
        assert devnet.receipt(first) is None
        assert devnet.rpc("eth_getTransactionByHash", first) is None
        assert devnet.receipt(better)["status"] == "0x1"

    def test_an_underpriced_transaction_waits_until_the_base_fee_falls(
        self, devnet: Devnet
    ) -> None:
        sender = devnet.accounts[0]
        base = int(devnet.rpc("eth_getBlockByNumber", "latest", False)["baseFeePerGas"], 16)
        cheap = devnet.send(sender, maxFeePerGas=base // 2, maxPriorityFeePerGas=0)
        assert devnet.receipt(cheap) is None
        devnet.rpc("evm_mine", 12)
        assert devnet.receipt(cheap)["status"] == "0x1"

    def test_the_better_paying_come_first_in_a_block(self, devnet: Devnet) -> None:
        devnet.rpc("evm_setAutomine", False)
        sent = [
            devnet.send(account, maxPriorityFeePerGas=tip)
            for account, tip in zip(devnet.accounts, (10**9, 3 * 10**9, 2 * 10**9))
        ]
        devnet.rpc("evm_mine")
        block = devnet.rpc("eth_getBlockByNumber", "latest", False)
        assert block["transactions"] == [sent[1], sent[2], sent[0]]
        receipts = [devnet.receipt(each) for each in block["transactions"]]
        assert [r["cumulativeGasUsed"] for r in receipts] == [hex(21_000 * n) for n in (1, 2, 3)]


class TestGoingBack:
    def test_a_revert_forgets_blocks_receipts_and_logs(self, devnet: Devnet) -> None:
        account = devnet.accounts[0].address
        kept = mint(devnet, account, 5)
        snapshot = devnet.rpc("evm_snapshot")
        height = devnet.number("eth_blockNumber")
        gone = mint(devnet, account, 7)
        block = devnet.receipt(gone)["blockHash"]
        assert len(devnet.rpc("eth_getLogs", {"fromBlock": "earliest"})) == 2
        assert devnet.rpc("evm_revert", snapshot) is True
        assert devnet.number("eth_blockNumber") == height
        assert devnet.receipt(gone) is None and devnet.receipt(kept) is not None
        assert devnet.rpc("eth_getTransactionByHash", gone) is None
        assert devnet.rpc("eth_getBlockByHash", block, False) is None
        (log,) = devnet.rpc("eth_getLogs", {"fromBlock": "earliest"})
        assert log["transactionHash"] == kept
        # A snapshot is spent by its use.
        assert devnet.rpc("evm_revert", snapshot) is False

    def test_a_revert_makes_a_re_org(self, devnet: Devnet) -> None:
        account = devnet.accounts[0]
        snapshot = devnet.rpc("evm_snapshot")
        raw = devnet.signed(account, to=devnet.ready["contracts"]["dollar"], data=call_data(
            "mint", ["address", "uint256"], account.address, 5
        ))
        first = devnet.receipt(devnet.rpc("eth_sendRawTransaction", raw))
        devnet.rpc("evm_revert", snapshot)
        devnet.rpc("evm_mine", 2)
        # The same bytes get into the other branch, in another block, and the branch is longer.
        second = devnet.receipt(devnet.rpc("eth_sendRawTransaction", raw))
        assert second["transactionHash"] == first["transactionHash"]
        assert int(second["blockNumber"], 16) == int(first["blockNumber"], 16) + 2
        there = devnet.rpc("eth_getBlockByNumber", first["blockNumber"], False)
        assert there["hash"] != first["blockHash"]
        assert devnet.rpc("eth_getLogs", {"blockHash": second["blockHash"]})
        assert "header not found" in devnet.error(
            "eth_getLogs", {"blockHash": first["blockHash"]}
        )["message"]
        number = int(there["number"], 16)
        child = devnet.rpc("eth_getBlockByNumber", hex(number + 1), False)
        assert child["parentHash"] == there["hash"]

    def test_later_snapshots_are_spent_with_an_earlier_one(self, devnet: Devnet) -> None:
        first, second = devnet.rpc("evm_snapshot"), devnet.rpc("evm_snapshot")
        assert devnet.rpc("evm_revert", first) is True
        assert devnet.rpc("evm_revert", second) is False

    def test_snapshots_are_bounded(self, devnet: Devnet) -> None:
        first = devnet.rpc("evm_snapshot")
        batch = [
            {"jsonrpc": "2.0", "id": n, "method": "evm_snapshot", "params": []}
            for n in range(1_000)
        ]
        answers = devnet.post(json.dumps(batch).encode())
        assert "result" in answers[0] and "more than 1000" in answers[-1]["error"]["message"]
        assert devnet.rpc("evm_revert", first) is True

    def test_a_revert_of_ether_and_nonces(self, devnet: Devnet) -> None:
        sender = devnet.accounts[0]
        snapshot = devnet.rpc("evm_snapshot")
        devnet.send(sender, to=devnet.accounts[1].address, value=5)
        devnet.rpc("evm_revert", snapshot)
        assert devnet.nonce(sender) == 0
        assert devnet.number("eth_getBalance", devnet.accounts[1].address, "latest") == 10**24
        devnet.send(sender, to=devnet.accounts[1].address, value=6)
        assert devnet.number("eth_getBalance", devnet.accounts[1].address) == 10**24 + 6


class TestTime:
    def latest(self, devnet: Devnet) -> int:
        return int(devnet.rpc("eth_getBlockByNumber", "latest", False)["timestamp"], 16)

    def test_the_next_blocks_time_can_be_set_to_the_second(self, devnet: Devnet) -> None:
        wanted = self.latest(devnet) + 12_345
        assert devnet.rpc("evm_setNextBlockTimestamp", wanted) is True
        devnet.rpc("evm_mine")
        assert self.latest(devnet) == wanted
        devnet.rpc("evm_mine")
        assert wanted < self.latest(devnet) < wanted + 60
        error = devnet.error("evm_setNextBlockTimestamp", hex(wanted))
        assert error["code"] == -32_602

    def test_time_can_be_moved_on(self, devnet: Devnet) -> None:
        before = self.latest(devnet)
        devnet.rpc("evm_increaseTime", 86_400)
        devnet.rpc("evm_mine")
        assert before + 86_400 <= self.latest(devnet) < before + 86_460
        again = self.latest(devnet)
        devnet.rpc("evm_increaseTime", "0x3c")
        devnet.rpc("evm_mine", 3)
        assert again + 62 <= self.latest(devnet) < again + 120

    def test_a_revert_moves_time_back(self, devnet: Devnet) -> None:
        before = self.latest(devnet)
        snapshot = devnet.rpc("evm_snapshot")
        devnet.rpc("evm_increaseTime", 10**6)
        devnet.rpc("evm_mine")
        devnet.rpc("evm_revert", snapshot)
        devnet.rpc("evm_mine")
        assert self.latest(devnet) < before + 60

    def test_finalized_is_so_many_blocks_behind(self, devnet: Devnet) -> None:
        devnet.rpc("evm_mine", 5)
        height = devnet.number("eth_blockNumber")
        for tag in ("finalized", "safe"):
            assert devnet.rpc("eth_getBlockByNumber", tag, False)["number"] == hex(height - 3)
        for tag, number in (("latest", height), ("earliest", 0), (hex(1), 1)):
            assert devnet.rpc("eth_getBlockByNumber", tag, False)["number"] == hex(number)
        assert devnet.rpc("eth_getBlockByNumber", hex(height + 1), False) is None


class TestLogs:
    def test_filters_choose_by_address_topic_and_block(self, devnet: Devnet) -> None:
        contracts, (one, two) = devnet.ready["contracts"], devnet.accounts[:2]
        mint(devnet, one.address, 1)
        middle = devnet.number("eth_blockNumber")
        mint(devnet, two.address, 2)
        devnet.send(one, to=contracts["anchor"], data=call_data(
            "anchor", ["uint256", "bytes32", "string"], 7, b"\1" * 32, "https://m.example/v1/log"
        ))
        ask = lambda **query: devnet.rpc(  # noqa: E731
            "eth_getLogs", {"fromBlock": "earliest", "toBlock": "latest"} | query
        )
        topic = lambda account: "0x" + account.address[2:].lower().rjust(64, "0")  # noqa: E731
        assert len(ask()) == 3
        assert len(ask(address=contracts["dollar"])) == 2
        assert len(ask(address=[contracts["dollar"], contracts["anchor"].lower()])) == 3
        assert len(ask(topics=[TRANSFER])) == 2
        assert len(ask(topics=[TRANSFER, None, topic(two)])) == 1
        assert len(ask(topics=[None, None, [topic(one), topic(two)]])) == 2
        assert len(ask(topics=[[]])) == 3
        assert len(ask(toBlock=hex(middle))) == 1
        assert len(ask(fromBlock=hex(middle + 1))) == 2
        assert len(ask(fromBlock=hex(middle + 1_000), toBlock=hex(middle + 2_000))) == 0
        assert ask(topics=[TRANSFER, TRANSFER]) == []
        (log,) = ask(address=contracts["anchor"])
        assert (log["logIndex"], log["removed"], len(log["topics"])) == ("0x0", False, 2)
        size, root, uri = decode(["uint256", "bytes32", "string"], bytes.fromhex(log["data"][2:]))
        assert (size, root, uri) == (7, b"\1" * 32, "https://m.example/v1/log")

    def test_logs_of_one_block_are_numbered_through(self, devnet: Devnet) -> None:
        devnet.rpc("evm_setAutomine", False)
        for nonce in range(3):
            devnet.send(
                devnet.accounts[0], to=devnet.ready["contracts"]["dollar"], nonce=nonce,
                data=call_data("mint", ["address", "uint256"], devnet.accounts[0].address, 1),
            )
        devnet.rpc("evm_mine")
        logs = devnet.rpc("eth_getLogs", {})
        assert [log["logIndex"] for log in logs] == ["0x0", "0x1", "0x2"]
        assert [log["transactionIndex"] for log in logs] == ["0x0", "0x1", "0x2"]
        receipt = devnet.receipt(logs[1]["transactionHash"])
        assert receipt["logs"] == [logs[1]]

    def test_bad_filters_are_refused(self, devnet: Devnet) -> None:
        for query in (
            "x", {"address": "0x12"}, {"topics": "x"}, {"topics": ["0x12"]},
            {"topics": [None] * 5}, {"fromBlock": "0x2", "toBlock": "0x1"},
            {"blockHash": "0x" + "00" * 32, "fromBlock": "0x1"}, {"fromBlock": "soon"},
        ):
            assert devnet.error("eth_getLogs", query)["code"] == -32_602, query


class TestFees:
    def test_a_fee_history_is_that_of_the_headers(self, devnet: Devnet) -> None:
        for tip in (10**9, 5 * 10**9):
            devnet.send(devnet.accounts[0], maxPriorityFeePerGas=tip)
        height = devnet.number("eth_blockNumber")
        history = devnet.rpc("eth_feeHistory", "0x2", "latest", [0, 50, 100])
        assert history["oldestBlock"] == hex(height - 1)
        headers = [
            devnet.rpc("eth_getBlockByNumber", hex(number), False)
            for number in (height - 1, height)
        ]
        fees = history["baseFeePerGas"]
        assert fees[:2] == [header["baseFeePerGas"] for header in headers] and len(fees) == 3
        assert history["gasUsedRatio"] == [
            int(header["gasUsed"], 16) / int(header["gasLimit"], 16) for header in headers
        ]
        assert history["reward"] == [[hex(10**9)] * 3, [hex(5 * 10**9)] * 3]
        devnet.rpc("evm_mine")
        assert devnet.rpc("eth_getBlockByNumber", "latest", False)["baseFeePerGas"] == fees[2]

    def test_a_history_reaches_back_to_the_first_block_and_no_further(
        self, devnet: Devnet
    ) -> None:
        height = devnet.number("eth_blockNumber")
        history = devnet.rpc("eth_feeHistory", 1_024, "latest")
        assert history["oldestBlock"] == "0x0" and "reward" not in history
        assert len(history["baseFeePerGas"]) == height + 2
        older = devnet.rpc("eth_feeHistory", "0x1", "0x1", [])
        assert older["baseFeePerGas"][1] == devnet.rpc(
            "eth_getBlockByNumber", "0x2", False
        )["baseFeePerGas"]

    def test_rewards_are_weighed_by_gas(self, devnet: Devnet) -> None:
        devnet.rpc("evm_setAutomine", False)
        dollar = devnet.ready["contracts"]["dollar"]
        data = call_data("mint", ["address", "uint256"], devnet.accounts[0].address, 1)
        devnet.send(devnet.accounts[0], maxPriorityFeePerGas=10**9)
        devnet.send(devnet.accounts[1], maxPriorityFeePerGas=2 * 10**9, to=dollar, data=data)
        devnet.rpc("evm_mine")
        history = devnet.rpc("eth_feeHistory", 1, "latest", [0, 20, 50, 100])
        assert history["reward"] == [[hex(10**9), hex(10**9), hex(2 * 10**9), hex(2 * 10**9)]]

    def test_bad_histories_are_refused(self, devnet: Devnet) -> None:
        for params in (
            [0, "latest"], [1_025, "latest"], [1, "latest", [101]], [1, "latest", [2, 1]],
            [1, "latest", ["x"]], [1],
        ):
            assert devnet.error("eth_feeHistory", *params)["code"] == -32_602

    def test_prices_follow_the_base_fee(self, devnet: Devnet) -> None:
        base = int(devnet.rpc("eth_feeHistory", 1, "latest")["baseFeePerGas"][1], 16)
        assert devnet.number("eth_gasPrice") == base + 10**9
        assert devnet.number("eth_maxPriorityFeePerGas") == 10**9


class TestRequests:
    def test_the_chain_says_which_it_is(self, devnet: Devnet) -> None:
        assert devnet.rpc("eth_chainId") == hex(CHAIN_ID)
        assert devnet.rpc("net_version") == str(CHAIN_ID)

    def test_a_batch_is_answered_in_order(self, devnet: Devnet) -> None:
        batch = [
            {"jsonrpc": "2.0", "id": n, "method": method, "params": []}
            for n, method in enumerate(["eth_chainId", "nothing", "eth_blockNumber"])
        ]
        batch.append({"jsonrpc": "2.0", "method": "eth_chainId", "params": []})
        answers = devnet.post(json.dumps(batch).encode())
        assert [answer["id"] for answer in answers] == [0, 1, 2]
        assert answers[1]["error"]["code"] == -32_601

    @pytest.mark.parametrize(("body", "code"), [
        (b"", -32_700), (b"{", -32_700), (b"\xff\xfe", -32_700), (b"[" * 100_000, -32_700),
        (b'{"a":' * 500_000, -32_700),
        (b"[]", -32_600), (b"1", -32_600), (b"null", -32_600), (b'"x"', -32_600),
        (b'{"jsonrpc":"1.0","id":1,"method":"eth_chainId"}', -32_600),
        (b'{"jsonrpc":"2.0","id":1}', -32_600),
        (b'{"jsonrpc":"2.0","id":1,"method":5}', -32_600),
        (b'{"jsonrpc":"2.0","id":{},"method":"eth_chainId"}', -32_600),
        (b'{"jsonrpc":"2.0","id":1,"method":"eth_chainId","params":{}}', -32_600),
        (b'{"jsonrpc":"2.0","id":1,"method":"__init__"}', -32_601),
        (b'{"jsonrpc":"2.0","id":1,"method":"eth_chainId","params":[1]}', -32_602),
        (b'{"jsonrpc":"2.0","id":1,"method":"eth_getBalance","params":[]}', -32_602),
    ])
    def test_bad_requests_get_json_rpc_errors(
        self, devnet: Devnet, body: bytes, code: int
    ) -> None:
        assert devnet.post(body)["error"]["code"] == code

    def test_bad_parameters_get_json_rpc_errors(self, devnet: Devnet) -> None:
        account, words = devnet.accounts[0].address, "0x" + "00" * 32
        bad: list[tuple[Any, ...]] = [
            ("eth_getBalance", "0x12", "latest"), ("eth_getBalance", None, "latest"),
            ("eth_getBalance", 5, "latest"), ("eth_getBalance", account, "soon"),
            ("eth_getBalance", account, "0x01"), ("eth_getBalance", account, True),
            ("eth_getBalance", account, "0x" + "f" * 65), ("eth_getBalance", account, -1),
            ("eth_getCode", account + "00", "latest"), ("eth_getStorageAt", account, "x", "latest"),
            ("eth_getTransactionReceipt", "0x12"), ("eth_getBlockByHash", words + "00", False),
            ("eth_call", None, "latest"), ("eth_call", {"to": "x"}, "latest"),
            ("eth_call", {"to": account, "data": "0x1"}, "latest"),
            ("eth_call", {"to": account, "value": "-0x1"}, "latest"),
            ("eth_estimateGas", {"from": "0x"}), ("eth_sendRawTransaction", "02"),
            ("evm_increaseTime", -1), ("evm_increaseTime", "0x" + "f" * 16),
            ("evm_mine", 0), ("evm_mine", 10_001), ("evm_setAutomine", "yes"),
            ("evm_revert", "x"), ("evm_setNextBlockTimestamp", 0),
        ]
        for method, *params in bad:
            error = devnet.error(method, *params)
            assert error["code"] == -32_602, (method, params, error)

    def test_what_cannot_be_executed_is_refused(self, devnet: Devnet) -> None:
        rich, poor = devnet.accounts[0].address, Account.create().address
        for message in (
            {"from": poor, "to": rich, "value": "0x1"},
            {"from": rich, "to": devnet.ready["contracts"]["vault"], "gas": "0x1"},
            {"from": rich, "data": "0xfe"},
        ):
            for method in ("eth_call", "eth_estimateGas"):
                assert devnet.error(method, message)["code"] == -32_000, message
        assert "header not found" in devnet.error("eth_getBalance", rich, "0xfffff")["message"]

    def test_storage_and_code_are_told_at_any_block(self, devnet: Devnet) -> None:
        dollar = devnet.ready["contracts"]["dollar"]
        mint(devnet, devnet.accounts[0].address, 77)
        words = [devnet.rpc("eth_getStorageAt", dollar, hex(slot), "latest") for slot in range(3)]
        assert "0x" + "4d".rjust(64, "0") in words
        assert devnet.rpc("eth_getCode", dollar, "earliest") == "0x"
        assert devnet.rpc("eth_getCode", dollar, {"blockNumber": "latest"}) != "0x"

    def test_http_that_is_no_request_is_refused(self, devnet: Devnet) -> None:
        port = int(devnet.url.rsplit(":", 1)[1])
        for head, status in (
            (b"POST / HTTP/1.1\r\nHost: x\r\n\r\n", b"411"),
            (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n", b"411"),
            (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n", b"413"),
            (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"501"),
            (b"nonsense\r\n\r\n", b"400"),
        ):
            with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
                connection.sendall(head)
                assert status in connection.recv(200).split(b"\r\n")[0] or status == b"400"
        assert devnet.rpc("eth_chainId") == hex(CHAIN_ID)

    def test_only_loopback_is_listened_to(self, devnet: Devnet) -> None:
        port = int(devnet.url.rsplit(":", 1)[1])
        address = int.from_bytes(socket.inet_aton("127.0.0.1"), sys.byteorder)
        table = Path(f"/proc/{devnet.process.pid}/net/tcp").read_text().splitlines()[1:]
        listening = [line.split()[1] for line in table if line.split()[3] == "0A"]
        assert f"{address:08X}:{port:04X}" in listening
        assert f"00000000:{port:04X}" not in listening

    def test_answers_are_not_held_back_by_nagle(self, devnet: Devnet) -> None:
        port = int(devnet.url.rsplit(":", 1)[1])
        body = b'{"jsonrpc":"2.0","id":1,"method":"eth_chainId","params":[]}'
        request = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)
        with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
            started = time.monotonic()
            for _ in range(50):
                connection.sendall(request)
                received = b""
                while not received.endswith(b"}"):
                    received += connection.recv(4_096)
            # Held back, each would take 40 ms: two seconds in all.
            assert time.monotonic() - started < 1.5
