# pragma version 0.4.3
# pragma evm-version cancun
# SPDX-License-Identifier: Apache-2.0
"""
@title   Tokens in, pull payments out
@license Apache-2.0
@notice  Which tokens are taken, what the contract owes to whom, and the only way out. Nobody is
         ever sent anything by another's call: a blocked receiver stops nobody but itself.
"""
from ethereum.ercs import IERC20

interface Decimals:
    def decimals() -> uint8: view

event Withdrawn:
    account: indexed(address)
    token: indexed(address)
    to: address
    amount: uint256

MAX_TOKENS: constant(uint256) = 8

TOKENS: immutable(DynArray[address, MAX_TOKENS])

# Token, then account: what may be withdrawn at once.
owed: HashMap[address, HashMap[address, uint256]]


@deploy
def __init__(listed: DynArray[address, MAX_TOKENS]):
    assert len(listed) > 0, "no token"
    for token: address in listed:
        # All amounts are micro-units; caps of session keys count across tokens.
        assert staticcall Decimals(token).decimals() == 6, "decimals"
    TOKENS = listed


@internal
def _take(token: address, amount: uint256):
    """
    @notice Pulls exactly `amount` from the caller, or reverts: a token that delivers less than was
            asked (a fee on transfer) is refused.
    """
    assert token in TOKENS, "token"
    before: uint256 = staticcall IERC20(token).balanceOf(self)
    assert extcall IERC20(token).transferFrom(
        msg.sender, self, amount, default_return_value=True
    ), "transfer"
    assert staticcall IERC20(token).balanceOf(self) == before + amount, "received"


@internal
def _owe(token: address, account: address, amount: uint256):
    if amount != 0:
        self.owed[token][account] += amount


@external
@nonreentrant
def withdraw(token: address, to: address) -> uint256:
    """
    @notice Sends all that this contract owes to the caller.
    @param token The token.
    @param to The receiver.
    @return The amount sent.
    """
    assert to != empty(address), "to"
    amount: uint256 = self.owed[token][msg.sender]
    assert amount > 0, "nothing owed"
    self.owed[token][msg.sender] = 0
    assert extcall IERC20(token).transfer(to, amount, default_return_value=True), "transfer"
    log Withdrawn(account=msg.sender, token=token, to=to, amount=amount)
    return amount


@view
@external
def owedTo(token: address, account: address) -> uint256:
    """
    @notice What `account` may withdraw at once.
    """
    return self.owed[token][account]


@view
@external
def tokens() -> DynArray[address, MAX_TOKENS]:
    """
    @notice The tokens that are taken; fixed when the contract was made.
    """
    return TOKENS
