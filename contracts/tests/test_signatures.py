# SPDX-License-Identifier: Apache-2.0
"""What counts as signed, in both contracts."""

from dataclasses import astuple, replace

import boa
import pytest
from eth_keys import keys
from eth_utils import keccak

from signing import (
    CLAIM, LEASE_VOUCHER, TERMS, VOUCHER, Claim, Domain, LeaseVoucher, compact,
)
from world import HERE, MONEY, NOBODY, World, deployer, person, reasons

ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141


def test_contracts_and_other_code_compute_the_same_digests(world: World) -> None:
    voucher, terms = world.voucher(5, 1), world.terms()
    lease_voucher, claim = LeaseVoucher(terms.id, 7, 9, keccak(b"u")), Claim(terms.id, 7)
    vault, escrow = world.vault_domain, world.escrow_domain
    assert world.vault.voucherDigest(astuple(voucher)) == vault.digest(VOUCHER, astuple(voucher))
    assert world.escrow.idOf(astuple(terms)) == terms.id
    assert world.escrow.voucherDigest(terms.id, lease_voucher.progress) == escrow.digest(
        LEASE_VOUCHER, astuple(lease_voucher)
    )
    assert world.escrow.claimDigest(terms.id, 7, claim.evidence) == escrow.digest(
        CLAIM, astuple(claim)
    )
    for contract, domain in ((world.vault, vault), (world.escrow, escrow)):
        assert contract.domainSeparator() == domain.message(VOUCHER, astuple(voucher)).header


def test_the_type_strings_of_the_format_document_are_those_of_the_code() -> None:
    text = (HERE.parent / "docs" / "formats.md").read_text()
    for kind in (VOUCHER, TERMS, LEASE_VOUCHER, CLAIM):
        assert f"\n{kind}\n" in text


def test_a_voucher_of_another_chain_is_refused(world: World) -> None:
    world.deposit()
    elsewhere = replace(world.vault_domain, chain_id=world.vault_domain.chain_id + 1)
    voucher = world.voucher(10)
    signature = voucher.sign(elsewhere, world.renter)
    with boa.reverts("signature"):
        world.vault.redeem(astuple(voucher), signature)


def test_after_a_fork_the_old_chains_vouchers_are_refused(world: World) -> None:
    world.deposit()
    voucher, signature = world.signed(world.voucher(10))
    before = boa.env.evm.patch.chain_id
    try:
        boa.env.evm.patch.chain_id = before + 1
        with boa.reverts("signature"):
            world.vault.redeem(astuple(voucher), signature)
    finally:
        boa.env.evm.patch.chain_id = before
    world.vault.redeem(astuple(voucher), signature)


def test_a_voucher_for_another_contract_is_refused(world: World) -> None:
    world.deposit()
    voucher = world.voucher(10)
    elsewhere = replace(world.vault_domain, contract=world.escrow.address)
    with boa.reverts("signature"):
        world.vault.redeem(astuple(voucher), voucher.sign(elsewhere, world.renter))


def test_a_high_s_twin_of_a_signature_is_refused(world: World) -> None:
    world.deposit()
    voucher, signature = world.signed(world.voucher(10))
    s = int.from_bytes(signature[32:64], "big")
    twin = signature[:32] + (ORDER - s).to_bytes(32, "big") + bytes([55 - signature[64]])
    with boa.reverts("signature"):
        world.vault.redeem(astuple(voucher), twin)
    # Of the twins whose s fits into 255 bits a compact form exists; it is refused as well.
    high = ORDER // 2 + 1
    skipped = world.vault.redeemBatch(
        [astuple(voucher)], [(int.from_bytes(signature[:32], "big"), high)]
    )
    assert skipped is None and world.owed(world.provider.address) == 0


def signer_of(digest: bytes, r: int, s: int, v: int) -> str:
    signature = keys.Signature(vrs=(v - 27, r, s))
    return signature.recover_public_key_from_msg_hash(digest).to_checksum_address()


@pytest.mark.parametrize("form", ["long", "compact"])
@pytest.mark.parametrize(("above", "taken"), [(0, True), (1, False)])
def test_half_the_order_is_the_highest_s(
    world: World, form: str, above: int, taken: bool
) -> None:
    # Any r and s sign a digest for somebody: here for the user that owns the session key found.
    s = ORDER // 2 + above
    r = int.from_bytes(world.provider.sign_transaction(
        {"nonce": 0, "gas": 21_000, "gasPrice": 1, "to": NOBODY, "value": 0, "chainId": 1}
    ).r.to_bytes(32, "big"), "big")
    world.deposit()
    voucher = world.voucher(10)
    signer = signer_of(world.vault.voucherDigest(astuple(voucher)), r, s, 27)
    world.vault.authorise(signer, MONEY, 2**64 - 1, sender=world.renter.address)
    if form == "compact":
        world.vault.redeemBatch([astuple(voucher)], [(r, s)])
    else:
        signature = r.to_bytes(32, "big") + s.to_bytes(32, "big") + b"\x1b"
        if taken:
            world.vault.redeem(astuple(voucher), signature)
        else:
            with boa.reverts("signature"):
                world.vault.redeem(astuple(voucher), signature)
    assert world.owed(world.provider.address) == (10 if taken else 0)


@pytest.mark.parametrize("v", [0, 1, 26, 29, 255])
def test_a_v_other_than_27_and_28_is_refused(world: World, v: int) -> None:
    world.deposit()
    voucher, signature = world.signed(world.voucher(10))
    with boa.reverts("signature"):
        world.vault.redeem(astuple(voucher), signature[:64] + bytes([v]))


