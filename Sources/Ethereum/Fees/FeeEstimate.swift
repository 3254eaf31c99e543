/// What to offer for gas, from what the last blocks cost.
///
/// The tip is the median over the blocks of what the median unit of gas paid. The ceiling is twice the next
/// base fee and the tip: a base fee grows by at most an eighth a block (EIP-1559,
/// `BASE_FEE_MAX_CHANGE_DENOMINATOR`), so the offer stays good for five full blocks in a row (1.125⁵ < 2).
package enum FeeEstimate {
    package enum Refusal: Error, Hashable {
        /// No base fee: not a chain with EIP-1559, or an answer of nothing.
        case noHistory
        /// More than the caller is ready to pay.
        case aboveCeiling(Wei)
    }

    package struct Bounds: Hashable, Sendable {
        /// Of the tip: some chains take nothing below it.
        package let leastTip: Wei
        package let mostTip: Wei
        /// Of all.
        package let ceiling: Wei

        package init(leastTip: Wei, mostTip: Wei, ceiling: Wei) {
            self.leastTip = leastTip
            self.mostTip = mostTip
            self.ceiling = ceiling
        }
    }

    package static func fees(
        after history: FeeHistory, within bounds: Bounds
    ) throws(Refusal) -> Fees {
        guard let base = history.baseFees.last else { throw .noHistory }
        let sorted = history.rewards.sorted()
        let median = sorted.isEmpty ? UInt256.zero : sorted[(sorted.count - 1) / 2]
        let tip = min(max(Wei(median), bounds.leastTip), bounds.mostTip)
        let most: Wei
        do throws(UInt256.Overflow) {
            most = try Wei(base).multiplied(by: 2).adding(tip)
        } catch {
            throw .aboveCeiling(Wei(.max))
        }
        guard most <= bounds.ceiling else { throw .aboveCeiling(most) }
        return Fees(maxFeePerGas: most, maxPriorityFeePerGas: tip)
    }
}

/// How much gas a transaction may use: what it would use now and a part more, for state moves on meanwhile.
package enum GasLimit {
    package enum Refusal: Error, Hashable {
        case aboveCeiling(estimate: UInt64)
    }

    /// A fifth more, never above the ceiling.
    package static func limit(estimate: UInt64, ceiling: UInt64) throws(Refusal) -> UInt64 {
        guard estimate <= ceiling else { throw .aboveCeiling(estimate: estimate) }
        let (more, overflows) = estimate.addingReportingOverflow(estimate / 5)
        return overflows ? ceiling : min(more, ceiling)
    }
}
