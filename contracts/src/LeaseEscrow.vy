# pragma version 0.4.3
# pragma evm-version cancun
# SPDX-License-Identifier: Apache-2.0
"""
@title   LeaseEscrow: the whole price of one lease, locked before it starts
@license Apache-2.0
@notice  A lease is known by the hash of its terms and takes one slot; whoever calls brings the
         terms. The payer signs cumulative seconds, the contract makes the bill, identical to the
         ledger's. No owner, no pause: with payer or market silent the provider claims, with the
         provider silent the payer is refunded after the deadline.
"""
from modules import bill as bills
from modules import ecdsa
from modules import eip712
from modules import payouts

initializes: eip712
initializes: payouts

exports: (
    eip712.domainSeparator,
    payouts.owedTo,
    payouts.tokens,
    payouts.withdraw,
)

struct Terms:
    payer: address
    signer: address
    payee: address
    token: address
    deposit: uint256
    rate: uint256
    commission: uint256
    availability: uint256
    credit: uint256
    deadline: uint256
    lease: bytes32

# A LeaseVoucher without its id, which the terms give.
struct Progress:
    seconds: uint256
    elapsed: uint256
    usageRoot: bytes32

# What a lease's slot holds.
struct Lease:
    state: uint256
    opened: uint256
    stopped: uint256
    claimed: uint256
    claimSeconds: uint256
    claimElapsed: uint256
    paidSeconds: uint256
    disputed: bool

event Opened:
    id: indexed(bytes32)
    payer: indexed(address)
    payee: indexed(address)
    token: address
    deposit: uint256
    lease: bytes32

event Settled:
    id: indexed(bytes32)
    seconds: uint256
    usageRoot: bytes32

event Closed:
    id: indexed(bytes32)
    seconds: uint256
    credit: uint256
    usageRoot: bytes32

event Skipped:
    id: indexed(bytes32)
    index: uint256
    reason: String[16]

event Stopped:
    id: indexed(bytes32)
    by: address

event Claimed:
    id: indexed(bytes32)
    seconds: uint256
    elapsed: uint256
    evidenceHash: bytes32

event Disputed:
    id: indexed(bytes32)
    by: address

TERMS_TYPE: constant(bytes32) = keccak256(
    "Terms(address payer,address signer,address payee,address token,uint256 deposit,uint256 rate,uint256 commission,uint256 availability,uint256 credit,uint256 deadline,bytes32 lease)"
)
VOUCHER_TYPE: constant(bytes32) = keccak256(
    "LeaseVoucher(bytes32 id,uint256 seconds,uint256 elapsed,bytes32 usageRoot)"
)
CLAIM_TYPE: constant(bytes32) = keccak256(
    "Claim(bytes32 id,uint256 seconds,bytes32 evidenceHash)"
)

BATCH: constant(uint256) = 100
MAX_DEPOSIT: constant(uint256) = 10**18

# The longest lease, and a month to settle it.
MAX_LOCK: constant(uint256) = 400 * 86_400

# A lease's life. A closed one stays closed: its id never opens again.
UNKNOWN: constant(uint256) = 0
OPEN: constant(uint256) = 1
CLOSED: constant(uint256) = 2

# A slot from its low end: state 2 bits, disputed 2, then opened, stopped and claimed of 40, then
# claimSeconds, claimElapsed and paidSeconds of 32; the places where they begin.
DISPUTED: constant(uint256) = 2
OPENED: constant(uint256) = 4
STOPPED: constant(uint256) = 44
CLAIMED: constant(uint256) = 84
CLAIM_SECONDS: constant(uint256) = 124
CLAIM_ELAPSED: constant(uint256) = 156
PAID_SECONDS: constant(uint256) = 188
LOW_2: constant(uint256) = 3
LOW_32: constant(uint256) = 2**32 - 1
LOW_40: constant(uint256) = 2**40 - 1
LOW_188: constant(uint256) = 2**188 - 1

