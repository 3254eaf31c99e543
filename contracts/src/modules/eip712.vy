# pragma version 0.4.3
# pragma evm-version cancun
# SPDX-License-Identifier: Apache-2.0
"""
@title   EIP-712 domain
@license Apache-2.0
@notice  Binds what is signed to one contract on one chain. The separator is computed each time:
         after a fork that changes the chain id, signatures of the other branch are worth nothing.
"""

DOMAIN_TYPE: constant(bytes32) = keccak256(
    "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
)

NAME_HASH: immutable(bytes32)
VERSION_HASH: immutable(bytes32)


@deploy
def __init__(name: String[32], version: String[8]):
    NAME_HASH = keccak256(name)
    VERSION_HASH = keccak256(version)


@view
@internal
def _separator() -> bytes32:
    return keccak256(abi_encode(DOMAIN_TYPE, NAME_HASH, VERSION_HASH, chain.id, self))


@pure
@internal
def _digest(separator: bytes32, struct_hash: bytes32) -> bytes32:
    return keccak256(concat(b"\x19\x01", separator, struct_hash))


@view
@external
def domainSeparator() -> bytes32:
    """
    @notice The EIP-712 domain separator of this contract on this chain.
    """
    return self._separator()
