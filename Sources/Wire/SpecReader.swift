/// Reads one map of a spec by its keys, once each, and knows which keys may stand there.
struct SpecReader {
    let source: SpecSource
    /// The map's own name with its parents, for sentences: empty, or `budget`.
    let name: String
    let map: SpecNode
    private let pairs: [SpecPair]

    /// - Throws: `SpecError` when `node` is no map, or has a key that is neither known nor served.
    init(
        _ node: SpecNode, of source: SpecSource, name: String, keys: [String],
        unsupported: [String] = []
    ) throws(SpecError) {
        self.source = source
        self.name = name
        map = node
        guard case .map(let pairs) = node.content else {
            throw source.error(
                .wrongType(key: name, .map, node.found), at: node.position, pointer: node.pointer)
        }
        self.pairs = pairs
        for pair in pairs where !keys.contains(pair.key) {
            let path = name.isEmpty ? pair.key : "\(name).\(pair.key)"
            let isKnown = unsupported.contains(pair.key)
            let nearest = Self.nearest(to: pair.key, in: keys)
            throw source.error(
                isKnown ? .unsupportedKey(path) : .unknownKey(pair.key, nearest: nearest),
                at: pair.keyPosition, pointer: pair.value.pointer,
                width: pair.key.unicodeScalars.count)
        }
    }

    subscript(key: String) -> SpecNode? { pairs.first { $0.key == key }?.value }

    /// Key and value in the order written.
    var entries: [SpecPair] { pairs }

    func path(_ key: String) -> String { name.isEmpty ? key : "\(name).\(key)" }

    func required(_ key: String) throws(SpecError) -> SpecNode {
        if let node = self[key] { return node }
        throw source.error(.missingKey(path(key)), at: map.position, pointer: map.pointer)
    }

    // MARK: Values

    /// Text proper: `name: 3` is a number and refused.
    func text(_ key: String) throws(SpecError) -> String? {
        guard let node = self[key] else { return nil }
        return try text(of: node, named: path(key))
    }

    func text(of node: SpecNode, named name: String) throws(SpecError) -> String {
        guard case .scalar(let text, let isPlain) = node.content else {
            throw wrong(node, name, .text)
        }
        guard !isPlain || CoreScalar(plain: text) == .text else {
            let isNull = CoreScalar(plain: text) == .null
            throw wrong(node, name, isNull ? .text : .quoted)
        }
        return text
    }

    /// Text, number or truth, as it was written; never null.
    func source(of node: SpecNode, named name: String) throws(SpecError) -> String {
        guard case .scalar(let text, let isPlain) = node.content,
            !isPlain || CoreScalar(plain: text) != .null
        else { throw wrong(node, name, .scalar) }
        return text
    }

    /// A whole number within `range`.
    func whole(_ key: String, in range: ClosedRange<Int>) throws(SpecError) -> Int? {
        guard let node = self[key] else { return nil }
        return try whole(of: node, named: path(key), in: range)
    }

    func whole(
        of node: SpecNode, named name: String, in range: ClosedRange<Int>
    ) throws(SpecError) -> Int {
        guard case .scalar(let text, isPlain: true) = node.content,
            case .int(let number) = CoreScalar(plain: text)
        else { throw wrong(node, name, .whole) }
        guard let number, let value = Int(exactly: number), range.contains(value) else {
            throw outOfRange(node, name, String(range.lowerBound), String(range.upperBound))
        }
        return value
    }

    /// `true` or `false`, without quotes.
    func truth(_ key: String) throws(SpecError) -> Bool? {
        guard let node = self[key] else { return nil }
        guard case .scalar(let text, isPlain: true) = node.content,
            case .bool(let truth) = CoreScalar(plain: text)
        else { throw wrong(node, path(key), .truth) }
        return truth
    }

    func list(_ key: String, atMost limit: Int) throws(SpecError) -> [SpecNode] {
        guard let node = self[key] else { return [] }
        guard case .list(let values) = node.content else { throw wrong(node, path(key), .list) }
        guard values.count <= limit else {
            throw fault(.tooMany(key: path(key), limit: limit), at: node)
        }
        return values
    }

    /// A scalar that `parse` reads; numbers count as their own text.
    func value<Value>(
        _ key: String, _ expected: SpecError.Expected, _ parse: (String) -> Value?
    ) throws(SpecError) -> Value? {
        guard let node = self[key] else { return nil }
        return try value(of: node, named: path(key), expected, parse)
    }

    func value<Value>(
        of node: SpecNode, named name: String, _ expected: SpecError.Expected,
        _ parse: (String) -> Value?
    ) throws(SpecError) -> Value {
        guard case .scalar(let text, let isPlain) = node.content,
            !isPlain || CoreScalar(plain: text) != .null
        else { throw wrong(node, name, expected) }
        guard let value = parse(text) else {
            throw fault(.badValue(key: name, expected, text), at: node)
        }
        return value
    }

    // MARK: Faults

    func fault(_ fault: SpecError.Fault, at node: SpecNode) -> SpecError {
        source.error(fault, at: node.position, pointer: node.pointer, width: node.width)
    }

    func outOfRange(
        _ node: SpecNode, _ name: String, _ low: String, _ high: String
    ) -> SpecError {
        fault(.outOfRange(key: name, low: low, high: high), at: node)
    }

    private func wrong(
        _ node: SpecNode, _ name: String, _ expected: SpecError.Expected
    ) -> SpecError {
        fault(.wrongType(key: name, expected, node.found), at: node)
    }

    /// The key at the least edit distance, when it is near enough to be meant.
    static func nearest(to key: String, in keys: [String]) -> String? {
        let written = Array(key.lowercased().unicodeScalars.prefix(40))
        let ranked = keys.map { (distance(written, Array($0.unicodeScalars)), $0) }
        guard let best = ranked.min(by: { $0 < $1 }) else { return nil }
        return best.0 <= max(1, min(3, written.count / 3)) ? best.1 : nil
    }

    /// Optimal string alignment: insertions, deletions, substitutions, swaps of neighbours.
    private static func distance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
        var rows = [Array(0...right.count)]
        for (i, scalar) in left.enumerated() {
            var row = [i + 1]
            for (j, other) in right.enumerated() {
                var cost = min(
                    rows[i][j + 1] + 1, row[j] + 1, rows[i][j] + (scalar == other ? 0 : 1))
                if i > 0, j > 0, scalar == right[j - 1], left[i - 1] == other {
                    cost = min(cost, rows[i - 1][j - 1] + 1)
                }
                row.append(cost)
            }
            rows.append(row)
        }
        return rows[left.count][right.count]
    }
}

extension SpecNode {
    /// What it is, for sentences.
    var found: SpecError.Found {
        switch content {
        case .list: return .list
        case .map: return .map
        case .scalar(let text, let isPlain):
            guard isPlain else { return .text }
            switch CoreScalar(plain: text) {
            case .null: return .nothing
            case .bool: return .truth
            case .int, .float: return .number
            case .text: return .text
            }
        }
    }

    /// Columns that a caret spans under it.
    var width: Int {
        guard case .scalar(let text, let isPlain) = content, isPlain else { return 1 }
        return max(1, text.unicodeScalars.prefix { $0 != "\n" }.count)
    }
}
