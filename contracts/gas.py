# SPDX-License-Identifier: Apache-2.0
"""Gas per operation, of real transactions on the devnet's chain, beside the figures to meet.

Fails where one is worse than its figure by more than three percent. With --json: one object a line.
"""

import json
import sys
from dataclasses import astuple, dataclass
from typing import Any

from eth_abi import encode
from eth_account import Account
from eth_account.signers.local import LocalAccount
from eth_utils import encode_hex, keccak, to_canonical_address
from eth_utils.abi import function_abi_to_4byte_selector, get_abi_input_types

from devnet.chain import Chain
from devnet.deploy import artifact, deploy_all
from signing import Domain, LeaseVoucher, Terms, Voucher, compact

ALLOWED_PERCENT = 3
CHAIN_ID = 31_337
MONEY = 10**9
BATCH = 100

# What was measured with prototypes on the same EVM.
FIGURES = {
    "ERC-20 transfer, existing holder": 34_163,
    "deposit": 63_080,
    "openLease, one slot": 69_125,
    "voucher, first for a pair": 103_460,
    "voucher, next for a pair": 52_160,
    "settle, non-final": 49_591,
    "settle, final": 71_984,
    "100 vouchers in one tx, each, first": 38_526,
    "100 vouchers in one tx, each, next": 21_428,
    "batch of 100 final settles, each": 19_418,
    "anchor a root": 29_116,
}


def key(number: int) -> LocalAccount:
    return Account.from_key(keccak(number.to_bytes(4, "big")))


@dataclass(frozen=True)
class Contract:
    """A deployed contract, as its artefact describes it."""

    name: str
    address: str

    def data(self, function: str, arguments: tuple[Any, ...]) -> str:
        (entry,) = (
            each for each in artifact(self.name)["abi"]
            if each["type"] == "function" and each["name"] == function
        )
        selector = function_abi_to_4byte_selector(entry)
        return encode_hex(selector + encode(get_abi_input_types(entry), arguments))


@dataclass
class Sender:
    """An account that sends transactions and pays no attention to their price."""

    chain: Chain
    account: LocalAccount
    nonce: int = 0

    def gas(self, contract: Contract, function: str, *arguments: Any) -> int:
        """Sends one call, which must succeed; the gas that it used."""
        signed = self.account.sign_transaction({
            "type": 2, "chainId": self.chain.id, "nonce": self.nonce, "gas": 20_000_000,
            "maxFeePerGas": 10**12, "maxPriorityFeePerGas": 0, "value": 0,
            "to": contract.address, "data": contract.data(function, arguments),
        })
        mined = self.chain.mined[self.chain.send(bytes(signed.raw_transaction))]
        self.nonce += 1
        if mined.receipt.state_root != b"\x01":
            raise RuntimeError(f"{function} failed")
        return mined.gas_used


class Stage:
    """A fresh chain with the contracts, one provider and a hundred and one renters."""

    def __init__(self) -> None:
        self.provider, self.operator, deployer = key(1), key(2), key(3)
        self.renters = [key(100 + n) for n in range(BATCH + 1)]
        everybody = [self.provider, self.operator, deployer, *self.renters]
        rich = {to_canonical_address(a.address): 10**26 for a in everybody}
        self.chain = Chain(CHAIN_ID, rich, finality=2)
        addresses = deploy_all(self.chain, deployer, self.operator.address)
        self.vault = Contract("Vault", addresses["vault"])
        self.escrow = Contract("LeaseEscrow", addresses["escrow"])
        self.anchor = Contract("UsageAnchor", addresses["anchor"])
        self.dollar = Contract("TestDollar", addresses["dollar"])
        self.senders = {a.address: Sender(self.chain, a) for a in everybody}
        self.vault_domain = Domain("Orban Vault", CHAIN_ID, addresses["vault"])
        self.escrow_domain = Domain("Orban LeaseEscrow", CHAIN_ID, addresses["escrow"])

    def by(self, account: LocalAccount) -> Sender:
        return self.senders[account.address]

    def fund(self, renter: LocalAccount, spender: Contract, amount: int) -> None:
        """Money, and an allowance of exactly what will be taken, as wallets ask for it."""
        self.by(renter).gas(self.dollar, "mint", renter.address, 10 * MONEY)
        self.by(renter).gas(self.dollar, "approve", spender.address, amount)

    def voucher(self, renter: LocalAccount, cumulative: int) -> tuple[Any, bytes]:
        made = Voucher(
            renter.address, self.provider.address, self.dollar.address, cumulative,
            cumulative // 40, keccak(cumulative.to_bytes(8, "big")),
        )
        return astuple(made), made.sign(self.vault_domain, renter)

    def terms(self, number: int) -> Terms:
        renter = self.renters[0].address
        return Terms(
            renter, renter, self.provider.address, self.dollar.address,
            deposit=5_000_000, rate=1_800_000, commission=250, availability=9_900, credit=1_000,
            deadline=self.chain.head.header.timestamp + 7 * 86_400,
            lease=keccak(b"lse_%d" % number),
        )

    def lease_voucher(self, terms: Terms, seconds: int, last: bool) -> tuple[Any, bytes]:
        made = LeaseVoucher(terms.id, seconds, seconds + 10 if last else 0, keccak(b"usage"))
        return made.progress, made.sign(self.escrow_domain, self.renters[0])


