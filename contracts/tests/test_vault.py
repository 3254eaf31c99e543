# SPDX-License-Identifier: Apache-2.0
"""Deposits, vouchers, session keys and batches."""

from dataclasses import astuple, replace
from typing import Any

import boa
import pytest
from eth_utils import keccak

from signing import compact
from world import (
    CEILING, EXIT_DELAY, EXIT_WINDOW, MONEY, NOBODY, START, World, at, deployer, events, person,
    reasons,
)


def vault_with(*arguments: Any) -> Any:
    return deployer("src/Vault.vy").deploy(*arguments)


class TestConstruction:
    def test_bad_arguments_are_refused(self, world: World) -> None:
        dollar, treasury = world.dollar.address, world.treasury
        for reason, arguments in (
            ("no token", ([], treasury, CEILING, 10, 10)),
            ("treasury", ([dollar], NOBODY, CEILING, 10, 10)),
            ("ceiling", ([dollar], treasury, 10_001, 10, 10)),
            ("window", ([dollar], treasury, CEILING, 10, 0)),
            ("delays", ([dollar], treasury, CEILING, 2**32, 10)),
            ("delays", ([dollar], treasury, CEILING, 10, 2**32)),
        ):
            with boa.reverts(reason):
                vault_with(*arguments)

    def test_the_widest_arguments_are_taken(self, world: World) -> None:
        vault_with([world.dollar.address], world.treasury, 10_000, 2**32 - 1, 2**32 - 1)
        vault_with([world.dollar.address], world.treasury, 0, 0, 1)

    def test_a_token_of_other_than_six_decimals_is_refused(self, world: World) -> None:
        token = deployer("doubles/Hostile.vy").deploy(18)
        with boa.reverts("decimals"):
            vault_with([token.address], world.treasury, CEILING, 10, 10)

    def test_everything_that_was_fixed_can_be_read(self, world: World) -> None:
        vault = world.vault
        assert (vault.commissionCeiling(), vault.treasury()) == (CEILING, world.treasury)
        assert (vault.exitDelay(), vault.exitWindow()) == (EXIT_DELAY, EXIT_WINDOW)
        assert vault.tokens() == [world.dollar.address, world.second.address]


class TestDeposit:
    def test_a_deposit_is_credited_to_its_sender_alone(self, world: World) -> None:
        world.deposit(MONEY)
        log = events(world.vault, "Deposited")
        assert [(e.user, e.token, e.amount) for e in log] == [
            (world.renter.address, world.dollar.address, MONEY)
        ]
        world.deposit(5)
        assert world.vault.unspent(world.renter.address, world.dollar.address) == MONEY + 5
        assert world.vault.unspent(world.renter.address, world.second.address) == 0
        assert world.dollar.balanceOf(world.vault.address) == MONEY + 5

    def test_nothing_is_no_deposit(self, world: World) -> None:
        with boa.reverts("amount"):
            world.deposit(0)

    def test_a_token_that_is_not_listed_is_refused(self, world: World) -> None:
        stranger = deployer("doubles/TestDollar.vy").deploy()
        stranger.mint(world.renter.address, MONEY)
        stranger.approve(world.vault.address, MONEY, sender=world.renter.address)
        with boa.reverts("token"):
            world.deposit(token=stranger)

    def test_money_that_was_not_approved_is_not_taken(self, world: World) -> None:
        world.dollar.approve(world.vault.address, MONEY - 1, sender=world.renter.address)
        with boa.reverts():
            world.deposit(MONEY)

    def test_a_deposit_above_96_bits_is_refused(self, world: World) -> None:
        world.dollar.mint(world.renter.address, 2**97)
        world.deposit(2**96 - 1)
        with boa.reverts("amount"):
            world.deposit(1)

    def test_forced_funds_belong_to_nobody_and_change_nothing(self, world: World) -> None:
        world.deposit()
        world.dollar.transfer(world.vault.address, 777, sender=world.renter.address)
        assert world.vault.unspent(world.renter.address, world.dollar.address) == MONEY
        world.redeem(world.voucher(MONEY))
        with boa.reverts("unspent"):
            world.redeem(world.voucher(MONEY + 1))


