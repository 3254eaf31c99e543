# pragma version 0.4.3
# pragma evm-version cancun
# SPDX-License-Identifier: Apache-2.0
"""
@title   A contract wallet (EIP-1271), and every way in which one can answer wrongly
@license Apache-2.0
@notice  Only for tests.
"""

YES: constant(bytes4) = 0x1626ba7e

owner: address
mode: public(uint256)
junk: uint256

AGREE: constant(uint256) = 0
SHORT: constant(uint256) = 1
WRONG: constant(uint256) = 2
REVERT: constant(uint256) = 3
BURN: constant(uint256) = 4
DIRTY: constant(uint256) = 5


@deploy
def __init__(owner: address):
    self.owner = owner


@external
def setMode(mode: uint256):
    self.mode = mode


@external
def act(target: address, data: Bytes[2048]):
    """
    @notice Lets the wallet call anything.
    """
    raw_call(target, data)


@view
@external
@raw_return
def isValidSignature(digest: bytes32, signature: Bytes[2048]) -> Bytes[32]:
    """
    @notice Takes signatures that begin with the owner's 65 bytes, whatever follows.
    """
    if self.mode == REVERT:
        raise "no"
    if self.mode == BURN:
        # As much as it is given.
        for i: uint256 in range(max_value(uint256) - 1):
            if self.junk == 1:
                break
    yes: bytes32 = convert(YES, bytes32)
    if self.mode == SHORT:
        return slice(concat(yes, b""), 0, 4)
    if self.mode == WRONG:
        return concat(empty(bytes32), b"")
    if self.mode == DIRTY:
        return concat(convert(convert(yes, uint256) + 1, bytes32), b"")
    v: uint256 = convert(slice(signature, 64, 1), uint256)
    r: uint256 = extract32(signature, 0, output_type=uint256)
    s: uint256 = extract32(signature, 32, output_type=uint256)
    if ecrecover(digest, v, r, s) != self.owner:
        return concat(empty(bytes32), b"")
    return concat(yes, b"")
