import Domain
import Matching

/// A job on devices of a node.
struct SteadyLease {
    let job: Int
    let node: Int
    /// Bits of the node's devices.
    let devices: UInt64
    let rate: Rate
}

/// Who decides which job goes where: the market's book, or a baseline.
protocol Dispatcher {
    /// The job waits from now on, for the first time or again.
    mutating func submit(_ job: Int, attempt: Int64)
    /// It does not wait any more.
    mutating func withdraw(_ job: Int)
    /// - Parameter ran: seconds; lost, where its machine ended it.
    mutating func release(_ lease: SteadyLease, ran: Int64, isLost: Bool)
    mutating func leave(_ node: Int)
    mutating func join(_ node: Int)
    /// What is done now; each is true in the dispatcher's own state when this returns.
    mutating func dispatch(at now: Int64) -> [Dispatch]
}

enum Dispatch {
    case start(SteadyLease)
    /// The job makes way: its devices are free, its work is lost, and it is not submitted.
    case stop(Int)
    /// The job's deadline cannot be met any more, so that it waits no longer.
    case refuse(Int)
}

/// The market's own book, fed as its match loop feeds it: rows after every commit, proposals until there
/// are none. What it expects to be asked for is the mix of the trace, which FGD knows too.
struct BookDispatcher: Dispatcher {
    /// What an order says of its time.
    enum Times { case nothing, deadlines }

    /// Nobody knows how long a job takes: its limit is taken to be twice that.
    private static let limitFactor: Int64 = 2
    /// Milliseconds.
    private static let reservingEvery: Int64 = 10_000

    private let world: SteadyWorld
    /// By job.
    private var occupied: [Int: Occupation] = [:]
    private var reservedAt: Int64 = 0
    private let times: Times
    private var book: OrderBook
    /// The committed rows.
    private var offers: [Offer]
    /// Looked up, never walked.
    private var nodeOf: [NodeID: Int] = [:]

    init(_ world: SteadyWorld, _ times: Times) {
        self.world = world
        self.times = times
        book = OrderBook()
        offers = world.nodes.map(\.offer)
        for (number, offer) in offers.enumerated() {
            nodeOf[offer.node] = number
            book.put(offer)
        }
        var counts = world.kinds.map { _ in Int64(0) }
        for job in world.jobs { counts[job.kind] += 1 }
        book.expect(zip(world.kinds, counts).map { (needs: $0.needs, count: $1) })
    }

    private static let job = JobID("job_steady") ?? JobID(bytes: [0])

    static func task(_ job: Int) -> TaskID { TaskID(job: Self.job, index: job + 1) }

    mutating func submit(_ job: Int, attempt: Int64) {
        let job = (number: job, facts: world.jobs[job])
        book.add(
            Order(
                task: Self.task(job.number), attempt: attempt,
                needs: world.kinds[job.facts.kind].needs,
                since: Timestamp(milliseconds: job.facts.submitted),
                deadline: times == .deadlines ? job.facts.promise : nil))
    }

    mutating func withdraw(_ job: Int) { book.removeOrder(Self.task(job)) }

    mutating func release(_ lease: SteadyLease, ran: Int64, isLost: Bool) {
        let slice = world.kinds[world.jobs[lease.job].kind].needs.slice
        occupied[lease.job] = nil
        change(lease.node) { offer in
            offer.record.note(
                ran: ran, isLost: isLost, at: lease.rate, of: offer.terms.ask)
            offer.free = offer.free.adding(slice)
            let free = offer.freeDevices
            offer.freeDevices = offer.terms.devices.enumerated().filter { index, device in
                lease.devices >> UInt64(index) & 1 == 1 || free.contains(device.id)
            }.map(\.element.id)
        }
    }

    mutating func leave(_ node: Int) {
        change(node) { offer in offer.availability = offer.availability.after(.disconnected) }
    }

    mutating func join(_ node: Int) {
        change(node) { offer in offer.availability = offer.availability.after(.connected) }
    }

    private mutating func change(_ node: Int, _ body: (inout Offer) -> Void) {
        body(&offers[node])
        offers[node].version += 1
        book.put(offers[node])
    }

    mutating func dispatch(at now: Int64) -> [Dispatch] {
        var done: [Dispatch] = []
        reserve(at: now)
        while true {
            let proposals = book.proposals(limit: 64, at: Timestamp(milliseconds: now))
            guard !proposals.isEmpty else { return done }
            for proposal in proposals {
                if let lease = commit(proposal, at: now) {
                    done.append(.start(lease))
                } else {
                    book.markRefused(proposal)
                }
            }
        }
    }

    /// As `Placing` does.
    private mutating func reserve(at now: Int64) {
        guard now >= reservedAt + Self.reservingEvery else { return }
        reservedAt = now
        book.reserve(
            overdueSince: Timestamp(milliseconds: now - OrderBook.reservedAfterMilliseconds),
            occupied.sorted { $0.key < $1.key }.map(\.value), at: Timestamp(milliseconds: now))
    }

    /// As the market does: only on the offer's version, and only what is free on it.
    private mutating func commit(_ proposal: Proposal, at now: Int64) -> SteadyLease? {
        let job = proposal.task.index - 1
        guard let node = nodeOf[proposal.node] else { return nil }
        let needs = world.kinds[world.jobs[job].kind].needs
        let offer = offers[node]
        guard offer.version == proposal.offerVersion, needs.slice.fits(in: offer.free),
            proposal.devices.allSatisfy(offer.freeDevices.contains)
        else { return nil }
        var bits: UInt64 = 0
        for (index, device) in offer.terms.devices.enumerated()
        where proposal.devices.contains(device.id) {
            bits |= 1 << UInt64(index)
        }
        change(node) { offer in
            offer.free = offer.free.subtracting(needs.slice)
            offer.freeDevices.removeAll(where: proposal.devices.contains)
            offer.takeTurn(at: Timestamp(milliseconds: now))
        }
        book.removeOrder(proposal.task)
        let limit = now + Self.limitFactor * world.jobs[job].length
        occupied[job] = Occupation(
            node: proposal.node, slice: needs.slice, devices: proposal.devices,
            until: Timestamp(milliseconds: limit))
        return SteadyLease(job: job, node: node, devices: bits, rate: proposal.rate)
    }
}