# Why a voucher was not settled; `_why` has the words.
DONE: constant(uint256) = 0
NOT_OPEN: constant(uint256) = 1
STALE: constant(uint256) = 2
TIME: constant(uint256) = 3
DEPOSIT: constant(uint256) = 4
SIGNATURE: constant(uint256) = 5
PROVIDER: constant(uint256) = 6

COMMISSION_CEILING: immutable(uint256)
TREASURY: immutable(address)
DISPUTE_WINDOW: immutable(uint256)

slots: HashMap[bytes32, uint256]


@deploy
def __init__(
    listed: DynArray[address, payouts.MAX_TOKENS],
    treasury: address,
    commission_ceiling: uint256,
    dispute_window: uint256,
):
    """
    @param listed The tokens taken, of six decimals each.
    @param treasury Who is owed the commission.
    @param commission_ceiling The highest commission that terms may name, in basis points.
    @param dispute_window Seconds for which a claim can be disputed, and for which the provider may
           still claim after a stop.
    """
    eip712.__init__("Orban LeaseEscrow", "1")
    payouts.__init__(listed)
    assert treasury != empty(address), "treasury"
    assert commission_ceiling <= bills.BASIS, "ceiling"
    assert dispute_window > 0 and dispute_window < 2**32, "window"
    COMMISSION_CEILING = commission_ceiling
    TREASURY = treasury
    DISPUTE_WINDOW = dispute_window


@external
@nonreentrant
def openLease(terms: Terms) -> bytes32:
    """
    @notice Locks the deposit of the caller, who is the payer of the terms and has approved this
            contract before. Only the payer can: nobody else can take an id first.
    @param terms What payer and provider agreed on; fixed from now on.
    @return The lease's id, the EIP-712 hash of the terms.
    """
    assert msg.sender == terms.payer, "payer"
    self._check(terms)
    id: bytes32 = self._id(terms)
    assert self.slots[id] == 0, "opened before"
    self.slots[id] = OPEN | block.timestamp << OPENED
    payouts._take(terms.token, terms.deposit)
    log Opened(
        id=id,
        payer=terms.payer,
        payee=terms.payee,
        token=terms.token,
        deposit=terms.deposit,
        lease=terms.lease,
    )
    return id


@external
def settle(
    terms: Terms,
    voucher: Progress,
    signature: Bytes[ecdsa.LONG],
    agreement: ecdsa.Compact,
):
    """
    @notice Settles one voucher, or reverts saying why not. Anybody may.
    @param terms The lease's terms.
    @param voucher What the terms' signer signed, behind the lease's id.
    @param signature r ‖ s ‖ v by the terms' signer, or what its wallet takes, up to 650 bytes.
    @param agreement Only for a last voucher that somebody else than the provider brings: the
           provider's signature of the same digest, compact (EIP-2098). Otherwise zeros.
    """
    id: bytes32 = self._id(terms)
    digest: bytes32 = self._voucher_digest(eip712._separator(), id, voucher)
    code: uint256 = SIGNATURE
    # Recovery gives the zero address where there is no signer; no open lease's terms name it.
    signed: bool = ecdsa._recover(digest, signature) == terms.signer
    if not signed:
        signed = ecdsa._wallet_agrees(terms.signer, digest, signature)
    if signed:
        agreed: bool = voucher.elapsed == 0 or msg.sender == terms.payee
        if not agreed:
            agreed = ecdsa._signed_compactly_by(terms.payee, digest, agreement)
        code = self._settle(id, terms, voucher, agreed)
    assert code == DONE, self._why(code)


