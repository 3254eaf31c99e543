/// Which slots are free, and which of them lies best: near offers of the same order.
struct SlotPlaces: Sendable {
    /// How far from the best place a free slot is looked for.
    private static let reach = 64

    /// Of each slot what it held last, about ascending.
    private var order: [UInt64]
    private var isFree: [Bool]
    /// Free slots, among others that were taken since; each at most once.
    private var spare: [Int32]
    private var isSpare: [Bool]

    init(capacity: Int) {
        order = [UInt64](repeating: .max, count: capacity)
        isFree = [Bool](repeating: true, count: capacity)
        spare = (0..<Int32(capacity)).reversed()
        isSpare = isFree
    }

    /// Takes a free slot; there must be one.
    mutating func take(near key: UInt64) -> Int {
        let best = order.firstSortedIndex { $0 >= key }
        let slot = nearest(best) ?? anyFree()
        isFree[slot] = false
        order[slot] = key
        return slot
    }

    /// Takes this slot, in ascending order; what lies behind it is the place of what comes next to it.
    mutating func take(exactly slot: Int, _ key: UInt64) -> Int {
        isFree[slot] = false
        for place in slot..<min(slot + 2, order.count) { order[place] = key }
        return slot
    }

    mutating func free(_ slot: Int) {
        isFree[slot] = true
        guard !isSpare[slot] else { return }
        isSpare[slot] = true
        spare.append(Int32(slot))
    }

    private func nearest(_ best: Int) -> Int? {
        for distance in 0..<Self.reach {
            let (after, before) = (best + distance, best - distance)
            if after < isFree.count, isFree[after] { return after }
            if before >= 0, before < isFree.count, isFree[before] { return before }
        }
        return nil
    }

    private mutating func anyFree() -> Int {
        while let slot = spare.popLast() {
            isSpare[Int(slot)] = false
            if isFree[Int(slot)] { return Int(slot) }
        }
        // Not reached: every free slot was made spare once, and is taken from there once.
        return isFree.firstIndex(of: true) ?? 0
    }
}
