import Domain
import Foundation
import Glibc
import Matching

/// `bench churn`: how fast the book places orders at 90 % load, while leases end and prices change.
///
/// A decision is what the market does for one order: it comes onto the book, the book proposes, and the
/// commit's rows come back to it. Releases and new prices are between the decisions and count in
/// `per_second`, which is by the processor's time; the percentiles are of decisions alone, by the clock.
struct ChurnBench {
    private struct Line: Encodable {
        let measure = "churn"
        let offers: Int
        let path: String
        let weights: String
        let perSecond: Double
        let p50Ns: UInt32
        let p99Ns: UInt32
        let p999Ns: UInt32
        let bytesPerOffer: Int
        let decisions: Int
        let placed: Int
        let loadPct: Double
        let checked: Int
        let wrong: Int
        let seed: UInt64
    }

    /// By price alone, or by what the market goes by.
    enum Path: String, CaseIterable {
        case price, score

        var weights: ScoreWeights { self == .price ? .price : .standard }
    }

    static let usage = "bench churn [--offers 10000,100000,1000000] [--seed N] [--decisions N]"

    let sizes: [Int]
    let seed: UInt64
    let decisions: Int

    init(_ words: [String]) throws {
        let options = try Options(words, of: ["--offers", "--seed", "--decisions"], Self.usage)
        sizes = try (options["--offers"] ?? "10000,100000,1000000").split(separator: ",").map {
            guard let size = Int($0), (1...10_000_000).contains(size) else {
                throw BadUsage(description: Self.usage)
            }
            return size
        }
        seed = UInt64(try options.number("--seed", 1, 0...Int.max))
        decisions = try options.number("--decisions", 200_000, 1_000...100_000_000)
    }

    func run() throws {
        for (size, path) in sizes.flatMap({ size in Path.allCases.map { (size, $0) } }) {
            say("churn: \(size) offers, \(path.rawValue)…")
            var market = try ChurnMarket(size, seed: seed, path)
            try market.fill()
            print(try line(&market, size, path))
        }
    }

    /// Orders are drawn, and choices compared, between the stretches that are timed.
    private func line(_ market: inout ChurnMarket, _ size: Int, _ path: Path) throws -> String {
        var times: [UInt32] = []
        times.reserveCapacity(decisions)
        var busy: UInt64 = 0
        var (checked, wrong, done) = (0, 0, 0)
        while done < decisions {
            let orders = try (0..<min(1_000, decisions - done)).map { _ in try market.nextOrder() }
            if done % 10_000 == 5_000 {
                checked += 1
                if !market.agrees(orders[0]) { wrong += 1 }
            }
            let start = nanoseconds(CLOCK_THREAD_CPUTIME_ID)
            for (number, order) in orders.enumerated() {
                let decided = nanoseconds(CLOCK_MONOTONIC)
                market.decide(order)
                times.append(UInt32(clamping: nanoseconds(CLOCK_MONOTONIC) - decided))
                try market.upkeep(number)
            }
            busy += nanoseconds(CLOCK_THREAD_CPUTIME_ID) - start
            done += orders.count
        }
        times.sort()
        return try Line(
            offers: size, path: path.rawValue, weights: path.weights.fingerprint,
            perSecond: (Double(decisions) * 1e9 / Double(busy)).rounded(),
            p50Ns: times[decisions / 2], p99Ns: times[decisions * 99 / 100],
            p999Ns: times[decisions * 999 / 1000], bytesPerOffer: market.bytes / size,
            decisions: decisions, placed: market.placed, loadPct: rounded(market.load * 100),
            checked: checked, wrong: wrong, seed: seed
        ).json()
    }
}

/// The book, and what is leased on it.
private struct ChurnMarket {
    private struct Live {
        let node: NodeID
        let slice: Resources
        let devices: [DeviceID]
    }

    private var world: ChurnWorld
    private var book: OrderBook
    private var nodes: [NodeID] = []
    private var live: [Live] = []
    private var devices = 0
    private var leased = 0
    private var orders = 0
    private(set) var placed = 0
    let bytes: Int