@external
def settleBatch(
    terms: DynArray[Terms, BATCH],
    vouchers: DynArray[Progress, BATCH],
    signatures: DynArray[ecdsa.Compact, BATCH],
    agreements: DynArray[ecdsa.Compact, BATCH],
):
    """
    @notice Settles up to 100 vouchers. One that cannot be settled is skipped, with an event that
            says why, and never hinders the others. A wallet is shown the signature as 65 bytes.
    @param terms The leases' terms.
    @param vouchers One for each.
    @param signatures One for each, of the terms' signer, compact (EIP-2098).
    @param agreements None at all, or one for each, of the provider; read only for last vouchers
           that somebody else than the provider brings.
    """
    assert len(terms) == len(vouchers) and len(terms) == len(signatures), "lengths"
    assert len(agreements) == 0 or len(agreements) == len(terms), "lengths"
    separator: bytes32 = eip712._separator()
    for i: uint256 in range(len(vouchers), bound=BATCH):
        each: Terms = terms[i]
        voucher: Progress = vouchers[i]
        id: bytes32 = keccak256(abi_encode(TERMS_TYPE, each))
        digest: bytes32 = eip712._digest(
            separator, keccak256(abi_encode(VOUCHER_TYPE, id, voucher))
        )
        code: uint256 = SIGNATURE
        # Recovery gives the zero address where there is no signer; no open lease's terms name it.
        signed: bool = ecdsa._recover_compact(digest, signatures[i]) == each.signer
        if not signed:
            signed = ecdsa._wallet_agrees(each.signer, digest, ecdsa._expanded(signatures[i]))
        if signed:
            agreed: bool = voucher.elapsed == 0 or msg.sender == each.payee
            if not agreed and len(agreements) != 0:
                agreed = ecdsa._signed_compactly_by(each.payee, digest, agreements[i])
            code = self._settle(id, each, voucher, agreed)
        if code != DONE:
            log Skipped(id=id, index=i, reason=self._why(code))


@external
def stop(terms: Terms):
    """
    @notice Ends the time that can be billed, by payer or provider. The provider then has the
            dispute window for its claim, after which anybody may call `refund`.
    @param terms The lease's terms.
    """
    id: bytes32 = self._id(terms)
    lease: Lease = self._open(id)
    assert msg.sender == terms.payer or msg.sender == terms.payee, "payer or provider"
    assert lease.stopped == 0, "stopped before"
    lease.stopped = block.timestamp
    self.slots[id] = self._packed(lease)
    log Stopped(id=id, by=msg.sender)


@external
def claimUnsigned(
    terms: Terms, seconds: uint256, evidence_hash: bytes32, signature: Bytes[ecdsa.LONG]
):
    """
    @notice Claims seconds that the payer has not signed. Undisputed for the dispute window, the
            claim is paid by `refund`. A later claim for more seconds takes its place and starts
            the window again; after a dispute there are none.
    @param terms The lease's terms.
    @param seconds Cumulative seconds, as in a voucher.
    @param evidence_hash Hash of the node's signed receipt for these seconds.
    @param signature The provider's, of the EIP-712 struct Claim.
    """
    id: bytes32 = self._id(terms)
    lease: Lease = self._open(id)
    assert not lease.disputed, "disputed"
    assert block.timestamp <= self._ends(terms, lease), "ended"
    elapsed: uint256 = self._billable(lease.opened, lease.stopped)
    assert seconds <= elapsed and seconds <= bills.MAX_SECONDS, "time"
    assert seconds >= lease.paidSeconds and seconds > lease.claimSeconds, "stale"
    assert bills._charge(seconds, terms.rate) <= terms.deposit, "deposit"
    digest: bytes32 = self._claim_digest(id, seconds, evidence_hash)
    assert ecdsa._signed_by(terms.payee, digest, signature), "signature"
    lease.claimed = block.timestamp
    lease.claimSeconds = seconds
    lease.claimElapsed = elapsed
    self.slots[id] = self._packed(lease)
    log Claimed(id=id, seconds=seconds, elapsed=elapsed, evidenceHash=evidence_hash)