class TestVoucher:
    def test_growth_goes_to_payee_and_treasury(self, world: World) -> None:
        world.deposit()
        world.redeem(world.voucher(1_000, 100))
        world.redeem(world.voucher(3_000, 150))
        assert world.owed(world.provider.address) == 2_850
        assert world.owed(world.treasury) == 150
        assert world.vault.unspent(world.renter.address, world.dollar.address) == MONEY - 3_000
        pair = (world.renter.address, world.provider.address, world.dollar.address)
        assert world.vault.redeemed(*pair) == (3_000, 150)

    def test_the_event_has_sums_and_usage_root(self, world: World) -> None:
        world.deposit()
        world.redeem(world.voucher(1_000, 100))
        (log,) = events(world.vault, "Redeemed")
        assert (log.user, log.payee) == (world.renter.address, world.provider.address)
        assert (log.token, log.cumulative, log.commission) == (world.dollar.address, 1_000, 100)
        assert log.usageRoot == keccak(b"usage")

    def test_a_voucher_is_redeemed_once(self, world: World) -> None:
        world.deposit()
        signed = world.signed(world.voucher(1_000))
        assert world.redeem_batch(signed) == []
        assert reasons(world.redeem_batch(signed)) == [(0, "stale")]
        assert reasons(world.redeem_batch(signed, signed)) == [(0, "stale"), (1, "stale")]
        assert world.owed(world.provider.address) == 1_000

    def test_an_older_voucher_is_stale(self, world: World) -> None:
        world.deposit()
        older = world.signed(world.voucher(999))
        world.redeem(world.voucher(1_000))
        assert reasons(world.redeem_batch(older)) == [(0, "stale")]

    def test_a_shrinking_commission_is_stale(self, world: World) -> None:
        world.deposit()
        world.redeem(world.voucher(1_000, 100))
        with boa.reverts("stale"):
            world.redeem(world.voucher(2_000, 99))
        world.redeem(world.voucher(2_000, 100))
        assert world.owed(world.treasury) == 100

    def test_pairs_and_tokens_have_sums_of_their_own(self, world: World) -> None:
        world.deposit()
        world.deposit(token=world.second)
        world.redeem(world.voucher(1_000))
        world.redeem(world.voucher(1_000, payee=world.other.address))
        world.redeem(world.voucher(1_000, token=world.second.address))
        world.fund(world.other.address)
        world.deposit(by=world.other.address)
        world.redeem(world.voucher(1_000, user=world.other.address), by=world.other)
        assert world.owed(world.provider.address) == 2_000
        assert world.owed(world.other.address) == 1_000
        assert world.owed(world.provider.address, token=world.second) == 1_000

    def test_no_more_than_the_deposit_is_paid(self, world: World) -> None:
        world.deposit(1_000)
        with boa.reverts("unspent"):
            world.redeem(world.voucher(1_001))
        world.redeem(world.voucher(1_000))

    def test_one_vault_does_not_pay_two_providers_the_same_money(self, world: World) -> None:
        world.deposit(1_000)
        first = world.signed(world.voucher(800))
        second = world.signed(world.voucher(800, payee=world.other.address))
        assert reasons(world.redeem_batch(first, second)) == [(1, "unspent")]
        world.deposit(600)
        assert world.redeem_batch(second) == []

    def test_a_payee_of_zero_is_refused(self, world: World) -> None:
        world.deposit()
        with boa.reverts("payee"):
            world.redeem(world.voucher(10, payee=NOBODY))

    def test_a_token_that_was_never_deposited_pays_nothing(self, world: World) -> None:
        stranger = deployer("doubles/TestDollar.vy").deploy()
        with boa.reverts("unspent"):
            world.redeem(world.voucher(10, token=stranger.address))

    def test_somebody_else_signs_nothing_for_the_user(self, world: World) -> None:
        world.deposit()
        for stranger in (world.other, world.provider, world.session):
            with boa.reverts("signature"):
                world.redeem(world.voucher(10), by=stranger)


