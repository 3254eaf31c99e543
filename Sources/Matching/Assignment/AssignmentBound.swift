/// What no assignment can be worth more than: the Lagrangian bound (Fisher, Management Science 27, 1981).
///
/// Capacity gets prices, each order takes what is best for it at them, whatever is left of it; then the
/// prices of what was asked for too often go up and those of the rest down (subgradient steps). For any
/// prices, what the orders gain over them and what the prices say that the capacity is worth add up to a
/// bound. At good prices the orders nearly fit, which is where `AssignmentSearch` starts anew from.
struct AssignmentBound: Sendable {
    /// Parts are of this whole.
    private static let whole: Int64 = 1 << 20
    /// Values are rounded up to so many bits, so that a product with `whole` has room.
    private static let bits = 40
    private static let rounds = 60

    let problem: AssignmentProblem
    /// By candidate: the part of its offer's free capacity that it takes, rounded down.
    private let parts: [Assignment.Amounts]
    private let values: [Int64]
    private let shift: Int
    /// By offer, of all that it has free of each kind.
    private var prices: [Assignment.Amounts]
    /// By candidate, what is gained over the prices; of the best prices so far.
    private(set) var gains: [Int64] = []
    /// Without the last `shift` bits.
    private var least = Int64.max

    init(_ problem: AssignmentProblem) {
        self.problem = problem
        let most = problem.value.max() ?? 0
        let shift = max(0, Int64.bitWidth - most.leadingZeroBitCount - Self.bits)
        self.shift = shift
        values = problem.value.map { ($0 + (1 << Int64(shift)) - 1) >> Int64(shift) }
        parts = problem.value.indices.map { candidate in
            let free = problem.free[problem.offer[candidate]]
            let size = problem.size[problem.order[candidate]]
            var part = Assignment.Amounts.zero
            for kind in part.indices where free[kind] > 0 {
                part[kind] = Int64(Int128(size[kind]) * Int128(Self.whole) / Int128(free[kind]))
            }
            return part
        }
        prices = [Assignment.Amounts](repeating: .zero, count: problem.free.count)
    }

    /// Micro-units.
    var value: Int64 { value(afterLosing: 0) }

    /// Micro-units of what is still possible after choices that gain so much less than the best.
    func value(afterLosing loss: Int64) -> Int64 {
        least == .max ? 0 : max(0, least - loss) << Int64(shift)
    }

    /// - Parameter propose: shown what each candidate gains over the prices, now and then; says what the
    ///   best known assignment is worth, in micro-units.
    mutating func tighten(_ propose: ([Int64]) -> Int64) {
        least = 0
        guard !values.isEmpty else { return }
        least = .max
        var idle = 0
        // The length of a step in sixteenths of Polyak's, which is right where the best known is the best.
        var length: Int64 = 16
        var known: Int64 = 0
        for round in 0..<Self.rounds {
            let gains = gained()
            let wanted = demand(gains)
            let bound = bound(gains, wanted)
            idle += 1
            if bound < least { (least, self.gains, idle) = (bound, gains, 0) }
            if idle == 4 { (length, idle) = (max(1, length / 2), 0) }
            if round % 6 == 0 { known = propose(gains) >> Int64(shift) }
            guard bound > known else { break }
            move(wanted, (bound - known) * length / 16)
        }
    }

    private func gained() -> [Int64] {
        values.indices.map { candidate in
            let price = prices[problem.offer[candidate]] &* parts[candidate]
            return values[candidate] - price.wrappedSum() / Self.whole
        }
    }

    /// The candidate that each order takes at the prices.
    private func demand(_ gains: [Int64]) -> [Int] {
        problem.candidates.compactMap { range in
            let best = range.max { (gains[$0], -$0) < (gains[$1], -$1) }
            return best.flatMap { gains[$0] > 0 ? $0 : nil }
        }
    }

    private func bound(_ gains: [Int64], _ wanted: [Int]) -> Int64 {
        prices.reduce(wanted.reduce(0) { $0 + gains[$1] }) { $0 + $1.wrappedSum() }
    }

    /// - Parameter gap: between the bound at these prices and what is known.
    private mutating func move(_ wanted: [Int], _ gap: Int64) {
        var excess = [Assignment.Amounts](
            repeating: Assignment.Amounts(repeating: -Self.whole), count: prices.count)
        for candidate in wanted { excess[problem.offer[candidate]] &+= parts[candidate] }
        var norm: Int128 = 0
        for offer in prices.indices {
            for kind in excess[offer].indices {
                if excess[offer][kind] < 0, prices[offer][kind] == 0 { excess[offer][kind] = 0 }
                norm += Int128(excess[offer][kind]) * Int128(excess[offer][kind])
            }
        }
        guard norm > 0 else { return }
        let factor = Int128(gap) * Int128(Self.whole)
        let most: Int64 = 1 << Int64(Self.bits)
        for offer in prices.indices {
            for kind in excess[offer].indices where excess[offer][kind] != 0 {
                let change = Int64(clamping: factor * Int128(excess[offer][kind]) / norm)
                let price = prices[offer][kind] + min(max(change, -most), most)
                prices[offer][kind] = min(max(0, price), most)
            }
        }
    }
}
