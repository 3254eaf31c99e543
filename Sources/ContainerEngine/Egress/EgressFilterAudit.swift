import Foundation

/// Whether a network namespace has the packet filter of a policy, as the kernel tells it
/// (`nft -j list ruleset`): a filter that was asked for and is not there, or not whole, must stop a
/// container before it starts.
enum EgressFilterAudit {
    /// What differs in the network namespace at a path, such as `/proc/7/ns/net`.
    static func faults(in network: String, of policy: EgressPolicy) throws -> [String] {
        let command = HostCommand(words: [
            "nsenter", "--net=\(network)", "nft", "-j", "list", "ruleset",
        ])
        return faults(in: Data(try command.run().utf8), of: policy)
    }

    /// What differs; nothing when the filter is there, whole, and alone.
    static func faults(in listing: Data, of policy: EgressPolicy) -> [String] {
        guard let listing = try? JSONDecoder().decode(Listing.self, from: listing) else {
            return ["the listing cannot be read"]
        }
        let table = EgressPolicy.table
        var faults: [String] = []
        let tables = listing.items.compactMap(\.table).map { "\($0.family) \($0.name)" }
        if tables != ["inet \(table)"] { faults.append("tables \(tables)") }
        for (name, family) in [("denied4", IPAddress.Family.v4), ("denied6", .v6)] {
            let expected = merged(policy.elements(family).map(\.range))
            let sets = listing.items.compactMap(\.set).filter { $0.name == name }
            guard sets.count == 1, let elements = sets[0].elem else {
                faults.append("no set \(name)")
                continue
            }
            let ranges = elements.compactMap { $0.range(of: family) }
            if ranges.count != elements.count || merged(ranges) != expected {
                faults.append("set \(name) differs")
            }
        }
        let chains = listing.items.compactMap(\.chain)
        if chains.map(\.name) != policy.chains.map(\.name) {
            faults.append("chains \(chains.map(\.name))")
        }
        for chain in chains where chain.hook != chain.name || chain.policy != "drop" {
            faults.append("chain \(chain.name) at \(chain.hook ?? "no hook") does not drop")
        }
        for chain in policy.chains {
            let rules = listing.items.compactMap(\.rule).filter { $0.chain == chain.name }
            let places = chain.rules.indices.map { "\(chain.name) \($0)" }
            if rules.map({ $0.comment ?? "" }) != places {
                faults.append("rules of \(chain.name) differ")
            }
        }
        return faults
    }

    private static func merged(_ ranges: [ClosedRange<UInt128>]) -> [ClosedRange<UInt128>] {
        var merged: [ClosedRange<UInt128>] = []
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            guard let last = merged.last,
                last.upperBound == .max || range.lowerBound <= last.upperBound + 1
            else {
                merged.append(range)
                continue
            }
            merged[merged.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
        }
        return merged
    }
}

extension EgressFilterAudit {
    private struct Listing: Decodable {
        let items: [Item]
        enum CodingKeys: String, CodingKey { case items = "nftables" }
    }

    private struct Item: Decodable {
        let table: Table?
        let set: Set?
        let chain: Chain?
        let rule: Rule?
    }

    private struct Table: Decodable {
        let family: String
        let name: String
    }

    private struct Set: Decodable {
        let name: String
        let elem: [Element]?
    }

    private struct Chain: Decodable {
        let name: String
        let hook: String?
        let policy: String?
    }

    private struct Rule: Decodable {
        let chain: String
        let comment: String?
    }

    /// An address, a prefix or a range.
    private enum Element: Decodable {
        case address(String)
        case prefix(String, Int)
        case range(String, String)

        private struct Written: Decodable {
            struct Prefix: Decodable {
                let addr: String
                let len: Int
            }
            let prefix: Prefix?
            let range: [String]?
        }

        init(from decoder: any Decoder) throws {
            let value = try decoder.singleValueContainer()
            if let text = try? value.decode(String.self) {
                self = .address(text)
                return
            }
            let written = try value.decode(Written.self)
            if let prefix = written.prefix {
                self = .prefix(prefix.addr, prefix.len)
            } else if let ends = written.range, ends.count == 2 {
                self = .range(ends[0], ends[1])
            } else {
                throw DecodingError.dataCorruptedError(
                    in: value, debugDescription: "no element of an address set")
            }
        }

        func range(of family: IPAddress.Family) -> ClosedRange<UInt128>? {
            switch self {
            case .address(let text):
                return IPAddress(text).flatMap { IPPrefix($0, length: family.width) }?.range
            case .prefix(let text, let length):
                return IPAddress(text).flatMap { IPPrefix($0, length: length) }?.range
            case .range(let first, let last):
                guard let first = IPAddress(first), let last = IPAddress(last), first <= last
                else { return nil }
                return first.bits...last.bits
            }
        }
    }
}