@pytest.mark.parametrize("length", [0, 1, 64, 66, 130, 650])
def test_a_signature_of_another_length_is_refused(world: World, length: int) -> None:
    world.deposit()
    voucher, signature = world.signed(world.voucher(10))
    with boa.reverts("signature"):
        world.vault.redeem(astuple(voucher), (signature * 10)[:length])


def test_the_zero_address_signs_nothing(world: World) -> None:
    # A signature that recovers to nobody must not pass for a user or key of that name.
    voucher = world.voucher(10, user=NOBODY)
    with boa.reverts("unspent"):
        world.vault.redeem(astuple(voucher), b"")
    world.deposit()
    with boa.reverts("key"):
        world.vault.authorise(NOBODY, MONEY, 2**64 - 1, sender=world.renter.address)
    with boa.reverts("signature"):
        world.vault.redeem(astuple(world.voucher(10)), b"")


def test_every_changed_field_of_a_voucher_is_noticed(world: World) -> None:
    world.deposit(token=world.second)
    world.deposit()
    plain = world.voucher(1_000, 10)
    signature = plain.sign(world.vault_domain, world.renter)
    changes = {
        "payee": world.other.address, "token": world.second.address, "cumulative": 1_001,
        "commission": 9, "usage_root": keccak(b"other"),
    }
    for field, value in changes.items():
        with boa.reverts("signature"):
            world.vault.redeem(astuple(replace(plain, **{field: value})), signature)
    world.vault.redeem(astuple(plain), signature)


class TestWallet:
    """EIP-1271: a contract that pays."""

    def wallet(self, world: World) -> object:
        wallet = deployer("doubles/Wallet.vy").deploy(world.other.address)
        world.fund(wallet.address)
        world.deposit(by=wallet.address)
        return wallet

    def test_a_contract_wallet_pays_by_what_it_agrees_to(self, world: World) -> None:
        wallet = self.wallet(world)
        voucher = world.voucher(10, user=wallet.address)
        world.redeem(voucher, by=world.other)
        assert world.owed(world.provider.address) == 10
        skipped = world.redeem_batch(
            world.signed(replace(voucher, cumulative=11), by=world.other)
        )
        assert skipped == [] and world.owed(world.provider.address) == 11

    def test_a_wallet_may_ask_for_a_signature_of_650_bytes(self, world: World) -> None:
        wallet = self.wallet(world)
        voucher = world.voucher(10, user=wallet.address)
        signature = voucher.sign(world.vault_domain, world.other).ljust(650, b"\1")
        world.vault.redeem(astuple(voucher), signature)
        assert world.owed(world.provider.address) == 10

    def test_both_parities_reach_a_wallet_unchanged(self, world: World) -> None:
        wallet = self.wallet(world)
        parities = set()
        for cumulative in range(1, 13):
            signed = world.signed(world.voucher(cumulative, user=wallet.address), world.other)
            parities.add(signed[1][64])
            assert world.redeem_batch(signed) == []
        assert parities == {27, 28}

    @pytest.mark.parametrize("mode", [1, 2, 3, 4, 5])
    def test_only_the_whole_right_answer_is_a_yes(self, world: World, mode: int) -> None:
        wallet = self.wallet(world)
        wallet.setMode(mode)
        voucher = world.voucher(10, user=wallet.address)
        signed = world.signed(voucher, by=world.other)
        good = world.signed(replace(voucher, user=world.renter.address))
        world.deposit()
        # Not with the gas of its neighbours either: what a wallet may burn is bounded.
        assert reasons(world.redeem_batch(signed, good)) == [(0, "signature")]
        assert world.owed(world.provider.address) == 10
        with boa.reverts("signature"):
            world.redeem(voucher, by=world.other)

    def test_what_a_wallet_burns_is_bounded(self, world: World) -> None:
        wallet = self.wallet(world)
        wallet.setMode(4)
        world.redeem_batch(world.signed(world.voucher(10, user=wallet.address), by=world.other))
        assert world.vault._computation.get_gas_used() < 300_000

    def test_another_key_than_the_wallets_owner_is_refused(self, world: World) -> None:
        wallet = self.wallet(world)
        with boa.reverts("signature"):
            world.redeem(world.voucher(10, user=wallet.address), by=world.renter)

    def test_a_wallet_signs_lease_vouchers_claims_and_agreements(self, world: World) -> None:
        signer = deployer("doubles/Wallet.vy").deploy(world.other.address)
        payee = deployer("doubles/Wallet.vy").deploy(world.session.address)
        terms = world.open(signer=signer.address, payee=payee.address)
        boa.env.time_travel(seconds=1_000)
        world.settle(terms, 100, signer=world.other)
        world.claim(terms, 200, signer=world.session)
        voucher = LeaseVoucher(terms.id, 300, 300)
        world.escrow.settleBatch(
            [astuple(terms)], [voucher.progress],
            [compact(voucher.sign(world.escrow_domain, world.other))],
            [compact(voucher.sign(world.escrow_domain, world.session))],
        )
        assert world.escrow.leaseOf(terms.id).state == 2

    def test_a_wallet_that_says_no_settles_nothing(self, world: World) -> None:
        signer = deployer("doubles/Wallet.vy").deploy(world.other.address)
        terms = world.open(signer=signer.address)
        boa.env.time_travel(seconds=1_000)
        with boa.reverts("signature"):
            world.settle(terms, 100, signer=person("stranger"))
