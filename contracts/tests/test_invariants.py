# SPDX-License-Identifier: Apache-2.0
"""What holds after every call, whatever the calls are."""

from dataclasses import astuple
from typing import Any

import boa
from eth_utils import keccak
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from signing import Claim, LeaseVoucher, Terms, Voucher, compact
from world import (
    CEILING, DISPUTE_WINDOW, EXIT_DELAY, EXIT_WINDOW, MONEY, World, at, deployer, now, person,
)

PEOPLE = [person(f"person {n}") for n in range(3)]
KEYS = [person("key 0"), person("key 1")]
AMOUNTS = st.one_of(
    st.integers(1, 3_000), st.integers(1, MONEY), st.sampled_from([1, 9, 10, 11, 1_000])
)
WHO = st.integers(0, 2)
TIMES = st.one_of(
    st.integers(1, 4_000),
    st.sampled_from([EXIT_DELAY - 1, EXIT_DELAY, EXIT_DELAY + EXIT_WINDOW, DISPUTE_WINDOW]),
)


class Machine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self._anchor = boa.env.anchor()
        self._anchor.__enter__()
        self.world = World()
        self.tokens = [self.world.dollar, self.world.second]
        self.accounts = [p.address for p in PEOPLE] + [self.world.treasury]
        for one in PEOPLE:
            self.world.fund(one.address, 10 * MONEY)
        self.given = {token.address: 0 for token in self.tokens}

    def teardown(self) -> None:
        self._anchor.__exit__(None, None, None)

    def attempt(self, call: Any) -> bool:
        """Whether the call went through. The rules call at random; what must not go through is
        seen by the invariants."""
        try:
            call()
        except boa.BoaError:
            return False
        return True

    @rule(seconds=TIMES)
    def wait(self, seconds: int) -> None:
        at(now() + seconds)


