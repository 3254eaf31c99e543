/// Reads a message of the name service, byte by byte and never beyond its end. Whatever the bytes are,
/// it gives a value or throws, in time that grows with their number alone.
struct NameReader {
    /// The bytes are no such message.
    struct Malformed: Error, Hashable {}

    private let bytes: [UInt8]
    private(set) var place = 0

    init(_ bytes: [UInt8], at place: Int = 0) {
        self.bytes = bytes
        self.place = place
    }

    var isAtEnd: Bool { place == bytes.count }

    mutating func byte() throws(Malformed) -> UInt8 {
        guard place < bytes.count else { throw Malformed() }
        defer { place += 1 }
        return bytes[place]
    }

    mutating func short() throws(Malformed) -> UInt16 {
        UInt16(try byte()) << 8 | UInt16(try byte())
    }

    mutating func long() throws(Malformed) -> UInt32 {
        UInt32(try short()) << 16 | UInt32(try short())
    }

    mutating func take(_ count: Int) throws(Malformed) -> [UInt8] {
        guard count >= 0, count <= bytes.count - place else { throw Malformed() }
        defer { place += count }
        return Array(bytes[place..<place + count])
    }

    /// A name, whose end may stand earlier in the message (RFC 1035 §4.1.4). Each step back leads before
    /// all that was read of it, so that none leads in a circle.
    mutating func name() throws(Malformed) -> DomainName {
        var wire: [UInt8] = []
        var at = place
        var earliest = place
        var end: Int?
        while true {
            guard at < bytes.count else { throw Malformed() }
            let length = Int(bytes[at])
            switch length {
            case 0:
                place = end ?? at + 1
                return DomainName(wire: wire + [0])
            case 1...63:
                guard at + length < bytes.count,
                    wire.count + length + 2 <= DomainName.mostBytes
                else { throw Malformed() }
                wire += bytes[at...(at + length)]
                at += length + 1
            case 192...:
                guard at + 1 < bytes.count else { throw Malformed() }
                let target = (length & 63) << 8 | Int(bytes[at + 1])
                guard target < earliest else { throw Malformed() }
                end = end ?? at + 2
                earliest = target
                at = target
            default: throw Malformed()
            }
        }
    }
}
