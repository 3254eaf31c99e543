# SPDX-License-Identifier: Apache-2.0
"""Tokens that misbehave harm at most those who hold them."""

from dataclasses import astuple
from typing import Any, Iterator

import boa
import pytest

from world import (
    CEILING, DISPUTE_WINDOW, EXIT_DELAY, EXIT_WINDOW, MONEY, NOBODY, START, World, at, deployer,
)


class HostileWorld(World):
    """Contracts that list a hostile token beside the dollar."""

    def __init__(self, token: Any) -> None:
        super().__init__()
        self.hostile = token
        listed = [self.dollar.address, token.address]
        self.vault = deployer("src/Vault.vy").deploy(
            listed, self.treasury, CEILING, EXIT_DELAY, EXIT_WINDOW
        )
        self.escrow = deployer("src/LeaseEscrow.vy").deploy(
            listed, self.treasury, CEILING, DISPUTE_WINDOW
        )
        self.fund(self.renter.address)
        token.mint(self.renter.address, MONEY)

    def deposit_hostile(self, amount: int, by: str | None = None) -> None:
        self.deposit(amount, by=by, token=self.hostile)

    def hostile_terms(self, **changed: Any) -> Any:
        return self.terms(token=self.hostile.address, **changed)


@pytest.fixture
def hostile() -> Iterator[HostileWorld]:
    with boa.env.anchor():
        yield HostileWorld(deployer("doubles/Hostile.vy").deploy(6))


def test_a_fee_on_transfer_is_refused_at_the_door(hostile: HostileWorld) -> None:
    hostile.hostile.setFee(1)
    with boa.reverts("received"):
        hostile.deposit_hostile(1_000)
    with boa.reverts("received"):
        hostile.escrow.openLease(astuple(hostile.hostile_terms()), sender=hostile.renter.address)


def test_a_token_that_says_no_without_reverting_is_refused(hostile: HostileWorld) -> None:
    hostile.deposit_hostile(1_000)
    hostile.redeem(hostile.voucher(1_000, token=hostile.hostile.address))
    hostile.hostile.setLies(True)
    with boa.reverts("transfer"):
        hostile.deposit_hostile(1_000)
    provider = hostile.provider.address
    with boa.reverts("transfer"):
        hostile.vault.withdraw(hostile.hostile.address, provider, sender=provider)
    # And nothing of what is owed was lost by it.
    assert hostile.owed(provider, token=hostile.hostile) == 1_000


def test_a_token_that_says_nothing_is_taken_and_paid() -> None:
    with boa.env.anchor():
        world = HostileWorld(deployer("doubles/Silent.vy").deploy())
        world.deposit_hostile(1_000)
        world.redeem(world.voucher(1_000, token=world.hostile.address))
        provider = world.provider.address
        world.vault.withdraw(world.hostile.address, provider, sender=provider)
        assert world.hostile.balanceOf(provider) == 1_000


def test_a_blocked_payee_stops_nobody_else_and_may_be_paid_elsewhere(
    hostile: HostileWorld,
) -> None:
    token = hostile.hostile
    hostile.deposit_hostile(2_000)
    token.block(hostile.provider.address, True)
    mine = hostile.signed(hostile.voucher(1_000, token=token.address))
    others = hostile.signed(
        hostile.voucher(1_000, token=token.address, payee=hostile.other.address)
    )
    assert hostile.redeem_batch(mine, others) == []
    provider = hostile.provider.address
    with boa.reverts():
        hostile.vault.withdraw(token.address, provider, sender=provider)
    hostile.vault.withdraw(token.address, hostile.relayer, sender=provider)
    assert token.balanceOf(hostile.relayer) == 1_000


def test_nothing_is_sent_to_the_zero_address_where_the_token_would_do_it(
    hostile: HostileWorld,
) -> None:
    hostile.deposit_hostile(1_000)
    hostile.redeem(hostile.voucher(1_000, token=hostile.hostile.address))
    provider = hostile.provider.address
    with boa.reverts("to"):
        hostile.vault.withdraw(hostile.hostile.address, NOBODY, sender=provider)
    assert hostile.owed(provider, token=hostile.hostile) == 1_000


def test_a_rebasing_token_touches_no_other_token(hostile: HostileWorld) -> None:
    hostile.deposit_hostile(1_000)
    hostile.deposit(1_000)
    hostile.hostile.rebase(hostile.vault.address, 0)
    hostile.redeem(hostile.voucher(1_000, token=hostile.hostile.address))
    hostile.redeem(hostile.voucher(1_000))
    provider = hostile.provider.address
    with boa.reverts():
        hostile.vault.withdraw(hostile.hostile.address, provider, sender=provider)
    assert hostile.vault.withdraw(hostile.dollar.address, provider, sender=provider) == 1_000


