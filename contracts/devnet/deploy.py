# SPDX-License-Identifier: Apache-2.0
"""Puts the test dollar and the three contracts on a fresh chain."""

import json
from pathlib import Path
from typing import Any

from eth_abi import encode
from eth_account.signers.local import LocalAccount
from eth_utils import encode_hex, to_checksum_address

from .answers import created
from .chain import Chain

ARTIFACTS = Path(__file__).resolve().parent.parent / "artifacts"

# What `--deploy` gives the contracts: short enough to be travelled in a test.
COMMISSION_CEILING = 1_000
EXIT_DELAY = 86_400
EXIT_WINDOW = 86_400
DISPUTE_WINDOW = 3_600


def artifact(name: str) -> dict[str, Any]:
    return json.loads((ARTIFACTS / f"{name}.json").read_text())


class Deployer:
    """Signs and sends what makes the contracts."""

    def __init__(self, chain: Chain, account: LocalAccount) -> None:
        self._chain = chain
        self._account = account
        self._nonce = 0

    def deploy(self, name: str, *arguments: Any) -> str:
        """The address of the new contract."""
        made = artifact(name)
        types = [
            argument["type"]
            for entry in made["abi"] if entry["type"] == "constructor"
            for argument in entry["inputs"]
        ]
        code = bytes.fromhex(made["bytecode"][2:]) + encode(types, arguments)
        signed = self._account.sign_transaction({
            "type": 2, "chainId": self._chain.id, "nonce": self._nonce, "gas": 8_000_000,
            "maxFeePerGas": 100 * 10**9, "maxPriorityFeePerGas": 10**9, "value": 0,
            "data": encode_hex(code),
        })
        mined = self._chain.mined[self._chain.send(bytes(signed.raw_transaction))]
        if mined.receipt.state_root != b"\x01":
            raise RuntimeError(f"deploying {name} failed")
        self._nonce += 1
        return to_checksum_address(created(mined.tx.sender, mined.tx.nonce))


def deploy_all(chain: Chain, account: LocalAccount, treasury: str) -> dict[str, str]:
    deployer = Deployer(chain, account)
    dollar = deployer.deploy("TestDollar")
    vault = deployer.deploy(
        "Vault", [dollar], treasury, COMMISSION_CEILING, EXIT_DELAY, EXIT_WINDOW
    )
    escrow = deployer.deploy(
        "LeaseEscrow", [dollar], treasury, COMMISSION_CEILING, DISPUTE_WINDOW
    )
    anchor = deployer.deploy("UsageAnchor")
    return {"vault": vault, "escrow": escrow, "anchor": anchor, "dollar": dollar}
