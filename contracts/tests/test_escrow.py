# SPDX-License-Identifier: Apache-2.0
"""The life of a lease that is locked: opening, settling, stopping, claiming, refunding."""

from dataclasses import astuple, replace
from typing import Any

import boa
import pytest
from eth_utils import keccak

from signing import Claim, LeaseVoucher, Terms, compact
from world import (
    CEILING, DISPUTE_WINDOW, MONEY, NOBODY, START, World, at, deployer, events, person, reasons,
)

# The terms of these tests: a unit and a thousand micro-units a second.
RATE = 3_600_000
PER_SECOND = 1_000
DEPOSIT = 7_200_000
DEADLINE = START + 30 * 86_400
LATER = START + 7_200


class TestOpening:
    def test_bad_arguments_of_the_contract_are_refused(self, world: World) -> None:
        dollar, make = world.dollar.address, deployer("src/LeaseEscrow.vy").deploy
        for reason, arguments in (
            ("treasury", ([dollar], NOBODY, CEILING, 10)),
            ("ceiling", ([dollar], world.treasury, 10_001, 10)),
            ("window", ([dollar], world.treasury, CEILING, 0)),
            ("window", ([dollar], world.treasury, CEILING, 2**32)),
        ):
            with boa.reverts(reason):
                make(*arguments)
        widest = make([dollar], world.treasury, 10_000, 2**32 - 1)
        assert widest.commissionCeiling() == 10_000
        assert widest.disputeWindow() == 2**32 - 1 and widest.treasury() == world.treasury
        assert make([dollar], world.treasury, 0, 1).tokens() == [dollar]

    def test_the_whole_deposit_is_locked(self, world: World) -> None:
        before = world.dollar.balanceOf(world.renter.address)
        terms = world.open()
        (log,) = events(world.escrow, "Opened")
        assert (log.id, log.payer, log.payee) == (terms.id, terms.payer, terms.payee)
        assert (log.token, log.deposit, log.lease) == (terms.token, DEPOSIT, terms.lease)
        assert world.dollar.balanceOf(world.escrow.address) == DEPOSIT
        assert world.dollar.balanceOf(world.renter.address) == before - DEPOSIT
        lease = world.escrow.leaseOf(terms.id)
        assert (lease.state, lease.opened, lease.paidSeconds) == (1, START, 0)

    def test_nobody_else_takes_an_id_first(self, world: World) -> None:
        world.fund(world.other.address)
        with boa.reverts("payer"):
            world.escrow.openLease(astuple(world.terms()), sender=world.other.address)
        world.open()

    def test_an_id_opens_once_even_after_its_end(self, world: World) -> None:
        terms = world.open()
        with boa.reverts("opened before"):
            world.open()
        at(START + 1)
        world.close(terms, 0, 1)
        with boa.reverts("opened before"):
            world.open()
        world.open(lease=keccak(b"lse_2"))

    @pytest.mark.parametrize(("reason", "bad", "good"), [
        ("signer", {"signer": NOBODY}, {}),
        ("payee", {"payee": NOBODY}, {}),
        ("deposit", {"deposit": 0}, {"deposit": 1}),
        ("deposit", {"deposit": 10**18 + 1}, {"deposit": 10**18}),
        ("rate", {"rate": 0}, {"rate": 1}),
        ("rate", {"rate": 10**11 + 1}, {"rate": 10**11}),
        ("commission", {"commission": CEILING + 1}, {"commission": CEILING}),
        ("credit", {"availability": 10_001}, {"availability": 10_000}),
        ("credit", {"credit": 10_001}, {"credit": 10_000}),
        ("deadline", {"deadline": START}, {"deadline": START + 1}),
        ("deadline", {"deadline": START + 400 * 86_400 + 1}, {"deadline": START + 400 * 86_400}),
    ])
    def test_terms_out_of_bounds_are_refused(
        self, world: World, reason: str, bad: dict[str, Any], good: dict[str, Any]
    ) -> None:
        world.fund(world.renter.address, 10**18)
        with boa.reverts(reason):
            world.open(**bad)
        world.open(**good)

    def test_a_token_that_is_not_listed_is_refused(self, world: World) -> None:
        stranger = deployer("doubles/TestDollar.vy").deploy()
        stranger.mint(world.renter.address, MONEY)
        stranger.approve(world.escrow.address, MONEY, sender=world.renter.address)
        with boa.reverts("token"):
            world.open(token=stranger.address)


