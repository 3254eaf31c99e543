/// Tries all that the bound leaves possible.
///
/// A choice loses what it gains less, over the prices of the bound, than the order's best choice does.
/// What is chosen so far can come to the bound less those losses at most: choices that bring this below
/// the best that is known are left out.
struct AssignmentTree: Sendable {
    private struct Branch {
        /// Nil: the order stays.
        let candidate: Int?
        let loss: Int64
    }

    private let problem: AssignmentProblem
    private let bound: AssignmentBound
    /// The order with most at stake first, each with its branches, the least loss first.
    private let levels: [[Branch]]
    private var state: AssignmentState
    private(set) var best: AssignmentState
    private var looks = 0
    private var limit = 0

    init(_ problem: AssignmentProblem, _ bound: AssignmentBound, best: AssignmentState) {
        self.problem = problem
        self.bound = bound
        self.best = best
        state = AssignmentState(problem)
        levels = problem.candidates.map { range in
            let most = max(0, range.map { bound.gains[$0] }.max() ?? 0)
            let placed = range.map { Branch(candidate: $0, loss: most - bound.gains[$0]) }
            let all = placed + [Branch(candidate: nil, loss: most)]
            return all.enumerated().sorted {
                ($0.element.loss, $0.offset) < ($1.element.loss, $1.offset)
            }
            .map(\.element)
        }.filter { $0.count > 1 }.enumerated().sorted { left, right in
            (right.element[1].loss, left.offset) < (left.element[1].loss, right.offset)
        }.map(\.element)
    }

    /// - Returns: whether all was tried.
    mutating func run(looks: inout Int, until limit: Int) -> Bool {
        (self.looks, self.limit) = (looks, limit)
        let isWhole = descend(to: 0, loss: 0)
        looks = self.looks
        return isWhole
    }

    private mutating func descend(to level: Int, loss: Int64) -> Bool {
        guard level < levels.count else {
            if state.total > best.total { best = state }
            return true
        }
        for branch in levels[level] {
            looks += 1
            guard looks < limit else { return false }
            let sum = loss + branch.loss
            guard bound.value(afterLosing: sum) > best.total else { return true }
            guard let candidate = branch.candidate else {
                guard descend(to: level + 1, loss: sum) else { return false }
                continue
            }
            guard state.takes(candidate, problem) else { continue }
            state.put(candidate, problem)
            let isWhole = descend(to: level + 1, loss: sum)
            state.lift(problem.order[candidate], problem)
            guard isWhole else { return false }
        }
        return true
    }
}
