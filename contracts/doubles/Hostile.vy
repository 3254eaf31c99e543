# pragma version 0.4.3
# pragma evm-version cancun
# SPDX-License-Identifier: Apache-2.0
"""
@title   A token that misbehaves in the ways that tokens do
@license Apache-2.0
@notice  Only for tests: keeps a fee of each transfer, changes balances by itself, answers nothing or
         False instead of True, blocks receivers, or calls back while it moves money.
"""

decimals: public(uint8)
balanceOf: public(HashMap[address, uint256])
fee: public(uint256)
lies: public(bool)
blocked: public(HashMap[address, bool])

# What is called back during the next transfer, whether that transfer then moves nothing, and whether
# the call back went through.
victim: public(address)
data: public(Bytes[1024])
swallows: public(bool)
entered: public(bool)


@deploy
def __init__(digits: uint8):
    self.decimals = digits


@external
def mint(to: address, amount: uint256):
    self.balanceOf[to] += amount


@external
def setFee(fee: uint256):
    self.fee = fee


@external
def setLies(lies: bool):
    self.lies = lies


@external
def block(account: address, blocked: bool):
    self.blocked[account] = blocked


@external
def rebase(account: address, balance: uint256):
    self.balanceOf[account] = balance


@external
def attack(victim: address, data: Bytes[1024], swallows: bool):
    """
    @notice Calls `victim` back during the next transfer, in the token's own name. Where that goes
            through and `swallows` is set, the transfer moves nothing and says that it did.
    """
    self.victim = victim
    self.data = data
    self.swallows = swallows


@external
def act(target: address, data: Bytes[1024]):
    """
    @notice Calls anything in the token's own name.
    """
    raw_call(target, data)


@external
def transfer(to: address, amount: uint256) -> bool:
    return self._move(msg.sender, to, amount)


@external
def transferFrom(owner: address, to: address, amount: uint256) -> bool:
    return self._move(owner, to, amount)


@internal
def _move(owner: address, to: address, amount: uint256) -> bool:
    if self.lies:
        return False
    assert not self.blocked[to] and not self.blocked[owner], "blocked"
    victim: address = self.victim
    if victim != empty(address):
        # Once only: what is entered moves money again.
        self.victim = empty(address)
        self.entered = raw_call(victim, self.data, revert_on_failure=False)
        if self.entered and self.swallows:
            return True
    self.balanceOf[owner] -= amount
    self.balanceOf[to] += amount - self.fee
    return True
