# pragma version 0.4.3
# pragma evm-version cancun
# SPDX-License-Identifier: Apache-2.0
"""
@title   Vault: a renter's deposit, paid out against vouchers that the renter signs
@license Apache-2.0
@notice  A user's money moves only on a voucher that the user, or a capped session key of the user,
         signed. There is no owner, no pause and no debit right; ceiling, tokens, treasury and
         delays are fixed when the contract is made. Everybody can leave alone.
"""
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

struct Voucher:
    user: address
    payee: address
    token: address
    cumulative: uint256
    commission: uint256
    usageRoot: bytes32

event Deposited:
    user: indexed(address)
    token: indexed(address)
    amount: uint256

event Authorised:
    user: indexed(address)
    key: indexed(address)
    cap: uint256
    expiry: uint256

event Revoked:
    user: indexed(address)
    key: indexed(address)

event Redeemed:
    user: indexed(address)
    payee: indexed(address)
    token: address
    cumulative: uint256
    commission: uint256
    usageRoot: bytes32

event Skipped:
    user: indexed(address)
    payee: indexed(address)
    index: uint256
    reason: String[16]

event ExitStarted:
    user: indexed(address)
    token: indexed(address)
    amount: uint256
    opens: uint256
    closes: uint256

event ExitFinished:
    user: indexed(address)
    token: indexed(address)
    amount: uint256

VOUCHER_TYPE: constant(bytes32) = keccak256(
    "Voucher(address user,address payee,address token,uint256 cumulative,uint256 commission,bytes32 usageRoot)"
)

BATCH: constant(uint256) = 100
BASIS: constant(uint256) = 10_000
LOW_128: constant(uint256) = 2**128 - 1
LOW_96: constant(uint256) = 2**96 - 1
LOW_64: constant(uint256) = 2**64 - 1

# Why a voucher was not redeemed; `_why` has the words.
DONE: constant(uint256) = 0
STALE: constant(uint256) = 1
UNSPENT: constant(uint256) = 2
CEILING: constant(uint256) = 3
SIGNATURE: constant(uint256) = 4
EXPIRED: constant(uint256) = 5
CAP: constant(uint256) = 6
PAYEE: constant(uint256) = 7

COMMISSION_CEILING: immutable(uint256)
TREASURY: immutable(address)
EXIT_DELAY: immutable(uint256)
EXIT_WINDOW: immutable(uint256)

# User, then token: deposited and not yet spent.
unspents: HashMap[address, HashMap[address, uint256]]

# keccak256(user, payee, token): cumulative << 128 | commission, as last redeemed. One hash finds the
# slot for reading and for writing.
pairs: HashMap[bytes32, uint256]

# User, then key: cap << 160 | spent << 64 | expiry.
sessions: HashMap[address, HashMap[address, uint256]]

# User, then token: amount << 64 | second in which the exit was started.
exits: HashMap[address, HashMap[address, uint256]]


@deploy
def __init__(
    listed: DynArray[address, payouts.MAX_TOKENS],
    treasury: address,
    commission_ceiling: uint256,
    exit_delay: uint256,
    exit_window: uint256,
):
    """
    @param listed The tokens taken, of six decimals each.
    @param treasury Who is owed the commission.
    @param commission_ceiling The highest commission, in basis points of a voucher's growth.
    @param exit_delay Seconds from the start of an exit until it can be finished.
    @param exit_window Seconds for which it then can.
    """
    eip712.__init__("Orban Vault", "1")
    payouts.__init__(listed)
    assert treasury != empty(address), "treasury"
    assert commission_ceiling <= BASIS, "ceiling"
    assert exit_window > 0, "window"
    assert exit_delay < 2**32 and exit_window < 2**32, "delays"
    COMMISSION_CEILING = commission_ceiling
    TREASURY = treasury
    EXIT_DELAY = exit_delay
    EXIT_WINDOW = exit_window


@external
@nonreentrant
def deposit(token: address, amount: uint256):
    """
    @notice Adds to the caller's deposit; the caller has approved this contract before.
    @param token A listed token.
    @param amount Micro-units.
    """
    assert amount > 0, "amount"
    payouts._take(token, amount)
    unspent: uint256 = self.unspents[msg.sender][token] + amount
    assert unspent <= LOW_96, "amount"
    self.unspents[msg.sender][token] = unspent
    log Deposited(user=msg.sender, token=token, amount=amount)


