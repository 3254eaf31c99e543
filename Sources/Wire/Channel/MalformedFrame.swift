import Domain

/// A message of the node channel that is not a frame: which field is missing or out of bounds.
package struct MalformedFrame: Error, Hashable, Sendable, CustomStringConvertible {
    /// As `api/node.proto` names it, for example `dispatch.workload.inputs`.
    package let field: String

    package init(_ field: String) { self.field = field }

    package var description: String { "frame is malformed at \(field)" }
}

/// The bounds that `api/node.proto` states.
enum FrameLimits {
    static let heldLeases = 4_096
    /// 366 days.
    static let leaveMilliseconds: ClosedRange<Int64> = -31_622_400_000...31_622_400_000
    static let renewals = 65_536
    static let offeredDevices = 256
    static let receiptBytes = 1_024
    static let signatureBytes = 64
    static let modelBytes = 128
    static let effectBytes = 160
    static let codeBytes = 64
    static let tokenBytes = 512
    static let imageNameBytes = 512
    static let pathBytes = 255
    static let environmentBytes = JobSpec.maximumVariables * JobSpec.maximumVariableBytes
}

/// Single fields: each gives the value, or throws the field's name.
enum FrameField {
    static func whole(
        _ value: Int64, in bounds: ClosedRange<Int64>, _ field: String
    ) throws(MalformedFrame) -> Int64 {
        guard bounds.contains(value) else { throw MalformedFrame(field) }
        return value
    }

    /// From 1: attempts, receipts, heartbeats.
    static func ordinal(_ value: Int64, _ field: String) throws(MalformedFrame) -> Int64 {
        try whole(value, in: 1...Int64.max, field)
    }

    static func id<Tag: IDTag>(_ text: String, _ field: String) throws(MalformedFrame) -> ID<Tag> {
        guard let id = ID<Tag>(text) else { throw MalformedFrame(field) }
        return id
    }

    static func device(_ text: String, _ field: String) throws(MalformedFrame) -> DeviceID {
        guard let id = DeviceID(text) else { throw MalformedFrame(field) }
        return id
    }

    static func digest(_ text: String, _ field: String) throws(MalformedFrame) -> BlobDigest {
        guard let digest = BlobDigest(text) else { throw MalformedFrame(field) }
        return digest
    }

    static func effect(_ text: String, _ field: String) throws(MalformedFrame) -> EffectID {
        EffectID(try visible(text, in: 1...FrameLimits.effectBytes, field))
    }

    static func reason(_ text: String, _ field: String) throws(MalformedFrame) -> EndReason {
        guard let reason = EndReason(text: text) else { throw MalformedFrame(field) }
        return reason
    }

    static func code(_ text: String, _ field: String) throws(MalformedFrame) -> String {
        let isCode = text.utf8.allSatisfy { byte in
            (97...122).contains(byte) || (48...57).contains(byte) || byte == UInt8(ascii: "_")
        }
        guard isCode, (1...FrameLimits.codeBytes).contains(text.utf8.count) else {
            throw MalformedFrame(field)
        }
        return text
    }

    /// Visible ASCII.
    static func visible(
        _ text: String, in bounds: ClosedRange<Int>, _ field: String
    ) throws(MalformedFrame) -> String {
        guard text.utf8.allSatisfy({ (33...126).contains($0) }) else { throw MalformedFrame(field) }
        return try self.text(text, in: bounds, field)
    }

    /// Any text of so many UTF-8 bytes without NUL, which ends arguments and paths.
    static func text(
        _ text: String, in bounds: ClosedRange<Int>, _ field: String
    ) throws(MalformedFrame) -> String {
        guard bounds.contains(text.utf8.count), !text.utf8.contains(0) else {
            throw MalformedFrame(field)
        }
        return text
    }

    /// Each element through `body`, when they are at most `limit`.
    static func list<Element, Value>(
        _ elements: [Element], atMost limit: Int, _ field: String,
        _ body: (Element) throws(MalformedFrame) -> Value
    ) throws(MalformedFrame) -> [Value] {
        guard elements.count <= limit else { throw MalformedFrame(field) }
        var values: [Value] = []
        values.reserveCapacity(elements.count)
        for element in elements { values.append(try body(element)) }
        return values
    }

    static func distinct<Value: Hashable>(
        _ values: [Value], _ field: String
    ) throws(MalformedFrame) {
        guard Set(values).count == values.count else { throw MalformedFrame(field) }
    }
}
