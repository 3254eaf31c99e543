package import Domain

/// Which of a batch's waiting orders get which offers, so that together they are best off.
///
/// A generalised assignment problem: each order goes to one of its candidates or stays where it is, and
/// what goes to an offer fits in what it has free, in every kind of capacity. An order is worth its
/// surplus: what it would have paid at most, less what it pays, for as long as it runs.
///
/// Nothing here reads a clock: the work is bounded in looks at a candidate, and the same batch gives
/// the same answer. It is never worse than serving the orders in their turn, each where it is best off.
package struct Assignment: Sendable {
    /// Orders of one batch.
    package static let mostOrders = 60
    /// Looks at a candidate that one batch may take.
    package static let mostLooks = 1_500_000
    /// Surplus beyond this counts as this, so that no sum of a batch overflows.
    static let mostSurplus: Int64 = 100_000_000_000_000_000

    /// Devices, milli-CPU, bytes of memory and of disk.
    typealias Amounts = SIMD4<Int64>

    package struct Candidate: Hashable, Sendable {
        /// Its place in the batch's offers.
        package let offer: Int
        /// Micro-units; not above zero: never chosen.
        package let surplus: Int64

        package init(offer: Int, surplus: Int64) {
            self.offer = offer
            self.surplus = surplus
        }
    }

    package struct Waiting: Hashable, Sendable {
        package let slice: Resources
        package let devices: Int
        /// Offers that could take it now, each once.
        package let candidates: [Candidate]

        package init(slice: Resources, devices: Int, candidates: [Candidate]) {
            self.slice = slice
            self.devices = devices
            self.candidates = candidates
        }

        var amounts: Amounts { Assignment.amounts(slice, devices) }
    }

    /// What an offer has free.
    package struct Free: Hashable, Sendable {
        package let resources: Resources
        package let devices: Int

        package init(resources: Resources, devices: Int) {
            self.resources = resources
            self.devices = devices
        }

        var amounts: Amounts { Assignment.amounts(resources, devices) }
    }

    /// What came out.
    package struct Choices: Hashable, Sendable {
        /// The offer of each order; nil where it stays.
        package let offers: [Int?]
        /// Of the placed orders; micro-units.
        package let total: Int64
        /// No assignment is worth more; micro-units.
        package let bound: Int64
        /// Looks at a candidate.
        package let looks: Int

        /// Whether it is known that there is none better.
        package var isBest: Bool { total == bound }
    }

    private static func amounts(_ resources: Resources, _ devices: Int) -> Amounts {
        Amounts(
            Int64(devices), resources.milliCPU, resources.memoryBytes, resources.diskBytes)
    }
}

extension Assignment {
    /// - Precondition: at most `mostOrders` orders, and candidates are places in `offers`.
    package static func best(
        _ orders: [Waiting], on offers: [Free], looks: Int = mostLooks
    ) -> Choices {
        precondition(orders.count <= mostOrders, "a batch has at most \(mostOrders) orders")
        var search = AssignmentSearch(orders, offers, looks: looks)
        var bound = AssignmentBound(search.problem)
        search.start()
        bound.tighten { search.restart(by: $0) }
        let exact = search.branch(bound)
        if !exact { search.shake() }
        let most = exact ? search.best.total : max(bound.value, search.best.total)
        return Choices(
            offers: search.best.choice.map { $0.map { search.problem.offer[$0] } },
            total: search.best.total, bound: most, looks: search.looks)
    }
}
