# pragma version 0.4.3
# pragma evm-version cancun
# SPDX-License-Identifier: Apache-2.0
"""
@title   Who signed a digest
@license Apache-2.0
@notice  secp256k1 recovery that takes each signature in one form only, and contract wallets
         (EIP-1271). Nothing here reverts: a caller that works through a batch must be able to
         skip one bad entry.
"""

# The longest signature of a contract wallet: ten owners of a multi-signature wallet. Each more makes
# every redemption dearer, for room in memory is laid out beforehand.
LONG: constant(uint256) = 650

# Above half of the curve's order s has a twin that recovers to the same key (EIP-2). In hexadecimal:
# 7fffffff ffffffff ffffffff ffffffff 5d576e73 57a4501d dfe92f46 681b20a0
HALF_ORDER: constant(uint256) = 57896044618658097711785492504343953926418782139537452191302581570759080747168

LOW_255: constant(uint256) = 2**255 - 1

EIP1271_MAGIC: constant(bytes32) = 0x1626ba7e00000000000000000000000000000000000000000000000000000000

# Enough for a wallet of many owners; bounded so that no wallet can burn the gas of a batch.
WALLET_GAS: constant(uint256) = 200_000


# A signature of 64 bytes (EIP-2098): r, and s with the parity of v in its highest bit.
struct Compact:
    r: uint256
    vs: uint256


@pure
@internal
def _recover_compact(digest: bytes32, signature: Compact) -> address:
    """
    @notice The signer of `digest`, or the zero address where there is none or s is not the low one.
    """
    s: uint256 = signature.vs & LOW_255
    if s > HALF_ORDER:
        return empty(address)
    return ecrecover(digest, 27 + (signature.vs >> 255), signature.r, s)


@pure
@internal
def _recover(digest: bytes32, signature: Bytes[LONG]) -> address:
    """
    @notice The signer of `digest`, or the zero address where the signature is not r ‖ s ‖ v of 65
            bytes with low s and v of 27 or 28.
    """
    if len(signature) != 65:
        return empty(address)
    # Of any other v than 27 and 28 the precompile recovers nobody.
    v: uint256 = convert(slice(signature, 64, 1), uint256)
    s: uint256 = extract32(signature, 32, output_type=uint256)
    if s > HALF_ORDER:
        return empty(address)
    return ecrecover(digest, v, extract32(signature, 0, output_type=uint256), s)


@pure
@internal
def _expanded(signature: Compact) -> Bytes[65]:
    """
    @notice The same signature as 65 bytes, the form that contract wallets know.
    """
    v: bytes1 = 0x1b
    if signature.vs >> 255 == 1:
        v = 0x1c
    return concat(
        convert(signature.r, bytes32), convert(signature.vs & LOW_255, bytes32), v
    )


@view
@internal
def _wallet_agrees(wallet: address, digest: bytes32, signature: Bytes[LONG]) -> bool:
    """
    @notice Whether `wallet` is a contract that says yes to this signature (EIP-1271).
    """
    if not wallet.is_contract:
        return False
    success: bool = False
    answer: Bytes[32] = b""
    success, answer = raw_call(
        wallet,
        abi_encode(digest, signature, method_id=method_id("isValidSignature(bytes32,bytes)")),
        max_outsize=32,
        gas=WALLET_GAS,
        is_static_call=True,
        revert_on_failure=False,
    )
    return success and len(answer) == 32 and extract32(answer, 0) == EIP1271_MAGIC


@view
@internal
def _signed_by(signer: address, digest: bytes32, signature: Bytes[LONG]) -> bool:
    """
    @notice Whether `signer`, a key or a contract wallet, signed `digest`. The zero address signs
            nothing.
    """
    if signer == empty(address):
        return False
    if self._recover(digest, signature) == signer:
        return True
    return self._wallet_agrees(signer, digest, signature)


@view
@internal
def _signed_compactly_by(signer: address, digest: bytes32, signature: Compact) -> bool:
    """
    @notice The same of a compact signature.
    """
    if signer == empty(address):
        return False
    if self._recover_compact(digest, signature) == signer:
        return True
    return self._wallet_agrees(signer, digest, self._expanded(signature))
