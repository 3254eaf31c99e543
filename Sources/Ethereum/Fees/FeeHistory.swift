/// What the last blocks cost (`eth_feeHistory`).
package struct FeeHistory: Hashable, Sendable {
    /// Of the fees to who makes the block, weighed by gas.
    static let percentile = 50
    private static let mostBlocks = 1_024

    /// Of each block and of the one that comes next.
    package let baseFees: [UInt256]
    /// What of each block's transactions half paid at most above the base fee; none of an empty block.
    package let rewards: [UInt256]

    package init(baseFees: [UInt256], rewards: [UInt256]) {
        self.baseFees = baseFees
        self.rewards = rewards
    }

    package init(_ json: JSON) throws(ChainWordRefusal) {
        guard let fees = json["baseFeePerGas"]?.asArray, (1...Self.mostBlocks).contains(fees.count)
        else { throw .member("baseFeePerGas") }
        let baseFees = fees.compactMap(\.asQuantity)
        guard baseFees.count == fees.count else { throw .member("baseFeePerGas") }
        let lists = json["reward"]?.asArray ?? []
        let used = json["gasUsedRatio"]?.asArray ?? []
        guard lists.count <= Self.mostBlocks else { throw .member("reward") }
        var rewards: [UInt256] = []
        for (place, list) in lists.enumerated() {
            guard let reward = list.asArray?.first?.asQuantity else { throw .member("reward") }
            // An empty block says zero, which nobody paid.
            if place < used.count, case .number(let text) = used[place],
                text.utf8.allSatisfy({ $0 == UInt8(ascii: "0") || $0 == UInt8(ascii: ".") })
            {
                continue
            }
            rewards.append(reward)
        }
        self.baseFees = baseFees
        self.rewards = rewards
    }
}