@external
def authorise(key: address, cap: uint256, expiry: uint256):
    """
    @notice Lets a session key sign vouchers for the caller, up to `cap` in all tokens together and
            only before `expiry`. Authorising a key anew sets its spending back to nothing.
    @param key The key's address.
    @param cap Micro-units, commission included.
    @param expiry Unix time in seconds from which the key signs nothing more.
    """
    assert key != empty(address) and key != msg.sender, "key"
    assert cap > 0 and cap <= LOW_96, "cap"
    assert expiry > block.timestamp and expiry <= LOW_64, "expiry"
    self.sessions[msg.sender][key] = cap << 160 | expiry
    log Authorised(user=msg.sender, key=key, cap=cap, expiry=expiry)


@external
def revoke(key: address):
    """
    @notice Takes every right from a session key of the caller, at once; also for vouchers that it
            signed and nobody has redeemed.
    @param key The key's address.
    """
    assert self.sessions[msg.sender][key] != 0, "key"
    self.sessions[msg.sender][key] = 0
    log Revoked(user=msg.sender, key=key)


@external
def redeem(voucher: Voucher, signature: Bytes[ecdsa.LONG]):
    """
    @notice Redeems one voucher, or reverts saying why not. Anybody may.
    @param voucher What the user signed.
    @param signature r ‖ s ‖ v of the user or a session key, or what the user's wallet takes, up to
           650 bytes.
    """
    digest: bytes32 = eip712._digest(
        eip712._separator(), keccak256(abi_encode(VOUCHER_TYPE, voucher))
    )
    code: uint256 = self._redeem(voucher, ecdsa._recover(digest, signature))
    if code == SIGNATURE and ecdsa._wallet_agrees(voucher.user, digest, signature):
        code = self._redeem(voucher, voucher.user)
    assert code == DONE, self._why(code)


@external
def redeemBatch(vouchers: DynArray[Voucher, BATCH], signatures: DynArray[ecdsa.Compact, BATCH]):
    """
    @notice Redeems up to 100 vouchers. One that cannot be redeemed is skipped, with an event that
            says why, and never hinders the others. A wallet is shown the signature as 65 bytes.
    @param vouchers What the users signed.
    @param signatures One for each, in the same order, compact (EIP-2098).
    """
    assert len(vouchers) == len(signatures), "lengths"
    separator: bytes32 = eip712._separator()
    for i: uint256 in range(len(vouchers), bound=BATCH):
        voucher: Voucher = vouchers[i]
        # eip712._digest, written out: a call a voucher is what its figure of gas does not allow.
        digest: bytes32 = keccak256(
            concat(b"\x19\x01", separator, keccak256(abi_encode(VOUCHER_TYPE, voucher)))
        )
        code: uint256 = self._redeem(voucher, ecdsa._recover_compact(digest, signatures[i]))
        if code != DONE:
            if code == SIGNATURE:
                if ecdsa._wallet_agrees(voucher.user, digest, ecdsa._expanded(signatures[i])):
                    code = self._redeem(voucher, voucher.user)
            if code != DONE:
                log Skipped(
                    user=voucher.user, payee=voucher.payee, index=i, reason=self._why(code)
                )


@external
def startExit(token: address):
    """
    @notice Begins to take out all that the caller has unspent now. What is deposited later is not
            part of it; vouchers that are redeemed until its end come first. Starting again starts
            the delay again.
    @param token The token.
    """
    amount: uint256 = self.unspents[msg.sender][token]
    assert amount > 0, "nothing unspent"
    self.exits[msg.sender][token] = amount << 64 | block.timestamp
    opens: uint256 = block.timestamp + EXIT_DELAY
    log ExitStarted(
        user=msg.sender, token=token, amount=amount, opens=opens, closes=opens + EXIT_WINDOW
    )


@external
def finishExit(token: address) -> uint256:
    """
    @notice Makes what the caller's exit covers, and is still unspent, free to withdraw. Only after
            the delay and within the window; an exit is finished once.
    @param token The token.
    @return The amount that became free.
    """
    exit: uint256 = self.exits[msg.sender][token]
    assert exit != 0, "no exit"
    opens: uint256 = (exit & LOW_64) + EXIT_DELAY
    assert block.timestamp >= opens, "exit delay"
    assert block.timestamp < opens + EXIT_WINDOW, "exit window"
    unspent: uint256 = self.unspents[msg.sender][token]
    amount: uint256 = min(exit >> 64, unspent)
    self.exits[msg.sender][token] = 0
    self.unspents[msg.sender][token] = unspent - amount
    payouts._owe(token, msg.sender, amount)
    log ExitFinished(user=msg.sender, token=token, amount=amount)
    return amount


