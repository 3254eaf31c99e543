package import Domain

/// So many requests a second on average, and so many at once after a pause.
package struct Allowance: Hashable, Sendable {
    package let perSecond: Int64
    package let burst: Int64

    package init(perSecond: Int64, burst: Int64) {
        precondition(perSecond > 0 && burst > 0, "an allowance lets something through")
        self.perSecond = perSecond
        self.burst = burst
    }
}

/// How many requests the market takes from whom. Nodes with the token of a lease are not limited:
/// the leases themselves are.
package struct RateLimits: Hashable, Sendable {
    /// Of one account: what changes something.
    package var writes: Allowance
    package var reads: Allowance
    /// Of one remote address without a key.
    package var strangers: Allowance
    /// Of one remote address: keys and tokens that are none.
    package var failures: Allowance

    package init(writes: Allowance, reads: Allowance, strangers: Allowance, failures: Allowance) {
        self.writes = writes
        self.reads = reads
        self.strangers = strangers
        self.failures = failures
    }

    package static let standard = RateLimits(
        writes: Allowance(perSecond: 100, burst: 1000),
        reads: Allowance(perSecond: 500, burst: 5000),
        strangers: Allowance(perSecond: 500, burst: 5000),
        failures: Allowance(perSecond: 5, burst: 20))
}

/// Token buckets by key, decided by the time that it is given. Bounded: when there are too many
/// buckets, the full ones are forgotten, for a new one is just as full; then those that were
/// touched longest ago.
package struct TokenBuckets<Key: Hashable & Comparable & Sendable>: Sendable {
    private struct Bucket {
        /// Thousandths of a request, at most a thousand bursts.
        var tokens: Int64
        var at: Timestamp
    }

    private let allowance: Allowance
    private let most: Int
    private var buckets: [Key: Bucket] = [:]

    /// - Parameter most: buckets kept at once.
    package init(_ allowance: Allowance, most: Int = 10_000) {
        self.allowance = allowance
        self.most = most
    }

    package var count: Int { buckets.count }

    /// Takes one request's token.
    ///
    /// - Returns: nil, or the whole seconds after which there is one again.
    package mutating func take(_ key: Key, at now: Timestamp) -> Int? {
        var tokens = buckets[key].map { level($0, at: now) } ?? capacity
        let isAllowed = tokens >= 1000
        if isAllowed { tokens -= 1000 }
        if buckets[key] == nil, buckets.count >= most { makeRoom(at: now) }
        buckets[key] = Bucket(tokens: tokens, at: now)
        guard !isAllowed else { return nil }
        let milliseconds = (1000 - tokens + allowance.perSecond - 1) / allowance.perSecond
        return Int(max((milliseconds + 999) / 1000, 1))
    }

    private var capacity: Int64 { allowance.burst * 1000 }

    /// One request a second is one thousandth each millisecond.
    private func level(_ bucket: Bucket, at now: Timestamp) -> Int64 {
        let passed = min(max(now.millisecondsSince(bucket.at), 0), capacity)
        let (gained, overflow) = passed.multipliedReportingOverflow(by: allowance.perSecond)
        return overflow ? capacity : min(capacity, bucket.tokens + min(gained, capacity))
    }

    private mutating func makeRoom(at now: Timestamp) {
        buckets = buckets.filter { level($0.value, at: now) < capacity }
        guard buckets.count >= most else { return }
        let oldest = buckets.sorted { ($0.value.at, $0.key) < ($1.value.at, $1.key) }
        for (key, _) in oldest.prefix(max(most / 2, 1)) { buckets[key] = nil }
    }
}

/// How long a request's body may take: a minute, and a second more for each kibibyte.
package struct BodyPace: Sendable {
    private static let patience: Int64 = 60_000
    private let start: Timestamp
    private var bytes: Int64 = 0

    package init(startedAt start: Timestamp) { self.start = start }

    /// Whether the body still arrives fast enough, now that `count` more bytes are there.
    package mutating func isKept(by count: Int, at now: Timestamp) -> Bool {
        bytes += Int64(count)
        return now.millisecondsSince(start) <= Self.patience + bytes * 1000 / 1024
    }
}
