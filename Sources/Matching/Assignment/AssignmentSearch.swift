/// Looks for the best assignment of a batch: starts in several ways, repairs, exchanges, and where few
/// enough are left, tries all.
struct AssignmentSearch: Sendable {
    let problem: AssignmentProblem
    private let limit: Int
    private(set) var looks = 0
    private(set) var best: AssignmentState

    init(_ orders: [Assignment.Waiting], _ offers: [Assignment.Free], looks: Int) {
        problem = AssignmentProblem(orders, offers)
        best = AssignmentState(problem)
        limit = looks
    }

    private var isSpent: Bool { looks >= limit }

    // MARK: - Starts

    /// The orders in their turn, each where it is best off; and those first that are worth most.
    mutating func start() {
        keep(filled(Array(0..<problem.count)))
        let first = problem.candidates.map { $0.isEmpty ? 0 : problem.value[$0.lowerBound] }
        keep(improved(filled(sorted(by: first))))
        keep(improved(best))
    }

    /// Those first that gain most over the prices of capacity.
    ///
    /// - Returns: what the best known is worth.
    mutating func restart(by gains: [Int64]) -> Int64 {
        guard !isSpent else { return best.total }
        let most = problem.candidates.map { range in range.map { gains[$0] }.max() ?? 0 }
        var state = AssignmentState(problem)
        for order in sorted(by: most) {
            looks += problem.candidates[order].count
            let chosen = problem.candidates[order].filter { state.takes($0, problem) }
                .max { (gains[$0], -$0) < (gains[$1], -$1) }
            if let chosen, gains[chosen] >= 0 { state.put(chosen, problem) }
        }
        keep(improved(state))
        return best.total
    }

    private func sorted(by worth: [Int64]) -> [Int] {
        worth.indices.sorted { (worth[$1], $0) < (worth[$0], $1) }
    }

    private mutating func filled(
        _ orders: [Int], from state: AssignmentState? = nil
    ) -> AssignmentState {
        var state = state ?? AssignmentState(problem)
        for order in orders where state.choice[order] == nil {
            looks += problem.candidates[order].count
            if let candidate = state.bestFitting(order, problem) { state.put(candidate, problem) }
        }
        return state
    }

    private mutating func keep(_ state: AssignmentState) {
        if state.total > best.total { best = state }
    }

    // MARK: - Exchanges

    /// Until no order can go where it is better off, others making way, with a gain in all.
    private mutating func improved(_ state: AssignmentState) -> AssignmentState {
        var state = state
        var quiet = 0
        var order = 0
        while quiet < problem.count, !isSpent {
            quiet = exchange(order, in: &state) ? 0 : quiet + 1
            order = order + 1 == problem.count ? 0 : order + 1
        }
        return state
    }

    /// The first of an order's better places that pays, with those who make way.
    private mutating func exchange(_ order: Int, in state: inout AssignmentState) -> Bool {
        let (current, total) = (state.value(of: order, problem), state.total)
        for candidate in problem.candidates[order] {
            guard problem.value[candidate] > current, !isSpent else { return false }
            looks += 1
            var before = [Move(order: order, candidate: state.choice[order])]
            state.lift(order, problem)
            if admit(candidate, to: &state, &before), state.total > total { return true }
            for move in before { state.lift(move.order, problem) }
            for move in before {
                if let candidate = move.candidate { state.put(candidate, problem) }
            }
        }
        return false
    }

    /// Where an order was.
    private struct Move {
        let order: Int
        let candidate: Int?
    }

    /// Puts the candidate where it wants; those who must make way for it go where they are best off, as
    /// far as there is room.
    private mutating func admit(
        _ candidate: Int, to state: inout AssignmentState, _ before: inout [Move]
    ) -> Bool {
        let offer = problem.offer[candidate]
        let first = before.count
        while !state.takes(candidate, problem) {
            guard let guest = leastMissed(at: offer, for: candidate, in: state) else {
                return false
            }
            before.append(Move(order: guest, candidate: state.choice[guest]))
            state.lift(guest, problem)
        }
        state.put(candidate, problem)
        for place in (first..<before.count).reversed() {
            let guest = before[place].order
            looks += problem.candidates[guest].count
            if let other = state.bestFitting(guest, problem) { state.put(other, problem) }
        }
        return true
    }

    /// The guest that loses least by leaving; of those that alone make enough room, if there are such.
    private mutating func leastMissed(
        at offer: Int, for candidate: Int, in state: AssignmentState
    ) -> Int? {
        let size = problem.size[problem.order[candidate]]
        var least: (alone: Int, loss: Int64, guest: Int)?
        for guest in state.guests[offer] {
            looks += 1
            let next = problem.candidates[guest].first {
                problem.offer[$0] != offer && state.takes($0, problem)
            }
            let loss = state.value(of: guest, problem) - (next.map { problem.value[$0] } ?? 0)
            let room = state.left[offer] &+ problem.size[guest]
            let alone = AssignmentProblem.fits(size, in: room) ? 0 : 1
            if least.map({ (alone, loss) < ($0.alone, $0.loss) }) ?? true {
                least = (alone, loss, guest)
            }
        }
        return least?.guest
    }

    // MARK: - Shaking

    /// Takes the guests of a few offers away, fills in another order, exchanges, and keeps what is better
    /// (ruin and recreate, Schrimpf et al., 2000). The draws are the same for the same batch.
    mutating func shake() {
        var draws = SplitMix64(state: UInt64(problem.count))
        let open = problem.free.indices.filter { !best.guests[$0].isEmpty }
        guard open.count > 1 else { return }
        while !isSpent {
            looks += problem.count
            var state = best
            for _ in 0..<(2 + draws.below(3)) {
                for guest in state.guests[open[draws.below(open.count)]] {
                    state.lift(guest, problem)
                }
            }
            var order = Array(0..<problem.count)
            for place in order.indices.dropFirst().reversed() {
                order.swapAt(place, draws.below(place + 1))
            }
            keep(improved(filled(order, from: state)))
        }
    }
}

/// Steele, Lea and Flood, OOPSLA 2014.
private struct SplitMix64 {
    var state: UInt64

    mutating func below(_ bound: Int) -> Int {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return Int((mixed ^ (mixed >> 31)).multipliedFullWidth(by: UInt64(bound)).high)
    }
}

extension AssignmentSearch {
    // MARK: - Trying all

    /// Branch and bound in the order of what is at stake; half of what may be looked at.
    ///
    /// - Returns: whether all was tried, so that `best` is the best there is.
    mutating func branch(_ bound: AssignmentBound) -> Bool {
        guard !problem.value.isEmpty else { return true }
        if best.total == bound.value { return true }
        let stop = looks + (limit - looks) / 2
        var tree = AssignmentTree(problem, bound, best: best)
        let isWhole = tree.run(looks: &looks, until: stop)
        keep(tree.best)
        return isWhole
    }
}