class TestCommission:
    def test_a_commission_at_the_ceiling_is_taken_and_above_it_refused(self, world: World) -> None:
        world.deposit()
        with boa.reverts("over ceiling"):
            world.redeem(world.voucher(1_000, 101))
        world.redeem(world.voucher(1_000, 100))
        with boa.reverts("over ceiling"):
            world.redeem(world.voucher(1_009, 101))
        world.redeem(world.voucher(1_010, 101))

    def test_only_growth_counts_for_the_ceiling(self, world: World) -> None:
        # Room that earlier vouchers left is not room for a later one.
        world.deposit()
        world.redeem(world.voucher(100_000, 0))
        with boa.reverts("over ceiling"):
            world.redeem(world.voucher(100_010, 2))

    def test_a_ceiling_of_everything_allows_everything_and_no_more(self) -> None:
        with boa.env.anchor():
            world = World(ceiling=10_000)
            world.deposit()
            with boa.reverts("over ceiling"):
                world.redeem(world.voucher(1_000, 1_001))
            world.redeem(world.voucher(1_000, 1_000))
            assert world.owed(world.provider.address) == 0
            assert world.owed(world.treasury) == 1_000

    def test_a_commission_that_would_wrap_is_refused(self, world: World) -> None:
        world.deposit()
        # commission × 10 000 = 2²⁵⁶ + a little, which is almost nothing in 256 bits.
        huge = 2**256 // 10_000 + 1
        assert huge * 10_000 % 2**256 <= 1_000 * CEILING
        with boa.reverts("over ceiling"):
            world.redeem(world.voucher(1_000, huge))


