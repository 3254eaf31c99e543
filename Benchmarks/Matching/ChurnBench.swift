import Domain
import Foundation
import Glibc
import Matching

/// `bench churn`: how fast the book places orders at 90 % load, while leases end and prices change.
///
/// With the index, a decision finds the place of an order and takes it; with the book it is all that the
/// market does: the order comes onto it, the book proposes, and the commit's rows come back. Releases and new prices are between the decisions and count in
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

    /// The index by price alone, or by what the market goes by; or the market's whole book.
    enum Path: String, CaseIterable {
        case price, score, book

        var weights: ScoreWeights { self == .price ? .price : .standard }
    }

    static let usage = "bench churn [--offers 10000,100000,1000000] [--path price,score,book] "
        + "[--seed N] [--decisions N]"

    let sizes: [Int]
    let paths: [Path]
    let seed: UInt64
    let decisions: Int

    init(_ words: [String]) throws {
        let options = try Options(words, of: ["--offers", "--path", "--seed", "--decisions"], Self.usage)
        sizes = try (options["--offers"] ?? "10000,100000,1000000").split(separator: ",").map {
            guard let size = Int($0), (1...10_000_000).contains(size) else {
                throw BadUsage(description: Self.usage)
            }
            return size
        }
        paths = try (options["--path"] ?? "price,score,book").split(separator: ",").map {
            guard let path = Path(rawValue: String($0)) else {
                throw BadUsage(description: Self.usage)
            }
            return path
        }
        guard !sizes.isEmpty, !paths.isEmpty else { throw BadUsage(description: Self.usage) }
        seed = UInt64(try options.number("--seed", 1, 0...Int.max))
        decisions = try options.number("--decisions", 200_000, 1_000...100_000_000)
    }

    /// Each figure in a process of its own: memory that another has left is not free memory.
    func run() throws {
        guard sizes.count > 1 || paths.count > 1 else { return try measure(sizes[0], paths[0]) }
        for size in sizes {
            for path in paths {
                let process = Process()
                process.executableURL = URL(fileURLWithPath: "/proc/self/exe")
                process.arguments = [
                    "churn", "--offers", "\(size)", "--path", path.rawValue, "--seed", "\(seed)",
                    "--decisions", "\(decisions)",
                ]
                try process.run()
                process.waitUntilExit()
                guard process.terminationStatus == 0 else {
                    throw BadUsage(description: "churn of \(size) offers, \(path) ended badly")
                }
            }
        }
    }

    private func measure(_ size: Int, _ path: Path) throws {
        say("churn: \(size) offers, \(path.rawValue)…")
        let before = try Self.resident()
        switch path {
        case .price, .score:
            var side = try ChurnIndex(size, seed: seed, path.weights)
            print(try line(&side, size, path, try Self.resident() - before))
        case .book:
            var side = try ChurnBook(size, seed: seed, path.weights)
            print(try line(&side, size, path, try Self.resident() - before))
        }
    }

    /// Bytes of this process that are in memory.
    private static func resident() throws -> Int {
        let text = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
        let fields = text.split(separator: " ")
        let pages = try required(fields.count > 1 ? Int(fields[1]) : nil, "figure in statm")
        return pages * Int(getpagesize())
    }

    /// Orders are drawn, and choices compared, between the stretches that are timed.
    private func line(
        _ market: inout some ChurnSide, _ size: Int, _ path: Path, _ bytes: Int
    ) throws -> String {
        try market.fill()
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
            p999Ns: times[decisions * 999 / 1000], bytesPerOffer: bytes / size,
            decisions: decisions, placed: market.placed, loadPct: rounded(market.load * 100),
            checked: checked, wrong: wrong, seed: seed
        ).json()
    }
}

/// What is measured: offers, and what is leased of them.
protocol ChurnSide {
    associatedtype Order
    /// Of all devices, how many are leased.
    var load: Double { get }
    var placed: Int { get set }
    mutating func nextOrder() throws -> Order
    mutating func decide(_ order: Order)
    mutating func upkeep(_ number: Int) throws
    /// Whether the choice is as good as that of asking every offer.
    func agrees(_ order: Order) -> Bool
}

extension ChurnSide {
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
}

func nanoseconds(_ clock: clockid_t) -> UInt64 {
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