def vault_figures(stage: Stage) -> dict[str, int]:
    operator, first, *others = stage.by(stage.operator), *stage.renters
    figures = {}
    for renter in [*others, first]:
        stage.fund(renter, stage.vault, MONEY)
        # Of the last one: a new depositor in a vault that others use.
        figures["deposit"] = stage.by(renter).gas(
            stage.vault, "deposit", stage.dollar.address, MONEY
        )
    figures["ERC-20 transfer, existing holder"] = stage.by(first).gas(
        stage.dollar, "transfer", others[0].address, 1_000_000
    )
    for name, cumulative in (("first", 1_000_000), ("next", 2_000_000)):
        figures[f"voucher, {name} for a pair"] = operator.gas(
            stage.vault, "redeem", *stage.voucher(first, cumulative)
        )
    for name, cumulative in (("first", 1_000_000), ("next", 2_000_000)):
        signed = [stage.voucher(renter, cumulative) for renter in others]
        vouchers, signatures = zip(*signed)
        batch = operator.gas(
            stage.vault, "redeemBatch", list(vouchers), [compact(each) for each in signatures]
        )
        figures[f"100 vouchers in one tx, each, {name}"] = batch // BATCH
        figures[f"100 vouchers in one tx, whole, {name}"] = batch
    return figures


def escrow_figures(stage: Stage) -> dict[str, int]:
    renter, provider = stage.renters[0], stage.by(stage.provider)
    all_terms = [stage.terms(number) for number in range(BATCH + 2)]
    figures = {}
    for terms in all_terms:
        stage.fund(renter, stage.escrow, terms.deposit)
        figures["openLease, one slot"] = stage.by(renter).gas(
            stage.escrow, "openLease", astuple(terms)
        )
    stage.chain.increase_time(86_400)
    warm, measured, *others = all_terms

    def settle(terms: Terms, seconds: int, last: bool) -> int:
        signed = stage.lease_voucher(terms, seconds, last)
        return provider.gas(stage.escrow, "settle", astuple(terms), *signed, (0, 0))

    # So that provider and operator are owed something before, as they are in real life.
    settle(warm, 600, last=False)
    figures["settle, non-final"] = settle(measured, 600, last=False)
    # The payer is owed nothing yet: its first refund takes a new slot.
    figures["settle, final"] = settle(measured, 3_600, last=True)
    signed = [stage.lease_voucher(terms, 3_600, last=True) for terms in others]
    vouchers, signatures = zip(*signed)
    batch = provider.gas(
        stage.escrow, "settleBatch", [astuple(terms) for terms in others], list(vouchers),
        [compact(each) for each in signatures], [],
    )
    figures["batch of 100 final settles, each"] = batch // BATCH
    return figures


def anchor_figures(stage: Stage) -> dict[str, int]:
    operator, place = stage.by(stage.operator), "https://market.example/v1/log"
    operator.gas(stage.anchor, "anchor", 1_000_000, keccak(b"a"), place)
    # The place of the tiles is said once, and again when it changes.
    return {"anchor a root": operator.gas(stage.anchor, "anchor", 2_000_000, keccak(b"b"), "")}


def measured() -> dict[str, int]:
    return {
        name: gas
        for part in (vault_figures, escrow_figures, anchor_figures)
        for name, gas in part(Stage()).items()
    }


def table(figures: dict[str, int]) -> tuple[str, list[str]]:
    """The table, and the operations that cost too much."""
    lines = ["| operation | gas | figure | difference |", "| --- | ---: | ---: | ---: |"]
    worse = []
    for name, wanted in FIGURES.items():
        gas = figures[name]
        lines.append(f"| {name} | {gas:,} | {wanted:,} | {100 * (gas - wanted) / wanted:+.1f} % |")
        if gas * 100 > wanted * (100 + ALLOWED_PERCENT):
            worse.append(name)
    return "\n".join(lines), worse


def lines(figures: dict[str, int]) -> str:
    """One JSON object a line, as `script/bench` prints them; those without a figure to meet, too."""
    rows = []
    for name, gas in figures.items():
        row = {"measure": "chain", "operation": f"gas: {name}", "gas": gas}
        if name in FIGURES:
            row |= {"figure": FIGURES[name], "ratio": round(gas / FIGURES[name], 4)}
        rows.append(json.dumps(row))
    return "\n".join(rows)


def main() -> int:
    figures = measured()
    text, worse = table(figures)
    print(lines(figures) if sys.argv[1:] == ["--json"] else text)
    if worse:
        print(f"more than {ALLOWED_PERCENT} % worse:", ", ".join(worse), file=sys.stderr)
    return 1 if worse else 0


if __name__ == "__main__":
    sys.exit(main())
