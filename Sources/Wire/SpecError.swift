/// One fault of a job spec, with its place when it has one.
package struct SpecError: Error, Hashable, Sendable {
    /// Where a key or value begins; both count from 1, the column in Unicode scalars.
    package struct Position: Hashable, Sendable {
        package let line: Int
        package let column: Int
    }

    /// What a value must be; the words stand in the catalogue.
    package enum Expected: Hashable, Sendable, CaseIterable {
        case text, quoted, map, list, whole, version, type, name, command, scalar, variable, plain
        case cpu, size, gpu, country, tier, failures, path, local, digest, money, price, duration
        case network, latency, capability, speed, moment, truth, spread, spot, payment
    }

    /// What a value is, by YAML's core schema.
    package enum Found: Hashable, Sendable, CaseIterable {
        case text, number, truth, nothing, list, map
    }

    package enum Fault: Hashable, Sendable {
        case unreadable(String)
        case tooLarge(limitBytes: Int)
        case tooDeep(limit: Int)
        case tooManyNodes(limit: Int)
        case manyDocuments
        case tooManyAliases(limit: Int)
        case tag(String)
        case empty
        case duplicateKey(String)
        case unknownKey(String, nearest: String?)
        /// A key that the language has and this market does not serve yet.
        case unsupportedKey(String)
        case unsupportedValue(String)
        case missingKey(String)
        case wrongType(key: String, Expected, Found)
        case badValue(key: String, Expected, String)
        case tooMany(key: String, limit: Int)
        case tooLong(key: String, limitBytes: Int)
        case outOfRange(key: String, low: String, high: String)
        /// The first is a moment that is to be at or after the other.
        case before(String, other: String)
        case overlap(String, with: String)
        case reserved(String)
        case twice(String)
        /// A key that cannot stand beside another one.
        case conflict(String, with: String)
        case inputMissing(String)
        case inputUnknown(String)
        case inputDiffers(String)
    }

    package let fault: Fault
    /// RFC 6901; empty for the whole spec.
    package let pointer: String
    package let file: String
    package let position: Position?
    /// Columns that the faulty text spans, at least 1.
    package let width: Int
    /// The line of the spec that `position` points into.
    package let sourceLine: String?

    package init(
        _ fault: Fault, pointer: String = "", file: String, position: Position? = nil,
        width: Int = 1, sourceLine: String? = nil
    ) {
        self.fault = fault
        self.pointer = pointer
        self.file = file
        self.position = position
        self.width = max(1, width)
        self.sourceLine = sourceLine
    }

    /// Stable, for `errors[].code` of a problem.
    package var code: String {
        switch fault {
        case .unreadable: "unreadable"
        case .tooLarge: "too_large"
        case .tooDeep: "too_deep"
        case .tooManyNodes: "too_many_values"
        case .manyDocuments: "many_documents"
        case .tooManyAliases: "too_many_aliases"
        case .tag: "tag_not_allowed"
        case .empty: "empty"
        case .duplicateKey: "duplicate_key"
        case .unknownKey: "unknown_key"
        case .unsupportedKey: "unsupported_key"
        case .unsupportedValue: "unsupported_value"
        case .missingKey: "missing_key"
        case .wrongType: "wrong_type"
        case .badValue: "bad_value"
        case .tooMany: "too_many"
        case .tooLong: "too_long"
        case .outOfRange: "out_of_range"
        case .before: "before"
        case .overlap: "path_overlap"
        case .reserved: "path_reserved"
        case .twice: "twice"
        case .conflict: "conflict"
        case .inputMissing: "input_missing"
        case .inputUnknown: "input_unknown"
        case .inputDiffers: "input_differs"
        }
    }

    package func field(in language: Language) -> ProblemFieldDTO {
        ProblemFieldDTO(
            pointer: pointer, code: code, detail: text(in: language), line: position?.line,
            column: position?.column)
    }
}