class VaultMachine(Machine):
    """Deposits, vouchers of everybody to everybody, exits and withdrawals."""

    def __init__(self) -> None:
        super().__init__()
        self.vault = self.world.vault
        self.sums: dict[tuple[int, int, int], tuple[int, int]] = {}
        self.deposited = {(u, t): 0 for u in range(3) for t in range(2)}
        self.caps: dict[tuple[int, int], int] = {}

    @rule(who=WHO, token=st.integers(0, 1), amount=AMOUNTS)
    def deposit(self, who: int, token: int, amount: int) -> None:
        user, address = PEOPLE[who].address, self.tokens[token].address
        if self.attempt(lambda: self.vault.deposit(address, amount, sender=user)):
            self.deposited[who, token] += amount

    @rule(token=st.integers(0, 1), amount=st.integers(1, 10_000))
    def give(self, token: int, amount: int) -> None:
        self.tokens[token].mint(self.vault.address, amount)
        self.given[self.tokens[token].address] += amount

    @rule(who=WHO, key=st.integers(0, 1), cap=AMOUNTS, lasts=st.integers(1, 8_000))
    def authorise(self, who: int, key: int, cap: int, lasts: int) -> None:
        user, expiry = PEOPLE[who].address, now() + lasts
        self.vault.authorise(KEYS[key].address, cap, expiry, sender=user)
        self.caps[who, key] = cap

    @rule(who=WHO, key=st.integers(0, 1))
    def revoke(self, who: int, key: int) -> None:
        user = PEOPLE[who].address
        if self.attempt(lambda: self.vault.revoke(KEYS[key].address, sender=user)):
            self.caps[who, key] = 0

    def voucher(self, who: int, payee: int, token: int, growth: int, bps: int) -> Voucher:
        paid, commission = self.sums.get((who, payee, token), (0, 0))
        return Voucher(
            PEOPLE[who].address, PEOPLE[payee].address, self.tokens[token].address,
            max(0, paid + growth), max(0, commission + growth * bps // 10_000),
        )

    @rule(entries=st.lists(
        st.tuples(
            WHO, WHO, st.integers(0, 1), st.one_of(AMOUNTS, st.integers(-5, 5)),
            st.sampled_from([0, 250, CEILING, CEILING + 1, 10_001]), st.integers(0, 4),
        ), min_size=1, max_size=5,
    ))
    def redeem(self, entries: list[tuple[int, int, int, int, int, int]]) -> None:
        """A batch by users, session keys and strangers; none of it may make it revert."""
        vouchers, signatures = [], []
        for who, payee, token, growth, bps, signer in entries:
            voucher = self.voucher(who, payee, token, growth, bps)
            account = PEOPLE[signer] if signer < 3 else KEYS[signer - 3]
            vouchers.append(astuple(voucher))
            signatures.append(compact(voucher.sign(self.world.vault_domain, account)))
        before = self.unspents()
        self.vault.redeemBatch(vouchers, signatures)
        self.check_what_was_redeemed(entries, before)

    def unspents(self) -> dict[tuple[int, int], int]:
        return {
            (u, t): self.vault.unspent(PEOPLE[u].address, self.tokens[t].address)
            for u, t in self.deposited
        }

    def check_what_was_redeemed(self, entries: Any, before: dict[tuple[int, int], int]) -> None:
        signers: dict[int, set[int]] = {}
        for who, _, _, _, _, signer in entries:
            signers.setdefault(who, set()).add(signer)
        after = self.unspents()
        for (who, token), amount in before.items():
            spent = amount - after[who, token]
            assert spent >= 0
            if spent and who not in signers.get(who, set()):
                # Not the user: then its keys, and they no more than their caps.
                keys = [s - 3 for s in signers.get(who, set()) if s >= 3]
                assert spent <= sum(self.caps.get((who, key), 0) for key in keys)
        self.read_sums()

    def read_sums(self) -> None:
        for who in range(3):
            for payee in range(3):
                for token in range(2):
                    pair = self.vault.redeemed(
                        PEOPLE[who].address, PEOPLE[payee].address, self.tokens[token].address
                    )
                    old = self.sums.get((who, payee, token), (0, 0))
                    assert pair[0] >= old[0] and pair[1] >= old[1]
                    assert (pair[1] - old[1]) * 10_000 <= (pair[0] - old[0]) * CEILING
                    self.sums[who, payee, token] = pair

    @rule(who=WHO, token=st.integers(0, 1))
    def start_exit(self, who: int, token: int) -> None:
        address = self.tokens[token].address
        self.attempt(lambda: self.vault.startExit(address, sender=PEOPLE[who].address))

    @rule(who=WHO, token=st.integers(0, 1))
    def finish_exit(self, who: int, token: int) -> None:
        user, address = PEOPLE[who].address, self.tokens[token].address
        amount, opens, closes = self.vault.exitOf(user, address)
        before = self.vault.unspent(user, address)
        done = self.attempt(lambda: self.vault.finishExit(address, sender=user))
        assert done == (amount > 0 and opens <= now() < closes)
        if done:
            assert self.vault.unspent(user, address) == before - min(amount, before)
            assert self.vault.exitOf(user, address) == (0, 0, 0)

    @rule(who=WHO, token=st.integers(0, 1))
    def withdraw(self, who: int, token: int) -> None:
        user, contract = PEOPLE[who].address, self.tokens[token]
        owed, before = self.world.owed(user, token=contract), contract.balanceOf(user)
        done = self.attempt(lambda: self.vault.withdraw(contract.address, user, sender=user))
        assert done == (owed > 0)
        assert contract.balanceOf(user) == before + owed

    @invariant()
    def the_balance_is_what_is_owed_and_unspent(self) -> None:
        for index, token in enumerate(self.tokens):
            owed = sum(self.world.owed(account, token=token) for account in self.accounts)
            unspent = sum(
                self.vault.unspent(one.address, token.address) for one in PEOPLE
            )
            held = token.balanceOf(self.vault.address)
            assert held == owed + unspent + self.given[token.address]

    @invariant()
    def no_key_has_spent_more_than_its_cap(self) -> None:
        for one in PEOPLE:
            for key in KEYS:
                cap, spent, _ = self.vault.session(one.address, key.address)
                assert spent <= cap


class EscrowMachine(Machine):
    """Leases of three payers, with vouchers, claims, disputes, stops and refunds at random."""

    def __init__(self) -> None:
        super().__init__()
        self.escrow = self.world.escrow
        self.leases: list[Terms] = []
        self.opened: list[int] = []
        # What is still locked of each lease's deposit: less all that its calls made owed.
        self.locked: list[int] = []
        self.states: list[int] = []
        self.paid_seconds: list[int] = []

    @rule(
        payer=WHO, payee=WHO, deposit=AMOUNTS, rate=st.integers(1, 10**7),
        points=st.tuples(st.integers(0, CEILING), st.integers(0, 10_000), st.integers(0, 10_000)),
        lasts=st.integers(1, 20_000),
    )
    def open(
        self, payer: int, payee: int, deposit: int, rate: int, points: tuple[int, int, int],
        lasts: int,
    ) -> None:
        user = PEOPLE[payer].address
        terms = Terms(
            user, KEYS[0].address, PEOPLE[payee].address, self.world.dollar.address, deposit,
            rate, *points, now() + lasts, keccak(b"lse_%d" % len(self.leases)),
        )
        if self.attempt(lambda: self.escrow.openLease(astuple(terms), sender=user)):
            self.leases.append(terms)
            self.opened.append(now())
            self.locked.append(deposit)
            self.states.append(1)
            self.paid_seconds.append(0)

    def owed(self) -> int:
        return sum(self.world.owed(account, self.escrow) for account in self.accounts)

    def on_lease(self, index: int, call: Any) -> bool:
        """Makes a call on one lease and books what it made owed to that lease."""
        before = self.owed()
        done = self.attempt(call)
        grown = self.owed() - before
        assert grown >= 0
        self.locked[index] -= grown
        lease = self.escrow.leaseOf(self.leases[index].id)
        assert self.states[index] == 1 or not done
        assert lease.state in (1, 2) and lease.state >= self.states[index]
        if lease.state == 2 and self.states[index] == 1:
            assert self.locked[index] == 0
        if lease.state == 1:
            assert lease.paidSeconds >= self.paid_seconds[index]
            self.paid_seconds[index] = lease.paidSeconds
        self.states[index] = lease.state
        return done

    @rule(
        which=st.integers(0, 20), seconds=st.integers(0, 5_000), more=st.integers(-2, 5_000),
        signer=st.integers(0, 1), sender=WHO, agrees=WHO,
    )
    def settle(
        self, which: int, seconds: int, more: int, signer: int, sender: int, agrees: int
    ) -> None:
        if not self.leases:
            return
        index = which % len(self.leases)
        terms = self.leases[index]
        voucher = LeaseVoucher(terms.id, seconds, max(0, more and seconds + more))
        domain = self.world.escrow_domain
        done = self.on_lease(index, lambda: self.escrow.settle(
            astuple(terms), voucher.progress, voucher.sign(domain, KEYS[signer]),
            compact(voucher.sign(domain, PEOPLE[agrees])), sender=PEOPLE[sender].address,
        ))
        if done:
            assert signer == 0
            assert seconds <= now() - self.opened[index]
        if done and voucher.elapsed:
            assert terms.payee in (PEOPLE[sender].address, PEOPLE[agrees].address)

    @rule(which=st.integers(0, 20), seconds=st.integers(0, 5_000), signer=WHO)
    def claim(self, which: int, seconds: int, signer: int) -> None:
        if not self.leases:
            return
        index = which % len(self.leases)
        terms = self.leases[index]
        claim = Claim(terms.id, seconds)
        signature = claim.sign(self.world.escrow_domain, PEOPLE[signer])
        done = self.on_lease(index, lambda: self.escrow.claimUnsigned(
            astuple(terms), seconds, claim.evidence, signature
        ))
        assert not done or PEOPLE[signer].address == terms.payee

    @rule(which=st.integers(0, 20), who=WHO, verb=st.sampled_from(["stop", "dispute", "refund"]))
    def end(self, which: int, who: int, verb: str) -> None:
        if not self.leases:
            return
        index = which % len(self.leases)
        terms, caller = self.leases[index], PEOPLE[who].address
        call = getattr(self.escrow, verb)
        self.on_lease(index, lambda: call(astuple(terms), sender=caller))

    @rule(who=WHO)
    def withdraw(self, who: int) -> None:
        user, token = PEOPLE[who].address, self.world.dollar
        owed = self.world.owed(user, self.escrow)
        done = self.attempt(lambda: self.escrow.withdraw(token.address, user, sender=user))
        assert done == (owed > 0)

    @invariant()
    def the_balance_is_what_is_owed_and_locked(self) -> None:
        held = self.world.dollar.balanceOf(self.escrow.address)
        assert held == self.owed() + sum(self.locked)

    @invariant()
    def no_more_is_paid_than_deposit_and_time_allow(self) -> None:
        for terms, opened, locked, state in zip(
            self.leases, self.opened, self.locked, self.states
        ):
            if state == 1:
                elapsed = now() - opened
                bill = -(-elapsed * terms.rate // 3_600)
                assert 0 <= terms.deposit - locked <= min(terms.deposit, bill)


class AnchorMachine(RuleBasedStateMachine):
    """Publishers that anchor at random."""

    def __init__(self) -> None:
        super().__init__()
        self._anchor = boa.env.anchor()
        self._anchor.__enter__()
        self.anchor = deployer("src/UsageAnchor.vy").deploy()
        self.heads: dict[str, tuple[int, bytes]] = {}

    def teardown(self) -> None:
        self._anchor.__exit__(None, None, None)

    @rule(who=WHO, size=st.integers(0, 60), seed=st.binary(min_size=1, max_size=2))
    def publish(self, who: int, size: int, seed: bytes) -> None:
        publisher, root = PEOPLE[who].address, keccak(seed)
        known = self.heads.get(publisher, (0, b""))[0]
        try:
            self.anchor.anchor(size, root, "", sender=publisher)
            done = True
        except boa.BoaError:
            done = False
        assert done == (size > known)
        if done:
            self.heads[publisher] = (size, root)

    @invariant()
    def sizes_grow_and_heads_stay(self) -> None:
        for publisher, (size, root) in self.heads.items():
            assert self.anchor.sizeOf(publisher) == size
            assert self.anchor.isHead(publisher, size, root)


TestVaultInvariants = VaultMachine.TestCase
TestEscrowInvariants = EscrowMachine.TestCase
TestAnchorInvariants = AnchorMachine.TestCase
