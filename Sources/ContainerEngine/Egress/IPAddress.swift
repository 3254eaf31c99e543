import Glibc

/// An IPv4 or IPv6 address.
package struct IPAddress: Hashable, Sendable, Comparable, CustomStringConvertible {
    package enum Family: Hashable, Sendable, CaseIterable {
        case v4, v6

        /// How many bits an address has.
        var width: Int { self == .v4 ? 32 : 128 }
        var mask: UInt128 { self == .v4 ? UInt128(UInt32.max) : .max }
    }

    package let family: Family
    /// The number that the address is; of IPv4 in the low 32 bits.
    package let bits: UInt128

    package init(v4 bits: UInt32) {
        family = .v4
        self.bits = UInt128(bits)
    }

    package init(v6 bits: UInt128) {
        family = .v6
        self.bits = bits
    }

    /// An address in its plain form: dotted decimal, or RFC 4291 §2.2 without a zone.
    package init?(_ text: String) {
        var four = in_addr()
        var six = in6_addr()
        if inet_pton(AF_INET, text, &four) == 1 {
            self.init(v4: UInt32(bigEndian: four.s_addr))
        } else if inet_pton(AF_INET6, text, &six) == 1 {
            let bytes = withUnsafeBytes(of: &six) { Array($0) }
            self.init(v6: bytes.reduce(0) { $0 << 8 | UInt128($1) })
        } else {
            return nil
        }
    }

    package static func < (left: IPAddress, right: IPAddress) -> Bool {
        (left.family.width, left.bits) < (right.family.width, right.bits)
    }

    package var description: String {
        switch family {
        case .v4:
            stride(from: 24, through: 0, by: -8).map { "\(bits >> UInt128($0) & 255)" }
                .joined(separator: ".")
        case .v6: sixText
        }
    }

    /// As RFC 5952 §4 shortens it, and never with dots.
    private var sixText: String {
        let groups = stride(from: 112, through: 0, by: -16).map {
            UInt16(bits >> UInt128($0) & 0xffff)
        }
        var longest = 0..<0
        var start = 0
        while start < 8 {
            let end = groups[start...].firstIndex { $0 != 0 } ?? 8
            if end - start > max(longest.count, 1) { longest = start..<end }
            start = max(end, start) + 1
        }
        let words = groups.map { String($0, radix: 16) }
        guard !longest.isEmpty else { return words.joined(separator: ":") }
        return words[..<longest.lowerBound].joined(separator: ":") + "::"
            + words[longest.upperBound...].joined(separator: ":")
    }
}

/// All addresses that share their first `length` bits.
package struct IPPrefix: Hashable, Sendable, Comparable, CustomStringConvertible {
    package let first: IPAddress
    package let length: Int

    /// - Returns: nil when `length` is none of the family's, or bits beyond it are set: an owner who
    ///   writes `10.0.0.1/8` may mean something else.
    package init?(_ first: IPAddress, length: Int) {
        guard (0...first.family.width).contains(length) else { return nil }
        self.first = first
        self.length = length
        guard first.bits & hostBits == 0 else { return nil }
    }

    /// `192.0.2.0/24`, `2001:db8::/32`, or one address.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count <= 2, let first = IPAddress(String(parts[0])) else { return nil }
        guard parts.count == 2 else {
            self.init(first, length: first.family.width)
            return
        }
        guard (1...3).contains(parts[1].utf8.count),
            parts[1].utf8.allSatisfy({ (48...57).contains($0) }), let length = Int(parts[1])
        else { return nil }
        self.init(first, length: length)
    }

    private var hostBits: UInt128 {
        let free = first.family.width - length
        return free == 128 ? .max : (1 << UInt128(free)) - 1
    }

    var range: ClosedRange<UInt128> { first.bits...(first.bits | hostBits) }

    package func contains(_ address: IPAddress) -> Bool {
        address.family == first.family && address.bits & ~hostBits == first.bits
    }

    func covers(_ other: IPPrefix) -> Bool { length <= other.length && contains(other.first) }

    package static func < (left: IPPrefix, right: IPPrefix) -> Bool {
        (left.first, left.length) < (right.first, right.length)
    }

    package var description: String {
        length == first.family.width ? "\(first)" : "\(first)/\(length)"
    }
}