class TestSettling:
    def test_vouchers_pay_what_their_seconds_add(self, world: World) -> None:
        terms = world.open()
        at(LATER)
        world.settle(terms, 600)
        (log,) = events(world.escrow, "Settled")
        assert (log.id, log.seconds, log.usageRoot) == (terms.id, 600, keccak(b"usage"))
        assert world.shares() == (585_000, 15_000, 0)
        world.settle(terms, 3_600)
        assert world.shares() == (3_510_000, 90_000, 0)
        assert world.escrow.leaseOf(terms.id).paidSeconds == 3_600

    def test_a_last_voucher_pays_closes_and_frees_the_rest(self, world: World) -> None:
        terms = world.open()
        at(LATER)
        world.settle(terms, 600)
        world.close(terms, 3_601, 3_700)
        (log,) = events(world.escrow, "Closed")
        assert (log.id, log.seconds, log.credit) == (terms.id, 3_601, 0)
        assert log.usageRoot == keccak(b"usage")
        assert world.shares() == (3_510_975, 90_025, DEPOSIT - 3_601_000)
        assert world.escrow.leaseOf(terms.id).state == 2
        with boa.reverts("not open"):
            world.settle(terms, 3_700)

    def test_interim_vouchers_do_not_change_the_total(self, world: World) -> None:
        # Rates and commissions whose every step rounds.
        totals = []
        for number, steps in enumerate(([], [1, 2, 3, 100, 999], list(range(1, 60)))):
            terms = world.open(rate=7_777_777, commission=333, lease=keccak(b"%d" % number))
            before = world.shares()
            boa.env.time_travel(seconds=2_000)
            for seconds in steps:
                world.settle(terms, seconds)
            world.close(terms, 1_000, 1_000)
            totals.append(tuple(a - b for a, b in zip(world.shares(), before)))
        assert totals[0] == totals[1] == totals[2]
        assert sum(totals[0]) == DEPOSIT

    def test_a_voucher_is_settled_once_and_older_ones_are_stale(self, world: World) -> None:
        terms = world.open()
        at(LATER)
        world.settle(terms, 600)
        for seconds in (600, 599, 0):
            with boa.reverts("stale"):
                world.settle(terms, seconds)
        with boa.reverts("stale"):
            world.close(terms, 599, 700)
        world.close(terms, 600, 700)
        with boa.reverts("not open"):
            world.close(terms, 600, 700)

    def test_no_more_than_the_time_since_opening_is_billed(self, world: World) -> None:
        terms = world.open()
        at(START + 100)
        with boa.reverts("time"):
            world.settle(terms, 101)
        with boa.reverts("time"):
            world.close(terms, 100, 101)
        world.settle(terms, 100)
        world.close(terms, 100, 100)

    def test_no_more_than_366_days_are_billed(self, world: World) -> None:
        terms = world.open(rate=1, deadline=START + 400 * 86_400)
        at(START + 399 * 86_400)
        with boa.reverts("time"):
            world.settle(terms, 366 * 86_400 + 1)
        world.settle(terms, 366 * 86_400)

    def test_no_more_than_the_deposit_is_billed_and_nothing_is_cut(self, world: World) -> None:
        terms = world.open()
        at(START + 10_000)
        with boa.reverts("over deposit"):
            world.settle(terms, 7_201)
        world.settle(terms, 7_200)
        world.close(terms, 7_200, 10_000)
        assert world.shares() == (7_020_000, 180_000, 0)

    def test_the_highest_rate_and_time_do_not_overflow(self, world: World) -> None:
        world.fund(world.renter.address, 10**18)
        seconds = 366 * 86_400
        charge = -(-seconds * 10**11 // 3_600)
        terms = world.open(
            rate=10**11, deposit=charge, deadline=START + 400 * 86_400, availability=10_000,
            credit=10_000, commission=1_000,
        )
        at(START + seconds + 1)
        world.close(terms, seconds, seconds + 1)
        # All of the provider's share went back.
        assert world.shares() == (0, charge // 10, charge - charge // 10)

    def test_only_the_terms_signer_signs_vouchers(self, world: World) -> None:
        terms = world.open()
        at(LATER)
        for stranger in (world.renter, world.provider, world.other):
            with boa.reverts("signature"):
                world.settle(terms, 100, signer=stranger)

    def test_a_voucher_of_another_lease_contract_or_chain_is_refused(self, world: World) -> None:
        terms, other = world.open(), world.open(lease=keccak(b"lse_2"))
        at(LATER)
        domain = world.escrow_domain
        voucher = LeaseVoucher(terms.id, 100, 0)
        for signed in (
            replace(voucher, id=other.id).sign(domain, world.session),
            voucher.sign(replace(domain, contract=world.vault.address), world.session),
            voucher.sign(replace(domain, chain_id=domain.chain_id + 1), world.session),
        ):
            with boa.reverts("signature"):
                world.escrow.settle(astuple(terms), voucher.progress, signed, (0, 0))

    def test_changed_terms_are_another_lease(self, world: World) -> None:
        # Among them a commission raised after opening.
        terms = world.open()
        at(LATER)
        for change in (
            {"commission": 1_000}, {"commission": 0}, {"rate": RATE + 1}, {"deposit": MONEY},
            {"payee": world.other.address}, {"payer": world.other.address}, {"credit": 1},
            {"availability": 1}, {"deadline": DEADLINE + 1}, {"token": world.second.address},
            {"lease": keccak(b"x")}, {"signer": world.renter.address},
        ):
            changed = replace(terms, **change)
            with boa.reverts("not open"):
                world.settle(
                    changed, 100,
                    signer=world.renter if "signer" in change else world.session,
                )

    def test_a_commission_is_that_of_the_terms(self, world: World) -> None:
        terms = world.open(commission=0)
        at(LATER)
        world.settle(terms, 100)
        assert world.shares() == (100_000, 0, 0)
        world.close(terms, 200, 200)
        assert world.shares() == (200_000, 0, DEPOSIT - 200_000)


class TestAgreement:
    """A last voucher frees the rest for the payer, so the provider has its say."""

    def test_a_payer_alone_does_not_close_a_lease(self, world: World) -> None:
        terms = world.open()
        at(LATER)
        for sender in (world.renter.address, world.relayer, world.session.address):
            with boa.reverts("provider"):
                world.settle(terms, 0, 7_000, by=sender)
        for stranger in (world.renter, world.session, world.other):
            with boa.reverts("provider"):
                world.settle(terms, 0, 7_000, agreed_by=stranger)

    def test_a_relayer_closes_with_the_providers_signature(self, world: World) -> None:
        terms = world.open()
        at(LATER)
        world.settle(terms, 3_600, 3_600, agreed_by=world.provider)
        assert world.shares() == (3_510_000, 90_000, 3_600_000)

    def test_an_agreement_is_to_one_voucher(self, world: World) -> None:
        terms = world.open()
        at(LATER)
        voucher = LeaseVoucher(terms.id, 100, 7_000)
        agreement = compact(
            replace(voucher, seconds=7_000).sign(world.escrow_domain, world.provider)
        )
        with boa.reverts("provider"):
            world.escrow.settle(
                astuple(terms), voucher.progress,
                voucher.sign(world.escrow_domain, world.session), agreement,
            )


class TestCredit:
    TERMS = {"availability": 9_900, "credit": 1_000, "commission": 250}

    def test_a_kept_promise_gives_no_credit(self, world: World) -> None:
        terms = world.open(**self.TERMS)
        at(LATER)
        world.close(terms, 990, 1_000)
        assert world.shares() == (965_250, 24_750, DEPOSIT - 990_000)

    def test_a_broken_promise_gives_the_credit_of_the_terms(self, world: World) -> None:
        terms = world.open(**self.TERMS)
        at(LATER)
        world.close(terms, 990, 1_001)
        (log,) = events(world.escrow, "Closed")
        assert log.credit == 99_000
        assert world.shares() == (866_250, 24_750, DEPOSIT - 990_000 + 99_000)

    def test_a_credit_is_held_back_until_the_lease_closes(self, world: World) -> None:
        terms = world.open(**self.TERMS)
        at(LATER)
        world.settle(terms, 990)
        # 990 000 less 2.5 % and 10 %.
        assert world.shares() == (866_250, 24_750, 0)
        world.close(terms, 990, 990)
        assert world.shares() == (965_250, 24_750, DEPOSIT - 990_000)

    def test_what_is_not_held_back_is_rounded_down(self, world: World) -> None:
        terms = world.open(rate=3_600, availability=9_900, credit=1_000, commission=333)
        at(LATER)
        # 7 × 0.8667 = 6.07; the commission of so little is nothing.
        world.settle(terms, 7)
        assert world.shares() == (6, 0, 0)

    def test_what_is_held_back_never_leaves_the_payer_short(self, world: World) -> None:
        # Commission and credit that round in the same step, and together take more than all.
        for number, (commission, credit) in enumerate(
            ((1_000, 1_000), (1_000, 9_000), (1_000, 10_000), (333, 9_667))
        ):
            for last in (7, 8, 9, 10, 11):
                terms = world.open(
                    rate=3_600, availability=10_000, credit=credit, commission=commission,
                    lease=keccak(b"%d/%d" % (number, last)),
                )
                before = world.shares()
                boa.env.time_travel(seconds=100)
                for seconds in range(1, last):
                    world.settle(terms, seconds)
                world.close(terms, last, 100)
                charge, taken = last, last * commission // 10_000
                back = min(last * credit // 10_000, charge - taken)
                assert tuple(a - b for a, b in zip(world.shares(), before)) == (
                    charge - taken - back, taken, DEPOSIT - charge + back
                )


class TestBatch:
    def many(self, world: World, count: int) -> list[Terms]:
        return [world.open(lease=keccak(b"%d" % n), deposit=MONEY // 1_000) for n in range(count)]

    def batch(
        self, world: World, settled: list[tuple[Terms, LeaseVoucher]], by: str | None = None,
        agreements: list[tuple[int, int]] | None = None,
    ) -> list[tuple[int, str]]:
        world.escrow.settleBatch(
            [astuple(terms) for terms, _ in settled],
            [voucher.progress for _, voucher in settled],
            [compact(voucher.sign(world.escrow_domain, world.session)) for _, voucher in settled],
            agreements or [],
            sender=by or world.relayer,
        )
        return reasons(events(world.escrow, "Skipped"))

    def test_one_bad_entry_is_skipped_with_an_event_that_says_why(self, world: World) -> None:
        leases = self.many(world, 6)
        at(START + 2_000)
        unknown = replace(leases[0], lease=keccak(b"unknown"))
        settled = [
            (leases[0], LeaseVoucher(leases[0].id, 100, 0)),
            (unknown, LeaseVoucher(unknown.id, 100, 0)),
            (leases[1], LeaseVoucher(leases[1].id, 0, 0)),
            (leases[2], LeaseVoucher(leases[2].id, 2_001, 0)),
            (leases[3], LeaseVoucher(leases[3].id, 1_001, 0)),
            (leases[4], LeaseVoucher(leases[1].id, 100, 0)),
            (leases[4], LeaseVoucher(leases[4].id, 100, 100)),
            (leases[5], LeaseVoucher(leases[5].id, 100, 0)),
        ]
        assert self.batch(world, settled) == [
            (1, "not open"), (2, "stale"), (3, "time"), (4, "over deposit"), (5, "signature"),
            (6, "provider"),
        ]
        assert events(world.escrow, "Skipped")[0].id == unknown.id
        assert world.shares()[0] == 2 * 97_500

    @pytest.mark.parametrize("huge", [2**64, 2**255, 2**256 - 1])
    def test_no_number_in_a_bad_entry_makes_the_batch_revert(
        self, world: World, huge: int
    ) -> None:
        good, bad = self.many(world, 2)
        at(START + 2_000)
        wild = [
            replace(bad, rate=huge), replace(bad, deposit=huge), replace(bad, deadline=huge),
            replace(bad, commission=huge, credit=huge, availability=huge),
        ]
        settled = [(bad, LeaseVoucher(bad.id, huge, 0)), (bad, LeaseVoucher(bad.id, 1, huge))]
        settled += [(terms, LeaseVoucher(terms.id, 100, 100)) for terms in wild]
        settled.append((good, LeaseVoucher(good.id, 100, 0)))
        skipped = self.batch(world, settled, by=world.provider.address)
        assert [index for index, _ in skipped] == [0, 1, 2, 3, 4, 5]
        assert world.shares()[0] == 97_500

    def test_a_hundred_last_vouchers_settle_at_once(self, world: World) -> None:
        leases = self.many(world, 100)
        at(START + 2_000)
        settled = [(terms, LeaseVoucher(terms.id, 600, 600)) for terms in leases]
        assert self.batch(world, settled, by=world.provider.address) == []
        assert world.shares() == (58_500_000, 1_500_000, 40_000_000)

    def test_agreements_stand_beside_their_vouchers(self, world: World) -> None:
        leases = self.many(world, 3)
        at(START + 2_000)
        settled = [(terms, LeaseVoucher(terms.id, 600, 600)) for terms in leases]
        agreements = [
            compact(voucher.sign(world.escrow_domain, signer))
            for (_, voucher), signer in zip(settled, (world.provider, world.other, world.provider))
        ]
        assert self.batch(world, settled, agreements=agreements) == [(1, "provider")]

    def test_lengths_must_agree(self, world: World) -> None:
        (terms,) = self.many(world, 1)
        one, none = [(0, 0)], []
        progress = [(1, 0, b"\0" * 32)]
        for arguments in (
            ([astuple(terms)], none, one, none), ([astuple(terms)], progress, none, none),
            (none, progress, one, none), ([astuple(terms)], progress, one, one * 2),
        ):
            with boa.reverts("lengths"):
                world.escrow.settleBatch(*arguments)


class TestStop:
    def test_a_stop_ends_the_time_that_is_billed(self, world: World) -> None:
        terms = world.open()
        at(START + 100)
        world.escrow.stop(astuple(terms), sender=world.renter.address)
        (log,) = events(world.escrow, "Stopped")
        assert (log.id, log.by) == (terms.id, world.renter.address)
        at(START + 1_000)
        with boa.reverts("time"):
            world.settle(terms, 101)
        world.settle(terms, 100)
        with boa.reverts("time"):
            world.close(terms, 100, 101)

    def test_payer_and_provider_stop_and_nobody_else(self, world: World) -> None:
        terms, second = world.open(), world.open(lease=keccak(b"lse_2"))
        for stranger in (world.other, world.session):
            with boa.reverts("payer or provider"):
                world.escrow.stop(astuple(terms), sender=stranger.address)
        world.escrow.stop(astuple(terms), sender=world.provider.address)
        world.escrow.stop(astuple(second), sender=world.renter.address)

    def test_a_lease_is_stopped_once(self, world: World) -> None:
        terms = world.open()
        world.escrow.stop(astuple(terms), sender=world.renter.address)
        at(START + 10)
        with boa.reverts("stopped before"):
            world.escrow.stop(astuple(terms), sender=world.renter.address)

    def test_a_closed_lease_is_neither_stopped_claimed_disputed_nor_refunded(
        self, world: World
    ) -> None:
        terms = world.open()
        at(LATER)
        world.close(terms, 1, 1)
        for call in (
            lambda: world.escrow.stop(astuple(terms), sender=world.renter.address),
            lambda: world.claim(terms, 100),
            lambda: world.escrow.dispute(astuple(terms), sender=world.renter.address),
            lambda: world.refund(terms),
        ):
            with boa.reverts("not open"):
                call()


class TestClaim:
    def test_a_silent_payer_cannot_withhold_pay(self, world: World) -> None:
        terms = world.open()
        at(LATER)
        world.claim(terms, 3_600)
        (log,) = events(world.escrow, "Claimed")
        assert (log.id, log.seconds, log.elapsed) == (terms.id, 3_600, 7_200)
        assert log.evidenceHash == keccak(b"receipt")
        assert world.shares() == (0, 0, 0)
        at(LATER + DISPUTE_WINDOW)
        with boa.reverts("dispute window"):
            world.refund(terms, by=world.provider.address)
        at(LATER + DISPUTE_WINDOW + 1)
        world.refund(terms, by=world.provider.address)
        assert world.shares() == (3_510_000, 90_000, DEPOSIT - 3_600_000)

    def test_a_claim_is_struck_out_within_its_window_only(self, world: World) -> None:
        terms = world.open()
        at(LATER)
        with boa.reverts("no claim"):
            world.escrow.dispute(astuple(terms), sender=world.renter.address)
        world.claim(terms, 3_600)
        at(LATER + DISPUTE_WINDOW + 1)
        with boa.reverts("dispute window"):
            world.escrow.dispute(astuple(terms), sender=world.renter.address)
        at(LATER + DISPUTE_WINDOW)
        world.escrow.dispute(astuple(terms), sender=world.renter.address)
        (log,) = events(world.escrow, "Disputed")
        assert (log.id, log.by) == (terms.id, world.renter.address)
        at(DEADLINE + 1)
        world.refund(terms)
        assert world.shares() == (0, 0, DEPOSIT)

    def test_payer_and_signer_dispute_and_nobody_else(self, world: World) -> None:
        terms = world.open()
        at(LATER)
        world.claim(terms, 100)
        for stranger in (world.other, world.provider):
            with boa.reverts("payer"):
                world.escrow.dispute(astuple(terms), sender=stranger.address)
        world.escrow.dispute(astuple(terms), sender=world.session.address)

    def test_after_a_dispute_only_vouchers_pay(self, world: World) -> None:
        terms = world.open()
        at(LATER)
        world.claim(terms, 100)
        world.escrow.dispute(astuple(terms), sender=world.renter.address)
        with boa.reverts("disputed"):
            world.claim(terms, 200)
        assert world.escrow.leaseOf(terms.id).disputed
        world.settle(terms, 200)
        at(DEADLINE + 1)
        world.refund(terms)
        assert world.shares() == (195_000, 5_000, DEPOSIT - 200_000)

    def test_a_claim_is_made_once_and_only_for_more(self, world: World) -> None:
        # Or anybody could start its window again for ever.
        terms = world.open()
        at(LATER)
        world.claim(terms, 100)
        at(LATER + 10)
        for seconds in (100, 99):
            with boa.reverts("stale"):
                world.claim(terms, seconds)
        world.claim(terms, 101)
        lease = world.escrow.leaseOf(terms.id)
        assert (lease.claimed, lease.claimSeconds, lease.claimElapsed) == (
            LATER + 10, 101, 7_210
        )

    def test_a_claim_of_nothing_or_of_less_than_was_paid_is_refused(self, world: World) -> None:
        terms = world.open()
        at(LATER)
        with boa.reverts("stale"):
            world.claim(terms, 0)
        world.settle(terms, 500)
        with boa.reverts("stale"):
            world.claim(terms, 499)
        world.claim(terms, 500)

    def test_a_claim_is_bounded_by_time_and_deposit(self, world: World) -> None:
        terms = world.open()
        at(START + 100)
        with boa.reverts("time"):
            world.claim(terms, 101)
        world.claim(terms, 100)
        at(START + 10_000)
        with boa.reverts("deposit"):
            world.claim(terms, 7_201)
        world.claim(terms, 7_200)
        long = world.open(rate=1, lease=keccak(b"long"), deadline=START + 400 * 86_400)
        at(START + 399 * 86_400)
        with boa.reverts("time"):
            world.claim(long, 366 * 86_400 + 1)
        world.claim(long, 366 * 86_400)

    def test_only_the_provider_claims(self, world: World) -> None:
        terms, other = world.open(), world.open(lease=keccak(b"lse_2"))
        at(LATER)
        for stranger in (world.renter, world.session, world.other):
            with boa.reverts("signature"):
                world.claim(terms, 100, signer=stranger)
        domain = world.escrow_domain
        claim = Claim(terms.id, 100)
        for signature in (
            replace(claim, id=other.id).sign(domain, world.provider),
            replace(claim, seconds=99).sign(domain, world.provider),
            replace(claim, evidence=keccak(b"x")).sign(domain, world.provider),
            claim.sign(replace(domain, chain_id=domain.chain_id + 1), world.provider),
            claim.sign(replace(domain, contract=world.vault.address), world.provider),
        ):
            with boa.reverts("signature"):
                world.escrow.claimUnsigned(astuple(terms), 100, claim.evidence, signature)

    def test_claims_end_with_the_deadline(self, world: World) -> None:
        terms = world.open()
        at(DEADLINE + 1)
        with boa.reverts("ended"):
            world.claim(terms, 100)
        at(DEADLINE)
        world.claim(terms, 100)
        # And then the refund waits for the claim.
        at(DEADLINE + DISPUTE_WINDOW)
        with boa.reverts("dispute window"):
            world.refund(terms)
        at(DEADLINE + DISPUTE_WINDOW + 1)
        world.refund(terms)
        assert world.shares() == (97_500, 2_500, DEPOSIT - 100_000)

    def test_after_a_stop_there_is_the_dispute_window_to_claim(self, world: World) -> None:
        terms = world.open()
        at(START + 100)
        world.escrow.stop(astuple(terms), sender=world.renter.address)
        end = START + 100 + DISPUTE_WINDOW
        at(end + 1)
        with boa.reverts("ended"):
            world.claim(terms, 100)
        at(end)
        with boa.reverts("time"):
            world.claim(terms, 101)
        with boa.reverts("not ended"):
            world.refund(terms)
        world.claim(terms, 100)
        assert world.escrow.leaseOf(terms.id).claimElapsed == 100

    def test_a_claims_credit_counts_from_opening_to_stop_or_claim(self, world: World) -> None:
        terms = world.open(availability=9_900, credit=1_000)
        at(START + 1_000)
        world.claim(terms, 990)
        at(START + 1_000 + DISPUTE_WINDOW + 1)
        world.refund(terms, by=world.provider.address)
        assert world.shares() == (965_250, 24_750, DEPOSIT - 990_000)
        late = world.open(availability=9_900, credit=1_000, lease=keccak(b"late"))
        boa.env.time_travel(seconds=1_001)
        world.claim(late, 990)
        boa.env.time_travel(seconds=DISPUTE_WINDOW + 1)
        before = world.shares()
        world.refund(late, by=world.provider.address)
        assert world.shares()[0] - before[0] == 965_250 - 99_000


class TestRefund:
    def test_an_unused_deposit_returns_after_the_deadline(self, world: World) -> None:
        terms = world.open()
        at(DEADLINE)
        for caller in (world.renter.address, world.provider.address, world.relayer):
            with boa.reverts("not ended"):
                world.refund(terms, by=caller)
        at(DEADLINE + 1)
        world.refund(terms)
        (log,) = events(world.escrow, "Closed")
        assert (log.id, log.seconds, log.credit, log.usageRoot) == (terms.id, 0, 0, b"\0" * 32)
        assert world.shares() == (0, 0, DEPOSIT)

    def test_a_stop_brings_the_refund_forward(self, world: World) -> None:
        terms = world.open()
        world.escrow.stop(astuple(terms), sender=world.renter.address)
        at(START + DISPUTE_WINDOW)
        with boa.reverts("not ended"):
            world.refund(terms)
        at(START + DISPUTE_WINDOW + 1)
        world.refund(terms)
        assert world.shares() == (0, 0, DEPOSIT)

    def test_a_stop_near_the_deadline_does_not_put_it_off(self, world: World) -> None:
        terms = world.open(deadline=START + 1_000)
        at(START + 999)
        world.escrow.stop(astuple(terms), sender=world.provider.address)
        at(START + 1_001)
        world.refund(terms)

    def test_before_the_end_only_the_provider_closes_by_its_claim(self, world: World) -> None:
        # The payer could otherwise cut off what was worked since the claim.
        terms = world.open()
        at(LATER)
        world.claim(terms, 600)
        at(LATER + DISPUTE_WINDOW + 1)
        for caller in (world.renter.address, world.relayer):
            with boa.reverts("not ended"):
                world.refund(terms, by=caller)
        world.refund(terms, by=world.provider.address)
        assert world.shares()[0] == 585_000

    def test_vouchers_beyond_a_claim_win_over_it(self, world: World) -> None:
        terms = world.open()
        at(LATER)
        world.claim(terms, 600)
        world.settle(terms, 700)
        at(DEADLINE + 1)
        world.refund(terms)
        assert world.shares() == (682_500, 17_500, DEPOSIT - 700_000)

    def test_a_claim_of_what_vouchers_paid_frees_what_they_held_back(self, world: World) -> None:
        terms = world.open(availability=9_900, credit=1_000)
        at(START + 1_000)
        world.settle(terms, 990)
        assert world.shares()[0] == 866_250
        world.claim(terms, 990)
        at(START + 1_000 + DISPUTE_WINDOW + 1)
        world.refund(terms, by=world.provider.address)
        assert world.shares() == (965_250, 24_750, DEPOSIT - 990_000)

    def test_a_claim_stands_beside_vouchers_for_less(self, world: World) -> None:
        terms = world.open()
        at(LATER)
        world.claim(terms, 600)
        world.settle(terms, 500)
        at(DEADLINE + 1)
        world.refund(terms)
        assert world.shares() == (585_000, 15_000, DEPOSIT - 600_000)

    def test_without_a_claim_the_time_to_the_end_counts_for_the_credit(self, world: World) -> None:
        promise = {"availability": 9_900, "credit": 1_000}
        terms = world.open(**promise)
        at(START + 1_000)
        world.settle(terms, 990)
        world.escrow.stop(astuple(terms), sender=world.renter.address)
        at(START + 1_000 + DISPUTE_WINDOW + 1)
        world.refund(terms)
        assert world.shares() == (965_250, 24_750, DEPOSIT - 990_000)
        open_ended = world.open(**promise, lease=keccak(b"lse_2"))
        boa.env.time_travel(seconds=1_000)
        world.settle(open_ended, 990)
        before = world.shares()
        at(DEADLINE + 1)
        world.refund(open_ended)
        assert world.shares()[0] == before[0]
        stopped_late = world.open(
            **promise, lease=keccak(b"lse_3"), deadline=DEADLINE + 1_001
        )
        at(DEADLINE + 1_001)
        world.settle(stopped_late, 1_000)
        # Nothing counts behind the deadline.
        at(DEADLINE + 9_000)
        world.escrow.stop(astuple(stopped_late), sender=world.renter.address)
        before = world.shares()
        at(DEADLINE + 9_001)
        world.refund(stopped_late)
        assert world.shares()[0] - before[0] == 100_000

    def test_a_refund_is_paid_once(self, world: World) -> None:
        terms = world.open()
        at(DEADLINE + 1)
        world.refund(terms)
        with boa.reverts("not open"):
            world.refund(terms)

    def test_shares_are_withdrawn_by_their_owners(self, world: World) -> None:
        terms = world.open()
        at(LATER)
        world.close(terms, 3_600, 3_600)
        for account, amount in (
            (world.provider.address, 3_510_000), (world.treasury, 90_000),
            (world.renter.address, 3_600_000),
        ):
            to = person("cold wallet").address
            assert world.escrow.withdraw(world.dollar.address, to, sender=account) == amount
        assert world.dollar.balanceOf(world.escrow.address) == 0
