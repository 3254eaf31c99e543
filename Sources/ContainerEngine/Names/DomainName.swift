/// A domain name in the form in which it travels (RFC 1035 §3.1): labels of 1 to 63 bytes, each after
/// its length, and a zero; at most 255 bytes. Two that differ in the case of ASCII letters are one name.
package struct DomainName: Sendable, CustomStringConvertible {
    static let mostBytes = 255

    /// As it was written.
    let wire: [UInt8]
    /// In lower case: lengths are no letters.
    private let folded: [UInt8]

    /// - Precondition: `wire` is one; `NameReader` and `init?(_:)` see to it.
    init(wire: [UInt8]) {
        self.wire = wire
        folded = wire.map { (65...90).contains($0) ? $0 | 32 : $0 }
    }

    /// `www.example.com`, with or without a dot at its end.
    package init?(_ text: String) {
        var wire: [UInt8] = []
        let plain = text.hasSuffix(".") ? text.dropLast() : text[...]
        for label in plain.utf8.split(
            separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        {
            guard (1...63).contains(label.count) else { return nil }
            wire.append(UInt8(label.count))
            wire.append(contentsOf: label)
        }
        wire.append(0)
        guard wire.count <= Self.mostBytes else { return nil }
        self.init(wire: wire)
    }

    /// In lower case, first to last.
    var labels: [ArraySlice<UInt8>] {
        var labels: [ArraySlice<UInt8>] = []
        var place = 0
        while place < folded.count, folded[place] > 0 {
            let end = place + 1 + Int(folded[place])
            labels.append(folded[(place + 1)..<end])
            place = end
        }
        return labels
    }

    /// Bytes that are no visible ASCII become `\ddd` (RFC 1035 §5.1).
    package var description: String {
        labels.map { label in
            label.reduce(into: "") { text, byte in
                if (33...126).contains(byte), byte != UInt8(ascii: "."),
                    byte != UInt8(ascii: "\\")
                {
                    text.unicodeScalars.append(Unicode.Scalar(byte))
                } else {
                    text += "\\" + String(String(1_000 + Int(byte)).dropFirst())
                }
            }
        }.joined(separator: ".")
    }

    /// The address that a reverse name stands for (RFC 1035 §3.5, RFC 3596 §2.5); nil for any other.
    var reversed: IPAddress? {
        let labels = labels.map { String(decoding: $0, as: UTF8.self) }
        guard labels.last == "arpa", labels.count > 2 else { return nil }
        let parts = labels.dropLast(2).reversed()
        switch labels[labels.count - 2] {
        case "in-addr":
            return parts.count == 4 ? IPAddress(parts.joined(separator: ".")) : nil
        case "ip6":
            guard parts.count == 32, parts.allSatisfy({ $0.utf8.count == 1 }),
                let bits = UInt128(parts.joined(), radix: 16)
            else { return nil }
            return IPAddress(v6: bits)
        default: return nil
        }
    }

    /// Whether it lies in one of the two trees of reverse names.
    var isReverse: Bool {
        let end = labels.suffix(2).map { String(decoding: $0, as: UTF8.self) }
        return end == ["in-addr", "arpa"] || end == ["ip6", "arpa"]
    }
}

extension DomainName: Hashable {
    package static func == (left: DomainName, right: DomainName) -> Bool {
        left.folded == right.folded
    }

    package func hash(into hasher: inout Hasher) { hasher.combine(folded) }
}
