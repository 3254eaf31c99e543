import Yams

/// A spec as a tree of texts with their places; bounded in size, depth and number of values.
struct SpecNode: Hashable {
    enum Content: Hashable {
        /// `isPlain`: neither quoted nor a block, so the core schema decides what it is.
        case scalar(String, isPlain: Bool)
        case list([SpecNode])
        case map([SpecPair])
    }

    let content: Content
    let position: SpecError.Position
    let pointer: String
}

struct SpecPair: Hashable {
    let key: String
    let keyPosition: SpecError.Position
    let value: SpecNode
}

/// The text of a spec, and what makes a fault of a place in it.
struct SpecSource {
    static let maximumBytes = 1 << 20
    static let maximumDepth = 16
    static let maximumNodes = 50_000
    static let maximumAliases = 32

    let text: String
    let file: String

    init(text: String, file: String) {
        self.text = text.utf8.count <= Self.maximumBytes ? SurrogatePairs.joined(in: text) : text
        self.file = file
    }

    func error(
        _ fault: SpecError.Fault, at position: SpecError.Position?, pointer: String = "",
        width: Int = 1
    ) -> SpecError {
        SpecError(
            fault, pointer: pointer, file: file, position: position, width: width,
            sourceLine: position.map { line($0.line) })
    }

    /// Line `number` from 1 without its end; at most 4096 scalars.
    private func line(_ number: Int) -> String {
        let lines = text.unicodeScalars.split(
            maxSplits: number, omittingEmptySubsequences: false, whereSeparator: { $0 == "\n" })
        guard lines.indices.contains(number - 1) else { return "" }
        let scalars = lines[number - 1].prefix { $0 != "\r" }.prefix(4096)
        return String(String.UnicodeScalarView(scalars))
    }

    /// - Throws: `SpecError` for text that is not one bounded YAML 1.2 document.
    func tree() throws(SpecError) -> SpecNode {
        guard text.utf8.count <= Self.maximumBytes else {
            throw error(.tooLarge(limitBytes: Self.maximumBytes), at: nil)
        }
        guard !hasManyAliases() else {
            throw error(.tooManyAliases(limit: Self.maximumAliases), at: nil)
        }
        var count = 0
        return try node(try root(), pointer: "", depth: 0, count: &count)
    }

    private func root() throws(SpecError) -> Node {
        do {
            // Without rules every plain scalar stays text; `CoreScalar` interprets it.
            let parser = try Parser(yaml: text, resolver: .basic, encoding: .utf8)
            guard let root = try parser.singleRoot() else { throw error(.empty, at: nil) }
            return root
        } catch let fault as SpecError {
            throw fault
        } catch {
            throw unreadable(error)
        }
    }

    private func unreadable(_ cause: any Error) -> SpecError {
        guard let cause = cause as? YamlError else {
            return error(.unreadable("not UTF-8"), at: nil)
        }
        switch cause {
        case .scanner(_, let problem, let mark, yaml: _),
            .parser(_, let problem, let mark, yaml: _):
            return error(.unreadable(problem), at: place(mark))
        case .composer(_, let problem, let mark, yaml: _):
            let isSecond = problem.contains("another document")
            return error(isSecond ? .manyDocuments : .unreadable(problem), at: place(mark))
        case .duplicatedKeysInMapping(let duplicates, let context):
            let key = duplicates.first ?? ""
            return error(
                .duplicateKey(key), at: place(context.mark), width: key.unicodeScalars.count)
        case .reader(let problem, let offset, value: _, yaml: _):
            return error(.unreadable(problem), at: offset.map(place(offset:)))
        default: return error(.unreadable("syntax"), at: nil)  // a dependency's open list
        }
    }

    private func place(_ mark: Mark?) -> SpecError.Position {
        SpecError.Position(line: max(1, mark?.line ?? 1), column: max(1, mark?.column ?? 1))
    }

