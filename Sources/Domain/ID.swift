/// Names the kind of thing an identifier points to.
package protocol IDTag: Sendable {
    static var prefix: String { get }
}

/// An identifier `<prefix>_<body>`; the body is 1…64 characters of `0-9 A-Z a-z -`.
package struct ID<Tag: IDTag>: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let text: String

    /// - Returns: nil when `text` has another prefix or a character outside the alphabet.
    package init?(_ text: String) {
        let head = Tag.prefix + "_"
        guard text.hasPrefix(head) else { return nil }
        let body = text.utf8.dropFirst(head.utf8.count)
        guard (1...64).contains(body.count), body.allSatisfy(Self.isAllowed) else { return nil }
        self.text = text
    }

    /// An identifier from 16 random bytes (or any seed bytes), in Crockford base 32.
    package init(bytes: [UInt8]) {
        let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ")
        var body = ""
        var buffer: UInt32 = 0
        var bits = 0
        for byte in bytes {
            buffer = (buffer << 8) | UInt32(byte)
            bits += 8
            while bits >= 5 {
                body.append(alphabet[Int((buffer >> UInt32(bits - 5)) & 31)])
                bits -= 5
            }
            buffer &= (1 << UInt32(bits)) - 1
        }
        if bits > 0 { body.append(alphabet[Int((buffer << UInt32(5 - bits)) & 31)]) }
        text = Tag.prefix + "_" + (body.isEmpty ? "0" : body)
    }

    package var description: String { text }

    package static func < (left: ID, right: ID) -> Bool { left.text < right.text }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}

extension ID: Codable {
    package init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let id = ID(text) else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "not a \(Tag.prefix)_ id"))
        }
        self = id
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}

package enum AccountTag: IDTag { package static let prefix = "acc" }
package enum JobTag: IDTag { package static let prefix = "job" }
package enum LeaseTag: IDTag { package static let prefix = "lse" }
package enum NodeTag: IDTag { package static let prefix = "nod" }
package enum DeviceTag: IDTag { package static let prefix = "dev" }

package typealias AccountID = ID<AccountTag>
package typealias JobID = ID<JobTag>
package typealias LeaseID = ID<LeaseTag>
package typealias NodeID = ID<NodeTag>

/// One element of a job's array, counted from 1: `job_…/7`.
package struct TaskID: Hashable, Comparable, Sendable, Codable, CustomStringConvertible {
    package let job: JobID
    package let index: Int

    package init(job: JobID, index: Int) {
        self.job = job
        self.index = index
    }

    package var description: String { "\(job.text)/\(index)" }

    package static func < (left: TaskID, right: TaskID) -> Bool {
        (left.job, left.index) < (right.job, right.index)
    }
}

/// The vendor's UUID of a GPU or a MIG instance, 1…96 visible ASCII characters.
package struct DeviceID: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let text: String

    package init?(_ text: String) {
        guard (1...96).contains(text.utf8.count), text.utf8.allSatisfy({ (33...126).contains($0) })
        else { return nil }
        self.text = text
    }

    package var description: String { text }
    package static func < (left: DeviceID, right: DeviceID) -> Bool { left.text < right.text }
}

extension DeviceID: Codable {
    package init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let id = DeviceID(text) else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "not a device id"))
        }
        self = id
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}
