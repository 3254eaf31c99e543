/// What an order of one kind costs in each slot of a group, and the least of it over ranges of slots, in
/// the shape of the group's `SlotTree`.
///
/// It may be behind the slots: it is brought up to date when its kind is next asked for.
struct KindColumn: Sendable {
    /// An order of this kind fits nowhere there.
    static let never = Int64.max

    let kind: OrderKind
    /// Of each element its least cost, and the slot of it that comes first: the lower tie, then slot.
    private(set) var costs: [Int64]
    private(set) var winners: [Int32]
    /// How many changes of the group are in it.
    var seen: Int
    private let starts: [Int]

    init(_ kind: OrderKind, starts: [Int], seen: Int) {
        self.kind = kind
        self.starts = starts
        self.seen = seen
        let count = starts[starts.count - 1]
        costs = [Int64](repeating: Self.never, count: count)
        winners = [Int32](repeating: 0, count: count)
        for slot in 0..<starts[1] { winners[slot] = Int32(slot) }
    }

    /// Of no kind, and no slot.
    static let empty = KindColumn(.nothing, starts: [0, 0], seen: 0)

    func withCosts<Result>(
        _ body: (UnsafeBufferPointer<Int64>, UnsafeBufferPointer<Int32>) -> Result
    ) -> Result {
        costs.withUnsafeBufferPointer { costs in
            winners.withUnsafeBufferPointer { body(costs, $0) }
        }
    }

    /// Writes a slot, and sums up as far as that changes anything.
    mutating func set(_ slot: Int, _ cost: Int64, _ ties: [UInt64]) {
        // Of most changes a kind feels nothing: this is on every order's way.
        if costs[slot] == cost, staysBehind(slot, ties) { return }
        costs[slot] = cost
        var element = slot
        for level in 1..<max(starts.count - 1, 1) {
            let first = starts[level - 1] + element / SlotTree.fan * SlotTree.fan
            element /= SlotTree.fan
            // Its tie may be another one, too: where it was first, it may not be any more.
            let wasFirst = winners[starts[level] + element] == Int32(slot)
            guard sumUp(first, into: starts[level] + element, ties) || wasFirst else { return }
        }
    }

    /// Whether another slot of its element comes before it, whatever tie it has now.
    private func staysBehind(_ slot: Int, _ ties: [UInt64]) -> Bool {
        guard starts.count > 2 else { return false }
        let element = starts[1] + slot / SlotTree.fan
        let winner = Int(winners[element])
        guard winner != slot else { return false }
        return costs[element] < costs[slot] || (ties[winner], winner) < (ties[slot], slot)
    }

    mutating func setAll(_ ties: [UInt64], _ cost: (Int) -> Int64) {
        for slot in 0..<starts[1] { costs[slot] = cost(slot) }
        for level in 1..<max(starts.count - 1, 1) {
            for element in 0..<(starts[level + 1] - starts[level]) {
                let first = starts[level - 1] + element * SlotTree.fan
                guard first < starts[level] else { break }
                _ = sumUp(first, into: starts[level] + element, ties)
            }
        }
    }

    /// - Returns: whether the least is another one now.
    private mutating func sumUp(_ first: Int, into element: Int, _ ties: [UInt64]) -> Bool {
        var least = costs[first]
        var winner = winners[first]
        for child in first + 1..<first + SlotTree.fan where costs[child] <= least {
            let other = winners[child]
            guard costs[child] < least || ties[Int(other)] < ties[Int(winner)] else { continue }
            (least, winner) = (costs[child], other)
        }
        guard costs[element] != least || winners[element] != winner else { return false }
        costs[element] = least
        winners[element] = winner
        return true
    }
}
