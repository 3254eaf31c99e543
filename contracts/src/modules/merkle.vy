# pragma version 0.4.3
# pragma evm-version cancun
# SPDX-License-Identifier: Apache-2.0
"""
@title   Inclusion in a Merkle tree
@license Apache-2.0
@notice  RFC 9162 §2.1.3.2 over SHA-256.
"""

# A log has fewer than 2⁶⁴ leaves.
MAX_PATH: constant(uint256) = 64


@pure
@internal
def _parent(left: bytes32, right: bytes32) -> bytes32:
    return sha256(concat(b"\x01", left, right))


@pure
@internal
def _includes(
    root: bytes32, size: uint256, index: uint256, leaf: bytes32, path: DynArray[bytes32, MAX_PATH]
) -> bool:
    """
    @notice Whether the tree of `size` leaves with this `root` has the leaf hash `leaf` at `index`.
    """
    if index >= size:
        return False
    node: uint256 = index
    last: uint256 = size - 1
    current: bytes32 = leaf
    for sibling: bytes32 in path:
        if last == 0:
            return False
        if node % 2 == 1 or node == last:
            current = self._parent(sibling, current)
            # A node without a right sibling moves up unhashed until it is a right child.
            for level: uint256 in range(256):
                if node % 2 == 1 or node == 0:
                    break
                node //= 2
                last //= 2
        else:
            current = self._parent(current, sibling)
        node //= 2
        last //= 2
    return last == 0 and current == root