@external
def dispute(terms: Terms):
    """
    @notice Strikes out the claim that stands, within its window, by the payer or its signer. From
            then on the provider is paid by vouchers alone.
    @param terms The lease's terms.
    """
    id: bytes32 = self._id(terms)
    lease: Lease = self._open(id)
    assert msg.sender == terms.payer or msg.sender == terms.signer, "payer"
    assert lease.claimed != 0, "no claim"
    assert block.timestamp <= lease.claimed + DISPUTE_WINDOW, "dispute window"
    lease.claimed = 0
    lease.claimSeconds = 0
    lease.claimElapsed = 0
    lease.disputed = True
    self.slots[id] = self._packed(lease)
    log Disputed(id=id, by=msg.sender)


@external
def refund(terms: Terms):
    """
    @notice Closes a lease without a last voucher: pays the claim that was not disputed, or what
            vouchers reached, and frees the rest for the payer. Anybody may after the end: the
            deadline, or the dispute window after a stop. The provider may before, once its claim
            has outlived the window.
    @param terms The lease's terms.
    """
    id: bytes32 = self._id(terms)
    lease: Lease = self._open(id)
    if lease.claimed != 0:
        assert block.timestamp > lease.claimed + DISPUTE_WINDOW, "dispute window"
    if lease.claimed == 0 or msg.sender != terms.payee:
        assert block.timestamp > self._ends(terms, lease), "not ended"
    seconds: uint256 = lease.claimSeconds
    elapsed: uint256 = lease.claimElapsed
    if lease.claimed == 0 or seconds < lease.paidSeconds:
        seconds = lease.paidSeconds
        elapsed = self._ends_billing(terms, lease) - lease.opened
    self._close(
        id,
        terms,
        lease.paidSeconds,
        bills._charge(seconds, terms.rate),
        Progress(seconds=seconds, elapsed=elapsed, usageRoot=empty(bytes32)),
    )


@internal
def _settle(id: bytes32, terms: Terms, voucher: Progress, agreed: bool) -> uint256:
    """
    @notice Settles what the terms' signer signed, or says why not and changes nothing. No number in
            terms or voucher may make it revert: terms are known to be sound once their id is open,
            seconds and elapsed once they are within the time since opening. No call leaves this
            contract here, so that nothing can enter it in between.
    """
    slot: uint256 = self.slots[id]
    if slot & LOW_2 != OPEN:
        return NOT_OPEN
    paid_seconds: uint256 = slot >> PAID_SECONDS
    if voucher.seconds < paid_seconds:
        return STALE
    if voucher.seconds == paid_seconds and voucher.elapsed == 0:
        return STALE
    billable: uint256 = self._billable((slot >> OPENED) & LOW_40, (slot >> STOPPED) & LOW_40)
    if voucher.seconds > min(billable, bills.MAX_SECONDS) or voucher.elapsed > billable:
        return TIME
    charge: uint256 = bills._charge(voucher.seconds, terms.rate)
    if charge > terms.deposit:
        return DEPOSIT
    if not agreed:
        return PROVIDER
    if voucher.elapsed != 0:
        self._close(id, terms, paid_seconds, charge, voucher)
    else:
        # Only paidSeconds changes, in the highest bits.
        self.slots[id] = (slot & LOW_188) | voucher.seconds << PAID_SECONDS
        self._advance(terms, paid_seconds, charge)
        log Settled(id=id, seconds=voucher.seconds, usageRoot=voucher.usageRoot)
    return DONE


@internal
def _advance(terms: Terms, paid_seconds: uint256, charge: uint256):
    """
    @notice Pays what the charge so far adds to what was paid.
    """
    share: uint256 = 0
    commission: uint256 = 0
    share, commission = self._paid(terms, charge)
    paid_share: uint256 = 0
    paid_commission: uint256 = 0
    if paid_seconds != 0:
        paid_share, paid_commission = self._paid(
            terms, bills._charge(paid_seconds, terms.rate)
        )
    payouts._owe(terms.token, terms.payee, share - paid_share)
    payouts._owe(terms.token, TREASURY, commission - paid_commission)


