/// Which logs are wanted.
package struct LogFilter: Hashable, Sendable {
    /// Of any of these contracts.
    package let addresses: [Address]
    /// At each place any of these topics; nil: whatever stands there.
    package let topics: [[Hash256]?]

    package init(addresses: [Address], topics: [[Hash256]?]) {
        self.addresses = addresses
        self.topics = topics
    }

    /// Logs of both: of either's contracts with either's first topics.
    package func with(_ other: LogFilter) -> LogFilter {
        let first = zip(topics.prefix(1), other.topics.prefix(1)).map { own, more in
            own.flatMap { own in more.map { Set(own).union($0).sorted() } }
        }
        return LogFilter(addresses: addresses + other.addresses, topics: first)
    }

    /// Whether an endpoint answered with what was asked for.
    func admits(_ log: Log) -> Bool {
        guard addresses.isEmpty || addresses.contains(log.address),
            log.topics.count >= topics.count
        else { return false }
        return zip(topics, log.topics).allSatisfy { $0?.contains($1) ?? true }
    }

    func json(_ range: LogRange) -> JSON {
        var members: [String: JSON] = [
            "address": .array(addresses.map { .string($0.description) }),
            "topics": .array(
                topics.map { choices in
                    choices.map { .array($0.map { .string($0.description) }) } ?? .null
                }),
        ]
        switch range {
        case .numbers(let range):
            members["fromBlock"] = .quantity(range.lowerBound)
            members["toBlock"] = .quantity(range.upperBound)
        case .block(let hash):
            members["blockHash"] = .string(hash.description)
        }
        return .object(members)
    }
}

/// In which blocks.
package enum LogRange: Hashable, Sendable {
    case numbers(ClosedRange<UInt64>)
    /// Exactly this one, whatever else has its number (EIP-234).
    case block(Hash256)
}