    var load: Double { Double(leased) / Double(max(devices, 1)) }

    init(_ size: Int, seed: UInt64, _ path: ChurnBench.Path) throws {
        book = OrderBook(weights: path.weights)
        world = ChurnWorld(seed: seed)
        let before = try Self.allocated()
        for number in 0..<size {
            let offer = try world.offer(number)
            nodes.append(offer.node)
            devices += offer.terms.devices.count
            book.put(offer)
        }
        bytes = try Self.allocated() - before
    }

    /// Bytes of this process that are in memory.
    private static func allocated() throws -> Int {
        let text = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
        let fields = text.split(separator: " ")
        let pages = try required(fields.count > 1 ? Int(fields[1]) : nil, "figure in statm")
        return pages * Int(getpagesize())
    }

    mutating func nextOrder() throws -> Order {
        orders += 1
        return Order(
            task: TaskID(job: JobID("job_\(orders)") ?? JobID(bytes: [0]), index: 1), attempt: 1,
            needs: try world.needs(), since: Timestamp(milliseconds: Int64(orders)))
    }

    /// Leases until nine of ten devices are, or nobody finds a place any more.
    mutating func fill() throws {
        var failures = 0
        while load < 0.9, failures < 10_000 {
            let before = placed
            decide(try nextOrder())
            failures = placed > before ? 0 : failures + 1
        }
        placed = 0
    }

    mutating func decide(_ order: Order) {
        book.add(order)
        if let proposal = book.proposals(limit: 1).first, let offer = book.offer(of: proposal.node) {
            commit(proposal, offer, order)
        }
        book.removeOrder(order.task)
    }

    private mutating func commit(_ proposal: Proposal, _ offer: Offer, _ order: Order) {
        // The market's row is what the book expects of it, where nothing else has happened.
        book.put(offer)
        live.append(
            Live(node: offer.node, slice: order.needs.slice, devices: proposal.devices))
        leased += proposal.devices.count
        placed += 1
    }

    /// Leases end as fast as they are made; every twentieth decision somebody changes a price.
    mutating func upkeep(_ number: Int) throws {
        while load > 0.9, !live.isEmpty { release() }
        guard number % 20 == 0, var offer = book.offer(of: nodes[world.random.below(nodes.count)])
        else { return }
        let terms = offer.terms
        offer.version += 1
        offer.terms = OfferTerms(
            capacity: terms.capacity, devices: terms.devices,
            ask: try ChurnWorld.rate(Double(terms.ask.microPerHour) * world.logNormal(0.05)),
            region: terms.region, tier: terms.tier, network: terms.network)
        book.put(offer)
    }

    private mutating func release() {
        let place = world.random.below(live.count)
        live.swapAt(place, live.count - 1)
        let lease = live.removeLast()
        guard var offer = book.offer(of: lease.node) else { return }
        offer.version += 1
        offer.free = offer.free.adding(lease.slice)
        offer.freeDevices = offer.terms.devices.map(\.id).filter {
            offer.freeDevices.contains($0) || lease.devices.contains($0)
        }
        book.put(offer)
        leased -= lease.devices.count
    }

    /// Whether the book's choice costs as little as that of asking every offer.
    func agrees(_ order: Order) -> Bool {
        var copy = book
        copy.add(order)
        guard let ours = copy.proposals(limit: 1).first else {
            return !book.offers.contains { Feasibility.check(order.needs, $0) == nil }
        }
        copy = book
        let chosen = copy.cost(of: order.needs, on: ours.node)
        let least = book.offers.lazy.filter { Feasibility.check(order.needs, $0) == nil }
            .compactMap { copy.cost(of: order.needs, on: $0.node) }.min()
        return chosen == least
    }
}

private func nanoseconds(_ clock: clockid_t) -> UInt64 {
    var time = timespec()
    clock_gettime(clock, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}

extension Encodable {
    /// One line, the names in the style of the other figures.
    func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }
}
