# pragma version 0.4.3
# pragma evm-version cancun
# SPDX-License-Identifier: Apache-2.0
"""
@title   UsageAnchor: signed heads of usage logs, once and for all
@license Apache-2.0
@notice  A publisher (the address that a log's key names) puts the size and root of each signed
         head here. Its size only grows, so that no two roots of one size, and no shorter log, can
         ever be told to different people. Anybody checks inclusion against it.
"""
from modules import merkle

event Anchored:
    publisher: indexed(address)
    size: uint256
    root: bytes32
    uri: String[256]

MAX_SIZE: constant(uint256) = 2**63 - 1
HIGH_192: constant(uint256) = (2**192 - 1) * 2**64

# The first 192 bits of the root and the size in the low 64: one slot for both.
heads: HashMap[address, uint256]


@pure
@internal
def _packed(size: uint256, root: bytes32) -> uint256:
    return (convert(root, uint256) & HIGH_192) | size


@external
def anchor(size: uint256, root: bytes32, uri: String[256]):
    """
    @notice Anchors the caller's head.
    @param size Number of the log's entries; above that of the caller's last head.
    @param root RFC 9162 root of these entries.
    @param uri Where the log's tiles are served.
    """
    assert size <= MAX_SIZE, "size"
    assert size > self.heads[msg.sender] & MAX_SIZE, "size must grow"
    self.heads[msg.sender] = self._packed(size, root)
    log Anchored(publisher=msg.sender, size=size, root=root, uri=uri)


@view
@external
def sizeOf(publisher: address) -> uint256:
    """
    @notice The size of the publisher's last head; 0 where there is none.
    """
    return self.heads[publisher] & MAX_SIZE


@view
@external
def isHead(publisher: address, size: uint256, root: bytes32) -> bool:
    """
    @notice Whether the publisher's last head has this size and root. Earlier heads are in the
            events.
    """
    return size > 0 and size <= MAX_SIZE and self.heads[publisher] == self._packed(size, root)


@pure
@external
def verify(
    root: bytes32,
    size: uint256,
    index: uint256,
    leaf: bytes32,
    path: DynArray[bytes32, merkle.MAX_PATH],
) -> bool:
    """
    @notice Whether a log of `size` entries with this root holds `leaf` at `index` (RFC 9162
            §2.1.3.2). Root and size belong together: take both from an anchored head, or an
            inner node of the tree could pass for a leaf of a smaller one.
    @param leaf SHA-256(0x00 ‖ entry).
    @param path Inclusion path, from the leaf up.
    """
    return merkle._includes(root, size, index, leaf, path)
