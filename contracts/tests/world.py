# SPDX-License-Identifier: Apache-2.0
"""Contracts and people for the tests. Sources come from ORBAN_CONTRACTS where that is set: the
mutation gate lays broken ones there."""

import os
import sys
from dataclasses import astuple, dataclass, replace
from pathlib import Path
from typing import Any

import boa
from boa.contracts.vyper.vyper_contract import VyperContract
from eth_account import Account
from eth_account.signers.local import LocalAccount
from eth_utils import keccak

from signing import Claim, Domain, LeaseVoucher, Terms, Voucher, compact

HERE = Path(__file__).resolve().parent.parent
MONEY = 10**9
CEILING = 1_000
EXIT_DELAY, EXIT_WINDOW, DISPUTE_WINDOW = 7 * 86_400, 2 * 86_400, 3_600
START = 1_800_000_000
NOBODY = "0x" + "00" * 20

# Beside the environment, and not in the home of whoever runs the tests.
boa.interpret.set_cache_dir(str(Path(sys.prefix) / "compiled"))

# At each revert titanoboa would read the contract's whole storage to show it: slow, and it cannot
# follow a mapping whose key is itself a hash.
VyperContract.__repr__ = lambda self: f"<{self.compiler_data.contract_path} at {self.address}>"

_deployers: dict[tuple[str, str], Any] = {}


def deployer(path: str) -> Any:
    """The compiled contract; compiled once a process and folder."""
    root = os.environ.get("ORBAN_CONTRACTS", str(HERE))
    if (root, path) not in _deployers:
        _deployers[root, path] = boa.load_partial(str(Path(root) / path))
    return _deployers[root, path]


def person(name: str) -> LocalAccount:
    return Account.from_key(keccak(text=name))


def now() -> int:
    return boa.env.timestamp


def at(timestamp: int) -> None:
    """Moves the chain's clock to exactly this second."""
    boa.env.timestamp = timestamp


class World:
    """A fresh set of contracts, with a renter who has money and a provider who has none."""

    def __init__(self, ceiling: int = CEILING) -> None:
        at(START)
        self.renter, self.provider = person("renter"), person("provider")
        self.other, self.session = person("other"), person("session key")
        self.treasury, self.relayer = person("treasury").address, person("relayer").address
        self.dollar = deployer("doubles/TestDollar.vy").deploy()
        self.second = deployer("doubles/TestDollar.vy").deploy()
        listed = [self.dollar.address, self.second.address]
        self.vault = deployer("src/Vault.vy").deploy(
            listed, self.treasury, ceiling, EXIT_DELAY, EXIT_WINDOW
        )
        self.escrow = deployer("src/LeaseEscrow.vy").deploy(
            listed, self.treasury, ceiling, DISPUTE_WINDOW
        )
        self.fund(self.renter.address)

    def fund(self, account: str, amount: int = 100 * MONEY) -> None:
        for token in (self.dollar, self.second):
            token.mint(account, amount)
            for spender in (self.vault, self.escrow):
                token.approve(spender, 2**256 - 1, sender=account)

    @property
    def vault_domain(self) -> Domain:
        return Domain("Orban Vault", boa.env.evm.patch.chain_id, self.vault.address)

    @property
    def escrow_domain(self) -> Domain:
        return Domain("Orban LeaseEscrow", boa.env.evm.patch.chain_id, self.escrow.address)

    # Vault

    def deposit(self, amount: int = MONEY, by: str | None = None, token: Any = None) -> None:
        token = token or self.dollar
        self.vault.deposit(token.address, amount, sender=by or self.renter.address)

    def voucher(self, cumulative: int, commission: int = 0, **changed: Any) -> Voucher:
        plain = Voucher(
            self.renter.address, self.provider.address, self.dollar.address, cumulative,
            commission, keccak(b"usage"),
        )
        return replace(plain, **changed)

    def redeem(self, voucher: Voucher, by: LocalAccount | None = None) -> None:
        signature = voucher.sign(self.vault_domain, by or self.renter)
        self.vault.redeem(astuple(voucher), signature, sender=self.relayer, gas=1_000_000)

    def redeem_batch(self, *signed: tuple[Voucher, bytes]) -> list[Any]:
        """Redeems; the events of those that were skipped."""
        self.vault.redeemBatch(
            [astuple(voucher) for voucher, _ in signed],
            [compact(signature) for _, signature in signed],
            sender=self.relayer, gas=6_000_000,
        )
        return events(self.vault, "Skipped")

    def signed(self, voucher: Voucher, by: LocalAccount | None = None) -> tuple[Voucher, bytes]:
        return voucher, voucher.sign(self.vault_domain, by or self.renter)

    def owed(self, account: str, contract: Any = None, token: Any = None) -> int:
        return (contract or self.vault).owedTo((token or self.dollar).address, account)

    def authorise(self, cap: int = MONEY, lasts: int = 1_000) -> None:
        self.vault.authorise(
            self.session.address, cap, now() + lasts, sender=self.renter.address
        )

    # LeaseEscrow

    def terms(self, **changed: Any) -> Terms:
        plain = Terms(
            self.renter.address, self.session.address, self.provider.address,
            self.dollar.address, deposit=7_200_000, rate=3_600_000, commission=250,
            availability=0, credit=0, deadline=START + 30 * 86_400, lease=keccak(b"lse_1"),
        )
        return replace(plain, **changed)

    def open(self, **changed: Any) -> Terms:
        terms = self.terms(**changed)
        self.escrow.openLease(astuple(terms), sender=terms.payer)
        return terms

    def settle(
        self, terms: Terms, seconds: int, elapsed: int = 0, by: str | None = None,
        signer: LocalAccount | None = None, agreed_by: LocalAccount | None = None,
    ) -> None:
        voucher = LeaseVoucher(terms.id, seconds, elapsed, keccak(b"usage"))
        signature = voucher.sign(self.escrow_domain, signer or self.session)
        agreement = (
            compact(voucher.sign(self.escrow_domain, agreed_by)) if agreed_by else (0, 0)
        )
        self.escrow.settle(
            astuple(terms), voucher.progress, signature, agreement, sender=by or self.relayer
        )

    def close(self, terms: Terms, seconds: int, elapsed: int) -> None:
        self.settle(terms, seconds, elapsed, by=self.provider.address)

    def claim(
        self, terms: Terms, seconds: int, signer: LocalAccount | None = None
    ) -> None:
        claim = Claim(terms.id, seconds, keccak(b"receipt"))
        signature = claim.sign(self.escrow_domain, signer or self.provider)
        self.escrow.claimUnsigned(
            astuple(terms), seconds, claim.evidence, signature, sender=self.relayer
        )

    def refund(self, terms: Terms, by: str | None = None) -> None:
        self.escrow.refund(astuple(terms), sender=by or self.relayer)

    def shares(self) -> tuple[int, int, int]:
        """What the escrow owes to provider, treasury and payer."""
        return (
            self.owed(self.provider.address, self.escrow),
            self.owed(self.treasury, self.escrow),
            self.owed(self.renter.address, self.escrow),
        )


def events(contract: Any, name: str) -> list[Any]:
    return [log for log in contract.get_logs() if type(log).__name__ == name]


def reasons(skipped: list[Any]) -> list[tuple[int, str]]:
    return [(log.index, log.reason) for log in skipped]
