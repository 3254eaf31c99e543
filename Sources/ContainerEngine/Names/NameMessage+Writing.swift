extension NameMessage {
    /// Datagrams without a word about their size (RFC 1035 §4.2.1), and the most that we send and take:
    /// what goes through any network in one piece.
    static let plainDatagramBytes = 512
    static let mostDatagramBytes = 1_232
    static let mostFrameBytes = 65_535

    /// How large a datagram the one who asked this takes.
    var answerBytes: Int {
        min(max(Int(datagramBytes ?? 0), Self.plainDatagramBytes), Self.mostDatagramBytes)
    }

    /// Its bytes; an answer that has more than `limit` is cut to the question, and says so.
    func bytes(limit: Int) -> [UInt8] {
        var writer = NameWriter()
        writer.write(header)
        writer.write(question.name)
        writer.write([question.type, 1])
        for answer in answers { writer.write(answer) }
        if datagramBytes != nil { writer.writeSize(UInt16(Self.mostDatagramBytes)) }
        guard writer.bytes.count > limit, !answers.isEmpty else { return writer.bytes }
        var cut = self
        cut.answers = []
        cut.isTruncated = true
        return cut.bytes(limit: limit)
    }

    private var header: [UInt16] {
        // A resolver that asks others for whoever wants it: both of the recursion's bits.
        var flags: UInt16 = isAnswer ? 0x8180 | code.rawValue : 0x0100
        if isTruncated { flags |= 0x200 }
        return [id, flags, 1, UInt16(answers.count), 0, datagramBytes == nil ? 0 : 1]
    }
}

/// Writes a message; a name whose end was written before refers to it (RFC 1035 §4.1.4).
private struct NameWriter {
    private(set) var bytes: [UInt8] = []
    private var places: [DomainName: Int] = [:]

    mutating func write(_ numbers: [UInt16]) {
        for number in numbers { bytes += [UInt8(number >> 8), UInt8(number & 255)] }
    }

    mutating func write(_ name: DomainName) {
        var rest = name.wire[...]
        while let length = rest.first, length > 0 {
            let end = DomainName(wire: Array(rest))
            if let place = places[end] {
                write([0xc000 | UInt16(place)])
                return
            }
            if bytes.count < 0x4000 { places[end] = bytes.count }
            bytes += rest.prefix(Int(length) + 1)
            rest = rest.dropFirst(Int(length) + 1)
        }
        bytes.append(0)
    }

    mutating func write(_ record: NameMessage.Record) {
        write(record.name)
        write([record.value.type, 1, UInt16(record.seconds >> 16), UInt16(record.seconds & 0xffff)])
        let start = bytes.count
        write([0])
        switch record.value {
        case .address(let address):
            let width = address.family.width
            for shift in stride(from: width - 8, through: 0, by: -8) {
                bytes.append(UInt8(truncatingIfNeeded: address.bits >> UInt128(shift)))
            }
        case .name(_, let name): write(name)
        case .exchange(let preference, let name):
            write([preference])
            write(name)
        case .service(let numbers, let name):
            // Whole, as RFC 2782 wants it.
            bytes += numbers + name.wire
        case .bytes(_, let text): bytes += text
        }
        let length = bytes.count - start - 2
        bytes[start] = UInt8(length >> 8)
        bytes[start + 1] = UInt8(length & 255)
    }

    mutating func writeSize(_ size: UInt16) {
        bytes.append(0)
        write([NameMessage.Kind.opt, size, 0, 0, 0])
    }
}
