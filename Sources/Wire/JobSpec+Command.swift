import Domain

extension SpecReader {
    /// `run`: one text runs in `sh -c`, a list runs as it is.
    func command() throws(SpecError) -> [String] {
        let node = try required("run")
        let words: [String]
        if case .list(let values) = node.content {
            words = try self.words(values)
        } else {
            let line = try text(of: node, named: "run")
            words = line.isEmpty ? [] : ["sh", "-c", line]
        }
        guard let program = words.first, !program.isEmpty,
            !words.contains(where: { $0.unicodeScalars.contains("\0") })
        else { throw fault(.badValue(key: "run", .command, node.scalarText), at: node) }
        let limit = JobSpec.maximumCommandBytes
        guard words.reduce(0, { $0 + $1.utf8.count + 1 }) <= limit else {
            throw fault(.tooLong(key: "run", limitBytes: limit), at: node)
        }
        return words
    }

    private func words(_ values: [SpecNode]) throws(SpecError) -> [String] {
        var words: [String] = []
        for value in values { words.append(try source(of: value, named: "run")) }
        return words
    }

    /// `env`: names of `[A-Za-z_][A-Za-z0-9_]*`; a number or truth keeps its text as written.
    func environment() throws(SpecError) -> [Workload.Variable] {
        guard let node = self["env"] else { return [] }
        guard case .map(let pairs) = node.content else {
            throw fault(.wrongType(key: "env", .map, node.found), at: node)
        }
        guard pairs.count <= JobSpec.maximumVariables else {
            throw fault(.tooMany(key: "env", limit: JobSpec.maximumVariables), at: node)
        }
        var variables: [Workload.Variable] = []
        for pair in pairs {
            guard Self.isVariableName(pair.key) else {
                throw source.error(
                    .badValue(key: "env", .variable, pair.key), at: pair.keyPosition,
                    pointer: pair.value.pointer, width: pair.key.unicodeScalars.count)
            }
            variables.append(
                Workload.Variable(name: pair.key, value: try variableValue(pair)))
        }
        return variables
    }

    private func variableValue(_ pair: SpecPair) throws(SpecError) -> String {
        let name = "env.\(pair.key)"
        let value = try source(of: pair.value, named: name)
        guard !value.unicodeScalars.contains("\0") else {
            throw fault(.badValue(key: name, .plain, value), at: pair.value)
        }
        guard value.utf8.count <= JobSpec.maximumVariableBytes else {
            throw fault(
                .tooLong(key: name, limitBytes: JobSpec.maximumVariableBytes), at: pair.value)
        }
        return value
    }

    private static func isVariableName(_ name: String) -> Bool {
        guard (1...128).contains(name.utf8.count), let first = name.utf8.first else { return false }
        let isWord = { (byte: UInt8) in
            (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
                || byte == UInt8(ascii: "_")
        }
        return !(48...57).contains(first) && name.utf8.allSatisfy(isWord)
    }
}