@internal
def _close(
    id: bytes32, terms: Terms, paid_seconds: uint256, charge: uint256, voucher: Progress
):
    """
    @notice Pays the final bill, frees the rest for the payer, and leaves a closed slot behind.
    """
    commission: uint256 = bills._commission(charge, terms.commission)
    credit: uint256 = bills._credit(
        charge, commission, voucher.seconds, voucher.elapsed, terms.availability, terms.credit
    )
    # Neither wraps: the credit is at most the provider's share, the charge at most the deposit.
    share: uint256 = unsafe_sub(unsafe_sub(charge, commission), credit)
    paid_share: uint256 = 0
    paid_commission: uint256 = 0
    if paid_seconds != 0:
        paid_share, paid_commission = self._paid(
            terms, bills._charge(paid_seconds, terms.rate)
        )
    self.slots[id] = CLOSED
    payouts._owe(terms.token, terms.payee, share - paid_share)
    payouts._owe(terms.token, TREASURY, commission - paid_commission)
    payouts._owe(terms.token, terms.payer, unsafe_sub(terms.deposit, charge) + credit)
    log Closed(
        id=id,
        seconds=voucher.seconds,
        credit=credit,
        usageRoot=voucher.usageRoot,
    )


@pure
@internal
def _paid(terms: Terms, charge: uint256) -> (uint256, uint256):
    """
    @notice The provider's share and the commission that vouchers up to this charge pay. Where
            the terms promise availability the largest credit is held back until the lease closes.
            Both only grow with the charge, and a final share is never below an earlier one: rounding
            the held back part down as one product keeps it so.
    """
    commission: uint256 = bills._commission(charge, terms.commission)
    if terms.availability == 0:
        return charge - commission, commission
    withheld: uint256 = min(terms.commission + terms.credit, bills.BASIS)
    return charge * (bills.BASIS - withheld) // bills.BASIS, commission


@view
@internal
def _check(terms: Terms):
    assert terms.signer != empty(address), "signer"
    assert terms.payee != empty(address), "payee"
    assert terms.deposit > 0 and terms.deposit <= MAX_DEPOSIT, "deposit"
    assert terms.rate > 0 and terms.rate <= bills.MAX_RATE, "rate"
    assert terms.commission <= COMMISSION_CEILING, "commission"
    assert terms.availability <= bills.BASIS and terms.credit <= bills.BASIS, "credit"
    assert terms.deadline > block.timestamp, "deadline"
    assert terms.deadline <= block.timestamp + MAX_LOCK, "deadline"


@view
@internal
def _billable(opened: uint256, stopped: uint256) -> uint256:
    """
    @notice Seconds from opening to the stop, or until now.
    """
    if stopped != 0:
        return stopped - opened
    return block.timestamp - opened


@view
@internal
def _ends(terms: Terms, lease: Lease) -> uint256:
    """
    @notice The last second in which the provider may claim; after it anybody may refund.
    """
    if lease.stopped != 0:
        return min(terms.deadline, lease.stopped + DISPUTE_WINDOW)
    return terms.deadline


@view
@internal
def _ends_billing(terms: Terms, lease: Lease) -> uint256:
    if lease.stopped != 0:
        return min(terms.deadline, lease.stopped)
    return terms.deadline


@view
@internal
def _open(id: bytes32) -> Lease:
    lease: Lease = self._unpacked(self.slots[id])
    assert lease.state == OPEN, "not open"
    return lease


@pure
@internal
def _packed(lease: Lease) -> uint256:
    return (
        lease.state
        | convert(lease.disputed, uint256) << DISPUTED
        | lease.opened << OPENED
        | lease.stopped << STOPPED
        | lease.claimed << CLAIMED
        | lease.claimSeconds << CLAIM_SECONDS
        | lease.claimElapsed << CLAIM_ELAPSED
        | lease.paidSeconds << PAID_SECONDS
    )