@internal
def _redeem(voucher: Voucher, signer: address) -> uint256:
    """
    @notice Redeems what `signer` signed, or says why not and changes nothing. No amount of a
            voucher may make it revert: each product is taken only after its factors are known to
            be small. No call leaves this contract here, so that nothing can enter it in between.
    """
    place: bytes32 = keccak256(abi_encode(voucher.user, voucher.payee, voucher.token))
    pair: uint256 = self.pairs[place]
    paid: uint256 = pair >> 128
    paid_commission: uint256 = pair & LOW_128
    if voucher.cumulative <= paid or voucher.commission < paid_commission:
        return STALE
    # Differences and products below cannot wrap: larger terms come first, unspent is below 2⁹⁶.
    growth: uint256 = unsafe_sub(voucher.cumulative, paid)
    commission: uint256 = unsafe_sub(voucher.commission, paid_commission)
    unspent: uint256 = self.unspents[voucher.user][voucher.token]
    if growth > unspent:
        return UNSPENT
    if commission > growth:
        return CEILING
    if unsafe_mul(commission, BASIS) > unsafe_mul(growth, COMMISSION_CEILING):
        return CEILING
    if voucher.payee == empty(address):
        return PAYEE
    if signer != voucher.user:
        code: uint256 = self._spend(voucher.user, signer, growth)
        if code != DONE:
            return code
    self.pairs[place] = voucher.cumulative << 128 | voucher.commission
    self.unspents[voucher.user][voucher.token] = unsafe_sub(unspent, growth)
    payouts._owe(voucher.token, voucher.payee, unsafe_sub(growth, commission))
    payouts._owe(voucher.token, TREASURY, commission)
    log Redeemed(
        user=voucher.user,
        payee=voucher.payee,
        token=voucher.token,
        cumulative=voucher.cumulative,
        commission=voucher.commission,
        usageRoot=voucher.usageRoot,
    )
    return DONE


@internal
def _spend(user: address, key: address, growth: uint256) -> uint256:
    """
    @notice Counts what a session key spends; SIGNATURE where `key` is none of the user's. No key
            of a user is the zero address.
    """
    session: uint256 = self.sessions[user][key]
    if session == 0:
        return SIGNATURE
    if block.timestamp >= session & LOW_64:
        return EXPIRED
    spent: uint256 = ((session >> 64) & LOW_96) + growth
    if spent > session >> 160:
        return CAP
    self.sessions[user][key] = session + (growth << 64)
    return DONE


@pure
@internal
def _why(code: uint256) -> String[16]:
    if code == STALE:
        return "stale"
    if code == UNSPENT:
        return "unspent"
    if code == CEILING:
        return "over ceiling"
    if code == SIGNATURE:
        return "signature"
    if code == EXPIRED:
        return "key expired"
    if code == CAP:
        return "over cap"
    return "payee"


@view
@external
def unspent(user: address, token: address) -> uint256:
    """
    @notice The user's deposit that no voucher has spent.
    """
    return self.unspents[user][token]


@view
@external
def redeemed(user: address, payee: address, token: address) -> (uint256, uint256):
    """
    @notice Cumulative amount and commission that were last redeemed for this pair.
    """
    pair: uint256 = self.pairs[keccak256(abi_encode(user, payee, token))]
    return pair >> 128, pair & LOW_128


@view
@external
def session(user: address, key: address) -> (uint256, uint256, uint256):
    """
    @notice Cap, spent amount and expiry of a session key; zeros where it has no right.
    """
    packed: uint256 = self.sessions[user][key]
    return packed >> 160, (packed >> 64) & LOW_96, packed & LOW_64


@view
@external
def exitOf(user: address, token: address) -> (uint256, uint256, uint256):
    """
    @notice Amount of a started exit, when it opens and when it closes; zeros where there is none.
            A provider takes the amount as gone: it shows what vouchers may still rely on.
    """
    exit: uint256 = self.exits[user][token]
    if exit == 0:
        return 0, 0, 0
    opens: uint256 = (exit & LOW_64) + EXIT_DELAY
    return exit >> 64, opens, opens + EXIT_WINDOW


@view
@external
def voucherDigest(voucher: Voucher) -> bytes32:
    """
    @notice The EIP-712 digest that is signed.
    """
    return eip712._digest(
        eip712._separator(), keccak256(abi_encode(VOUCHER_TYPE, voucher))
    )


@view
@external
def commissionCeiling() -> uint256:
    """
    @notice The highest commission, in basis points of a voucher's growth.
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
def exitDelay() -> uint256:
    """
    @notice Seconds from the start of an exit until it can be finished.
    """
    return EXIT_DELAY


@view
@external
def exitWindow() -> uint256:
    """
    @notice Seconds for which an exit can be finished.
    """
    return EXIT_WINDOW
