# pragma version 0.4.3
# pragma evm-version cancun
# SPDX-License-Identifier: Apache-2.0
"""
@title   The bill
@license Apache-2.0
@notice  The ledger's rule in micro-units, to the last unit; the vectors in `api/vectors/closed-bills.json`
         hold for both.
"""

BASIS: constant(uint256) = 10_000

# The longest lease, 366 days, and the highest rate. Callers keep to them, to elapsed below 2³² and to
# basis points up to 10 000: then no product below comes near 2²⁵⁶, and none is checked again.
MAX_SECONDS: constant(uint256) = 366 * 86_400
MAX_RATE: constant(uint256) = 10**11


@pure
@internal
def _charge(seconds: uint256, rate: uint256) -> uint256:
    """
    @notice ceil(seconds × rate / 3600)
    """
    return unsafe_add(unsafe_mul(seconds, rate), 3599) // 3600


@pure
@internal
def _commission(charge: uint256, commission_bps: uint256) -> uint256:
    """
    @notice floor(charge × commission / 10 000)
    """
    return unsafe_mul(charge, commission_bps) // BASIS


@pure
@internal
def _credit(
    charge: uint256,
    commission: uint256,
    seconds: uint256,
    elapsed: uint256,
    availability_bps: uint256,
    credit_bps: uint256,
) -> uint256:
    """
    @notice What the renter gets back where the lease ran for less than its terms promise; never
            more than the provider's share.
    """
    if unsafe_mul(seconds, BASIS) >= unsafe_mul(availability_bps, elapsed):
        return 0
    return min(unsafe_mul(charge, credit_bps) // BASIS, unsafe_sub(charge, commission))
