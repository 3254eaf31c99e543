import Foundation
import Testing
import Transparency

/// SplitMix64: the same sequence for the same seed on every machine.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func bytes(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &self) }
    }
}

/// The seed of property tests: `ORBAN_SEED`, or a new one. Failures print it.
let propertySeed =
    ProcessInfo.processInfo.environment["ORBAN_SEED"].flatMap { UInt64($0) }
    ?? UInt64.random(in: .min ... .max)

/// Stored nodes of a tree; refuses what was never stored and counts questions.
final class NodeStore {
    struct Missing: Error {
        let level: Int
        let index: Int64
    }
    private struct Place: Hashable {
        let level: Int
        let index: Int64
    }

    private var nodes: [Place: LogHash] = [:]
    private(set) var lookups = 0

    func insert(_ new: [LogNode]) {
        for node in new {
            let place = Place(level: node.level, index: node.index)
            let old = nodes.updateValue(node.hash, forKey: place)
            #expect(old == nil, "node \(node.level)/\(node.index) was written twice")
        }
    }

    func lookup(_ level: Int, _ index: Int64) throws -> LogHash {
        lookups += 1
        guard let hash = nodes[Place(level: level, index: index)] else {
            throw Missing(level: level, index: index)
        }
        return hash
    }

    func resetCount() { lookups = 0 }
}

/// A tree of made-up leaves with all its nodes.
struct SampleTree {
    let leaves: [LogHash]
    let store = NodeStore()

    init(size: Int) {
        leaves = (0..<size).map { LogHash.leaf(Array("leaf \($0)".utf8)) }
        var frontier = Frontier()
        store.insert(frontier.append(contentsOf: leaves))
    }

    func naiveRoot(_ size: Int) -> LogHash { Naive.root(leaves.prefix(size)) }
}

/// The definition of RFC 9162 §2.1.1, word by word and slow.
enum Naive {
    static func root(_ leaves: ArraySlice<LogHash>) -> LogHash {
        guard let first = leaves.first else { return .emptyTree }
        guard leaves.count > 1 else { return first }
        var left = 1
        while left * 2 < leaves.count { left *= 2 }
        return .node(root(leaves.prefix(left)), root(leaves.dropFirst(left)))
    }
}

/// Vectors that every implementation of the log shares.
enum Golden {
    static func read<Value: Decodable>(_ type: Value.Type, _ name: String) throws -> Value {
        let file = packageRoot.appending(path: "api/vectors/log/\(name)")
        return try JSONDecoder().decode(type, from: Data(contentsOf: file))
    }

    static let packageRoot = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
}

extension LogHash {
    /// The hash with one bit of one byte turned.
    func flipped(byte: Int) -> LogHash {
        var bytes = bytes
        bytes[byte] ^= 0x10
        return LogHash(bytes)!
    }
}