class TestBatch:
    def test_one_bad_entry_is_skipped_with_an_event_that_says_why(self, world: World) -> None:
        world.deposit()
        good = [
            world.signed(world.voucher(100, payee=person(f"payee {n}").address))
            for n in range(3)
        ]
        bad = [
            (world.voucher(100), good[0][1]),
            world.signed(world.voucher(2 * MONEY)),
            world.signed(world.voucher(100, 11)),
            world.signed(world.voucher(100, payee=NOBODY)),
            world.signed(good[0][0]),
        ]
        skipped = world.redeem_batch(
            good[0], bad[0], bad[1], good[1], bad[2], bad[3], bad[4], good[2]
        )
        assert reasons(skipped) == [
            (1, "signature"), (2, "unspent"), (4, "over ceiling"), (5, "payee"), (6, "stale"),
        ]
        assert {(log.user, log.payee) for log in skipped[:1]} == {
            (world.renter.address, world.provider.address)
        }
        assert all(world.owed(voucher.payee) == 100 for voucher, _ in good)

    @pytest.mark.parametrize("cumulative", [2**96, 2**128, 2**256 - 1])
    @pytest.mark.parametrize("commission", [0, 2**128, 2**256 // 10_000 + 1, 2**256 - 1])
    def test_no_amount_in_a_bad_entry_makes_the_batch_revert(
        self, world: World, cumulative: int, commission: int
    ) -> None:
        world.deposit()
        bad = world.signed(world.voucher(cumulative, commission))
        wrapping = world.signed(world.voucher(10, commission))
        good = world.signed(world.voucher(100, payee=world.other.address))
        skipped = reasons(world.redeem_batch(bad, wrapping, good))
        assert skipped[0][0] == 0 and world.owed(world.other.address) == 100

    def test_lengths_must_agree(self, world: World) -> None:
        voucher, signature = world.signed(world.voucher(10))
        for signatures in ([], [compact(signature)] * 2):
            with boa.reverts("lengths"):
                world.vault.redeemBatch([astuple(voucher)], signatures)

    def test_an_empty_batch_does_nothing(self, world: World) -> None:
        assert world.redeem_batch() == []

    def test_a_hundred_are_taken_and_one_more_is_not(self, world: World) -> None:
        world.deposit()
        signed = [world.signed(world.voucher(n + 1)) for n in range(101)]
        assert world.redeem_batch(*signed[:100]) == []
        with boa.reverts():
            world.redeem_batch(*signed)


class TestSessionKey:
    def test_a_session_key_spends_up_to_its_cap(self, world: World) -> None:
        world.deposit()
        world.authorise(cap=1_000)
        world.redeem(world.voucher(600, 60), by=world.session)
        with boa.reverts("over cap"):
            world.redeem(world.voucher(1_001, 60), by=world.session)
        world.redeem(world.voucher(1_000, 60), by=world.session)
        with boa.reverts("over cap"):
            world.redeem(world.voucher(1_001, 60), by=world.session)

    def test_what_a_key_spends_counts_over_all_tokens_and_payees(self, world: World) -> None:
        world.deposit()
        world.deposit(token=world.second)
        world.authorise(cap=1_000)
        world.redeem(world.voucher(400), by=world.session)
        world.redeem(world.voucher(400, token=world.second.address), by=world.session)
        assert world.vault.session(world.renter.address, world.session.address)[1] == 800
        with boa.reverts("over cap"):
            world.redeem(world.voucher(201, payee=world.other.address), by=world.session)

    def test_the_cap_holds_within_one_batch(self, world: World) -> None:
        world.deposit()
        world.authorise(cap=1_000)
        signed = [
            world.signed(world.voucher(400, payee=person(f"p{n}").address), by=world.session)
            for n in range(3)
        ]
        assert reasons(world.redeem_batch(*signed)) == [(2, "over cap")]

    def test_the_payers_own_key_has_no_cap_and_does_not_count(self, world: World) -> None:
        world.deposit()
        world.authorise(cap=10)
        world.redeem(world.voucher(1_000))
        assert world.vault.session(world.renter.address, world.session.address)[1] == 0

    def test_a_key_signs_until_the_second_before_its_expiry(self, world: World) -> None:
        world.deposit()
        world.authorise(lasts=1_000)
        at(START + 999)
        world.redeem(world.voucher(10), by=world.session)
        at(START + 1_000)
        with boa.reverts("key expired"):
            world.redeem(world.voucher(20), by=world.session)

    def test_a_revoked_key_signs_nothing_more(self, world: World) -> None:
        world.deposit()
        world.authorise()
        signed = world.signed(world.voucher(10), by=world.session)
        world.vault.revoke(world.session.address, sender=world.renter.address)
        (log,) = events(world.vault, "Revoked")
        assert (log.user, log.key) == (world.renter.address, world.session.address)
        assert reasons(world.redeem_batch(signed)) == [(0, "signature")]
        with boa.reverts("key"):
            world.vault.revoke(world.session.address, sender=world.renter.address)

    def test_nobody_else_revokes_a_key(self, world: World) -> None:
        world.authorise()
        with boa.reverts("key"):
            world.vault.revoke(world.session.address, sender=world.other.address)

    def test_a_key_of_one_user_signs_for_no_other(self, world: World) -> None:
        world.fund(world.other.address)
        world.deposit(by=world.other.address)
        world.authorise()
        with boa.reverts("signature"):
            world.redeem(world.voucher(10, user=world.other.address), by=world.session)

    def test_authorising_anew_sets_cap_expiry_and_spending(self, world: World) -> None:
        world.deposit()
        world.authorise(cap=100)
        world.redeem(world.voucher(100), by=world.session)
        world.authorise(cap=50, lasts=2_000)
        (log,) = events(world.vault, "Authorised")
        assert (log.user, log.key, log.cap) == (
            world.renter.address, world.session.address, 50
        )
        account = (world.renter.address, world.session.address)
        assert world.vault.session(*account) == (50, 0, START + 2_000)
        world.redeem(world.voucher(150), by=world.session)

    def test_bad_authorisations_are_refused(self, world: World) -> None:
        renter, key, later = world.renter.address, world.session.address, START + 10
        for reason, arguments in (
            ("key", (NOBODY, 1, later)), ("key", (renter, 1, later)),
            ("cap", (key, 0, later)), ("cap", (key, 2**96, later)),
            ("expiry", (key, 1, START)), ("expiry", (key, 1, 2**64)),
        ):
            with boa.reverts(reason):
                world.vault.authorise(*arguments, sender=renter)
        world.vault.authorise(key, 2**96 - 1, 2**64 - 1, sender=renter)
        assert world.vault.session(renter, key) == (2**96 - 1, 0, 2**64 - 1)
        world.vault.authorise(key, 1, START + 1, sender=renter)


class TestExit:
    def start(self, world: World) -> None:
        world.vault.startExit(world.dollar.address, sender=world.renter.address)

    def finish(self, world: World) -> int:
        return world.vault.finishExit(world.dollar.address, sender=world.renter.address)

    def unspent(self, world: World) -> int:
        return world.vault.unspent(world.renter.address, world.dollar.address)

    def test_an_exit_frees_the_deposit_after_its_delay(self, world: World) -> None:
        world.deposit()
        self.start(world)
        (log,) = events(world.vault, "ExitStarted")
        opens = START + EXIT_DELAY
        assert (log.amount, log.opens, log.closes) == (MONEY, opens, opens + EXIT_WINDOW)
        account = (world.renter.address, world.dollar.address)
        assert world.vault.exitOf(*account) == (MONEY, opens, opens + EXIT_WINDOW)
        at(opens - 1)
        with boa.reverts("exit delay"):
            self.finish(world)
        at(opens)
        assert self.finish(world) == MONEY
        assert (self.unspent(world), world.owed(world.renter.address)) == (0, MONEY)
        assert world.vault.exitOf(*account) == (0, 0, 0)

    def test_the_window_of_an_exit_expires(self, world: World) -> None:
        world.deposit()
        self.start(world)
        at(START + EXIT_DELAY + EXIT_WINDOW)
        with boa.reverts("exit window"):
            self.finish(world)
        at(START + EXIT_DELAY + EXIT_WINDOW - 1)
        assert self.finish(world) == MONEY

    def test_a_pre_armed_exit_frees_nothing_that_was_deposited_later(self, world: World) -> None:
        world.deposit(5)
        self.start(world)
        at(START + EXIT_DELAY)
        world.deposit(MONEY)
        assert self.finish(world) == 5
        with boa.reverts("no exit"):
            self.finish(world)
        assert self.unspent(world) == MONEY

    def test_vouchers_come_before_a_running_exit(self, world: World) -> None:
        world.deposit(1_000)
        self.start(world)
        world.redeem(world.voucher(600))
        at(START + EXIT_DELAY)
        world.redeem(world.voucher(700))
        assert self.finish(world) == 300
        with boa.reverts("unspent"):
            world.redeem(world.voucher(701))

    def test_starting_again_starts_the_delay_again(self, world: World) -> None:
        world.deposit()
        self.start(world)
        at(START + EXIT_DELAY - 1)
        self.start(world)
        at(START + EXIT_DELAY)
        with boa.reverts("exit delay"):
            self.finish(world)

    def test_an_exit_of_nothing_is_refused(self, world: World) -> None:
        with boa.reverts("nothing unspent"):
            self.start(world)
        with boa.reverts("no exit"):
            self.finish(world)

    def test_an_exit_is_of_one_user_and_token(self, world: World) -> None:
        world.deposit()
        self.start(world)
        at(START + EXIT_DELAY)
        with boa.reverts("no exit"):
            world.vault.finishExit(world.dollar.address, sender=world.other.address)
        with boa.reverts("no exit"):
            world.vault.finishExit(world.second.address, sender=world.renter.address)


class TestWithdraw:
    def test_what_is_owed_is_sent_once_and_where_the_owner_says(self, world: World) -> None:
        world.deposit()
        world.redeem(world.voucher(1_000))
        arguments = (world.dollar.address, world.other.address)
        assert world.vault.withdraw(*arguments, sender=world.provider.address) == 1_000
        (log,) = events(world.vault, "Withdrawn")
        assert (log.account, log.token, log.to, log.amount) == (
            world.provider.address, *arguments, 1_000
        )
        assert world.dollar.balanceOf(world.other.address) == 1_000
        assert world.owed(world.provider.address) == 0
        with boa.reverts("nothing owed"):
            world.vault.withdraw(*arguments, sender=world.provider.address)

    def test_nobody_withdraws_what_others_are_owed(self, world: World) -> None:
        world.deposit()
        world.redeem(world.voucher(1_000))
        for stranger in (world.renter, world.other, world.session):
            with boa.reverts("nothing owed"):
                world.vault.withdraw(
                    world.dollar.address, stranger.address, sender=stranger.address
                )

    def test_an_unspent_deposit_is_not_withdrawn_without_an_exit(self, world: World) -> None:
        world.deposit()
        with boa.reverts("nothing owed"):
            world.vault.withdraw(
                world.dollar.address, world.renter.address, sender=world.renter.address
            )


def test_a_malicious_market_moves_nothing_that_was_not_delegated(world: World) -> None:
    # It has every file but the session key's private half, and is treasury and relayer itself.
    world.deposit()
    market = person("market")
    signed = world.signed(world.voucher(100), by=world.session)
    for user in (world.renter, world.provider):
        for signer in (market, world.provider, world.other):
            with boa.reverts("signature"):
                world.redeem(
                    world.voucher(100, user=world.renter.address, payee=user.address), by=signer
                )
    assert reasons(world.redeem_batch(signed)) == [(0, "signature")]
    # Delegated with a cap, it moves the cap and not a unit more.
    world.authorise(cap=100)
    voucher = world.voucher(100, payee=market.address)
    world.redeem(voucher, by=world.session)
    with boa.reverts("over cap"):
        world.redeem(replace(voucher, cumulative=101), by=world.session)
    assert world.vault.unspent(world.renter.address, world.dollar.address) == MONEY - 100
