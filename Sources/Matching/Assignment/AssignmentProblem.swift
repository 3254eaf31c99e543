import Domain

/// A batch in columns: candidates of one order stand together, the best first.
struct AssignmentProblem: Sendable {
    let size: [Assignment.Amounts]
    let free: [Assignment.Amounts]
    /// Where the candidates of each order stand.
    private(set) var candidates: [Range<Int>] = []
    /// By candidate.
    private(set) var offer: [Int] = []
    private(set) var value: [Int64] = []
    private(set) var order: [Int] = []

    init(_ orders: [Assignment.Waiting], _ offers: [Assignment.Free]) {
        size = orders.map(\.amounts)
        free = offers.map(\.amounts)
        for (number, waiting) in orders.enumerated() {
            let start = offer.count
            let fitting = waiting.candidates.enumerated().filter { _, candidate in
                candidate.surplus > 0 && Self.fits(size[number], in: free[candidate.offer])
            }
            // Of equal ones the caller's first: it has put them in order of price and fit.
            let sorted = fitting.sorted { left, right in
                (right.element.surplus, left.offset) < (left.element.surplus, right.offset)
            }
            for (_, candidate) in sorted {
                offer.append(candidate.offer)
                value.append(min(candidate.surplus, Assignment.mostSurplus))
                order.append(number)
            }
            candidates.append(start..<offer.count)
        }
    }

    var count: Int { size.count }

    static func fits(_ size: Assignment.Amounts, in free: Assignment.Amounts) -> Bool {
        all(size .<= free)
    }
}

/// Who is where; always within what is free.
struct AssignmentState: Hashable, Sendable {
    /// The candidate of each order.
    private(set) var choice: [Int?]
    private(set) var left: [Assignment.Amounts]
    /// The orders of each offer, in the order in which they came to it.
    private(set) var guests: [[Int]]
    private(set) var total: Int64 = 0

    init(_ problem: AssignmentProblem) {
        choice = [Int?](repeating: nil, count: problem.count)
        left = problem.free
        guests = [[Int]](repeating: [], count: problem.free.count)
    }

    func value(of order: Int, _ problem: AssignmentProblem) -> Int64 {
        choice[order].map { problem.value[$0] } ?? 0
    }

    func takes(_ candidate: Int, _ problem: AssignmentProblem) -> Bool {
        AssignmentProblem.fits(
            problem.size[problem.order[candidate]], in: left[problem.offer[candidate]])
    }

    mutating func put(_ candidate: Int, _ problem: AssignmentProblem) {
        let (order, offer) = (problem.order[candidate], problem.offer[candidate])
        choice[order] = candidate
        left[offer] &-= problem.size[order]
        guests[offer].append(order)
        total += problem.value[candidate]
    }

    mutating func lift(_ order: Int, _ problem: AssignmentProblem) {
        guard let candidate = choice[order] else { return }
        let offer = problem.offer[candidate]
        choice[order] = nil
        left[offer] &+= problem.size[order]
        guests[offer].removeAll { $0 == order }
        total -= problem.value[candidate]
    }

    /// The best candidate that fits now.
    func bestFitting(_ order: Int, _ problem: AssignmentProblem) -> Int? {
        problem.candidates[order].first { takes($0, problem) }
    }
}