    /// The place after `offset` characters.
    private func place(offset: Int) -> SpecError.Position {
        let before = text.prefix(max(0, offset)).unicodeScalars
        let column = before.reversed().prefix { $0 != "\n" }.count + 1
        return SpecError.Position(line: before.count { $0 == "\n" } + 1, column: column)
    }

    private func node(
        _ node: Node, pointer: String, depth: Int, count: inout Int
    ) throws(SpecError) -> SpecNode {
        let position = place(node.mark)
        count += 1
        guard count <= Self.maximumNodes else {
            throw error(.tooManyNodes(limit: Self.maximumNodes), at: position)
        }
        guard depth <= Self.maximumDepth else {
            throw error(.tooDeep(limit: Self.maximumDepth), at: position)
        }
        let content: SpecNode.Content
        switch node {
        case .scalar(let scalar):
            try check(tag: scalar.tag, at: position)
            let isPlain = scalar.style == .plain && scalar.tag.description.isEmpty
            content = .scalar(scalar.string, isPlain: isPlain)
        case .sequence(let sequence):
            try check(tag: sequence.tag, at: position)
            content = try list(sequence, pointer: pointer, depth: depth, count: &count)
        case .mapping(let mapping):
            try check(tag: mapping.tag, at: position)
            content = try map(mapping, pointer: pointer, depth: depth, count: &count)
        case .alias: throw error(.unreadable("alias"), at: position)
        }
        return SpecNode(content: content, position: position, pointer: pointer)
    }

    private func list(
        _ sequence: Node.Sequence, pointer: String, depth: Int, count: inout Int
    ) throws(SpecError) -> SpecNode.Content {
        var values: [SpecNode] = []
        for (index, value) in sequence.enumerated() {
            let inner = "\(pointer)/\(index)"
            values.append(try node(value, pointer: inner, depth: depth + 1, count: &count))
        }
        return .list(values)
    }

    private func map(
        _ mapping: Node.Mapping, pointer: String, depth: Int, count: inout Int
    ) throws(SpecError) -> SpecNode.Content {
        var pairs: [SpecPair] = []
        var seen: Set<String> = []
        for (key, value) in mapping {
            let place = place(key.mark)
            guard case .scalar(let name) = key else {
                throw error(.wrongType(key: pointer, .text, .map), at: place, pointer: pointer)
            }
            guard seen.insert(name.string).inserted else {
                let width = name.string.unicodeScalars.count
                throw error(
                    .duplicateKey(name.string), at: place, pointer: pointer, width: width)
            }
            let escaped = name.string.split(separator: "~", omittingEmptySubsequences: false)
                .joined(separator: "~0").split(separator: "/", omittingEmptySubsequences: false)
                .joined(separator: "~1")
            let inner = try node(
                value, pointer: "\(pointer)/\(escaped)", depth: depth + 1, count: &count)
            pairs.append(SpecPair(key: name.string, keyPosition: place, value: inner))
        }
        return .map(pairs)
    }

    private func check(tag: Tag, at position: SpecError.Position) throws(SpecError) {
        let name = tag.description
        let core = ["", "str", "seq", "map"].map { $0.isEmpty ? "" : "tag:yaml.org,2002:" + $0 }
        guard core.contains(name) else { throw error(.tag(name), at: position) }
    }

    /// Counts every `*name` whose `&name` stands somewhere, wherever they stand: more than the
    /// parser would see, never fewer. Few aliases cannot multiply into many values.
    private func hasManyAliases() -> Bool {
        let anchors = names(after: UInt8(ascii: "&"))
        guard !anchors.isEmpty else { return false }
        let known = Set(anchors)
        return names(after: UInt8(ascii: "*")).count { known.contains($0) } > Self.maximumAliases
    }

    private func names(after mark: UInt8) -> [ArraySlice<UInt8>] {
        let bytes = Array(text.utf8)
        var names: [ArraySlice<UInt8>] = []
        for start in bytes.indices where bytes[start] == mark {
            let name = bytes[(start + 1)...].prefix {
                (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0)
                    || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-")
            }
            if !name.isEmpty { names.append(name) }
        }
        return names
    }
}