@pure
@internal
def _unpacked(slot: uint256) -> Lease:
    return Lease(
        state=slot & LOW_2,
        opened=(slot >> OPENED) & LOW_40,
        stopped=(slot >> STOPPED) & LOW_40,
        claimed=(slot >> CLAIMED) & LOW_40,
        claimSeconds=(slot >> CLAIM_SECONDS) & LOW_32,
        claimElapsed=(slot >> CLAIM_ELAPSED) & LOW_32,
        paidSeconds=slot >> PAID_SECONDS,
        disputed=(slot >> DISPUTED) & 1 == 1,
    )


@pure
@internal
def _id(terms: Terms) -> bytes32:
    return keccak256(abi_encode(TERMS_TYPE, terms))


@pure
@internal
def _voucher_digest(separator: bytes32, id: bytes32, voucher: Progress) -> bytes32:
    return eip712._digest(separator, keccak256(abi_encode(VOUCHER_TYPE, id, voucher)))


@view
@internal
def _claim_digest(id: bytes32, seconds: uint256, evidence_hash: bytes32) -> bytes32:
    return eip712._digest(
        eip712._separator(), keccak256(abi_encode(CLAIM_TYPE, id, seconds, evidence_hash))
    )


@pure
@internal
def _why(code: uint256) -> String[16]:
    if code == NOT_OPEN:
        return "not open"
    if code == STALE:
        return "stale"
    if code == TIME:
        return "time"
    if code == DEPOSIT:
        return "over deposit"
    if code == SIGNATURE:
        return "signature"
    return "provider"


@pure
@external
def idOf(terms: Terms) -> bytes32:
    """
    @notice The id of a lease with these terms: their EIP-712 hash.
    """
    return self._id(terms)


@view
@external
def leaseOf(id: bytes32) -> Lease:
    """
    @notice What is known of a lease: state (0 never opened, 1 open, 2 closed), Unix times of
            opening, stop and standing claim, the claim, seconds paid, and whether a claim of it
            was disputed. Of a closed lease only the state remains.
    """
    return self._unpacked(self.slots[id])


@view
@external
def voucherDigest(id: bytes32, voucher: Progress) -> bytes32:
    """
    @notice The EIP-712 digest that the terms' signer signs, and the provider to agree to a last
            voucher.
    """
    return self._voucher_digest(eip712._separator(), id, voucher)


@view
@external
def claimDigest(id: bytes32, seconds: uint256, evidence_hash: bytes32) -> bytes32:
    """
    @notice The EIP-712 digest that the provider signs for `claimUnsigned`.
    """
    return self._claim_digest(id, seconds, evidence_hash)


@pure
@external
def bill(terms: Terms, seconds: uint256, elapsed: uint256) -> (uint256, uint256, uint256):
    """
    @notice Charge, commission and credit of a lease that closes with these seconds.
    """
    assert seconds <= bills.MAX_SECONDS and elapsed <= MAX_LOCK, "time"
    assert terms.rate <= bills.MAX_RATE, "rate"
    assert terms.commission <= bills.BASIS, "commission"
    assert terms.availability <= bills.BASIS and terms.credit <= bills.BASIS, "credit"
    charge: uint256 = bills._charge(seconds, terms.rate)
    commission: uint256 = bills._commission(charge, terms.commission)
    credit: uint256 = bills._credit(
        charge, commission, seconds, elapsed, terms.availability, terms.credit
    )
    return charge, commission, credit


@view
@external
def commissionCeiling() -> uint256:
    """
    @notice The highest commission that terms may name, in basis points.
    """
    return COMMISSION_CEILING


@view
@external
def treasury() -> address:
    """
    @notice Who is owed the commission.
    """
    return TREASURY


@view
@external
def disputeWindow() -> uint256:
    """
    @notice Seconds for which a claim can be disputed.
    """
    return DISPUTE_WINDOW