def call(contract: Any, function: str, *arguments: Any) -> bytes:
    return getattr(contract, function).prepare_calldata(*arguments)


class TestReentrancy:
    def test_a_withdrawal_is_not_entered_again(self, hostile: HostileWorld) -> None:
        token, vault = hostile.hostile, hostile.vault
        hostile.deposit_hostile(1_000)
        hostile.deposit_hostile(1_000)
        # The token itself is a payee, so that it has something to withdraw in its own name.
        hostile.redeem(hostile.voucher(500, token=token.address, payee=token.address))
        again = call(vault, "withdraw", token.address, token.address)
        token.attack(vault.address, again, False)
        token.act(vault.address, again)
        assert not token.entered()
        assert token.balanceOf(token.address) == 500
        assert token.balanceOf(vault.address) == 1_500

    def test_no_other_withdrawal_happens_within_one(self, hostile: HostileWorld) -> None:
        token, vault = hostile.hostile, hostile.vault
        hostile.deposit_hostile(1_000)
        hostile.redeem(hostile.voucher(500, token=token.address))
        hostile.redeem(hostile.voucher(400, token=token.address, payee=token.address))
        token.attack(vault.address, call(vault, "withdraw", token.address, token.address), False)
        provider = hostile.provider.address
        vault.withdraw(token.address, provider, sender=provider)
        assert not token.entered()

    def test_what_is_redeemed_during_a_withdrawal_stays_owed(
        self, hostile: HostileWorld
    ) -> None:
        token, vault, provider = hostile.hostile, hostile.vault, hostile.provider.address
        hostile.deposit_hostile(1_000)
        hostile.redeem(hostile.voucher(500, token=token.address))
        voucher, signature = hostile.signed(hostile.voucher(900, token=token.address))
        token.attack(vault.address, call(vault, "redeem", astuple(voucher), signature), False)
        assert vault.withdraw(token.address, provider, sender=provider) == 500
        assert token.entered()
        assert hostile.owed(provider, token=token) == 400

    def test_one_transfer_is_not_credited_to_two_depositors(self, hostile: HostileWorld) -> None:
        token, vault = hostile.hostile, hostile.vault
        token.mint(token.address, MONEY)
        token.attack(vault.address, call(vault, "deposit", token.address, 1_000), True)
        hostile.deposit_hostile(1_000)
        assert not token.entered()
        assert vault.unspent(token.address, token.address) == 0
        assert token.balanceOf(vault.address) == 1_000

    def test_one_transfer_does_not_open_two_leases(self, hostile: HostileWorld) -> None:
        token, escrow = hostile.hostile, hostile.escrow
        token.mint(token.address, MONEY)
        inner = hostile.hostile_terms(payer=token.address, deposit=1_000)
        outer = hostile.hostile_terms(deposit=1_000)
        token.attack(escrow.address, call(escrow, "openLease", astuple(inner)), True)
        escrow.openLease(astuple(outer), sender=hostile.renter.address)
        assert not token.entered()
        assert escrow.leaseOf(inner.id).state == 0
        assert token.balanceOf(escrow.address) == 1_000

    def test_a_lease_is_known_before_its_token_is_called(self, hostile: HostileWorld) -> None:
        # What is called in between meets an open lease, and what it does to it stays done.
        token, escrow = hostile.hostile, hostile.escrow
        token.mint(token.address, MONEY)
        terms = hostile.hostile_terms(payer=token.address, deposit=1_000)
        token.attack(escrow.address, call(escrow, "stop", astuple(terms)), False)
        token.act(escrow.address, call(escrow, "openLease", astuple(terms)))
        assert token.entered()
        assert escrow.leaseOf(terms.id).stopped == START


def test_forced_ether_is_refused_and_counts_for_nothing(world: World) -> None:
    boa.env.set_balance(world.renter.address, 10**18)
    with boa.reverts():
        world.vault.deposit(world.dollar.address, 1, sender=world.renter.address, value=1)
    boa.env.set_balance(world.vault.address, 10**18)
    world.deposit(1_000)
    world.redeem(world.voucher(1_000))
    assert world.owed(world.provider.address) == 1_000


def test_dust_is_booked_to_somebody(world: World) -> None:
    # A rate of one micro-unit an hour: every charge is rounded up to one.
    terms = world.open(rate=1, deposit=1, commission=CEILING)
    at(START + 10)
    world.close(terms, 1, 1)
    assert world.shares() == (1, 0, 0)
