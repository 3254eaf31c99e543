/// A question to the name service or its answer (RFC 1035 §4), as far as a resolver for jobs has to know
/// it: one question of class IN, and of the answers those whose form is known. Everything else of an
/// answer is left out: authorities, additions, and records of types in which an address could hide.
package struct NameMessage: Hashable, Sendable {
    package struct Question: Hashable, Sendable {
        package let name: DomainName
        package let type: UInt16

        package init(name: DomainName, type: UInt16) {
            self.name = name
            self.type = type
        }
    }

    package struct Record: Hashable, Sendable {
        package let name: DomainName
        package let seconds: UInt32
        package let value: Value
    }

    package enum Value: Hashable, Sendable {
        case address(IPAddress)
        /// CNAME, NS or PTR.
        case name(type: UInt16, DomainName)
        case exchange(preference: UInt16, DomainName)
        /// Priority, weight and port, and where.
        case service([UInt8], DomainName)
        /// TXT or CAA: bytes that are no address to any program that looks one up.
        case bytes(type: UInt16, [UInt8])

        package var type: UInt16 {
            switch self {
            case .address(let address): address.family == .v4 ? Kind.a : Kind.aaaa
            case .name(let type, _), .bytes(let type, _): type
            case .exchange: Kind.mx
            case .service: Kind.srv
            }
        }
    }

    /// Types of records.
    package enum Kind {
        package static let a: UInt16 = 1
        package static let ns: UInt16 = 2
        package static let cname: UInt16 = 5
        package static let ptr: UInt16 = 12
        package static let mx: UInt16 = 15
        package static let txt: UInt16 = 16
        package static let aaaa: UInt16 = 28
        package static let srv: UInt16 = 33
        static let opt: UInt16 = 41
        package static let caa: UInt16 = 257

        static let known: Set<UInt16> = [a, ns, cname, ptr, mx, txt, aaaa, srv, caa]
    }

    /// What became of a question.
    package enum Code: UInt16, Hashable, Sendable {
        case done = 0
        case malformed = 1
        case failed = 2
        case noSuchName = 3
        case notServed = 4
        case refused = 5
    }

    package var id: UInt16
    package var isAnswer: Bool
    package var isTruncated: Bool
    package var code: Code
    package var question: Question
    package var answers: [Record]
    /// How large a datagram its sender takes, where it said so (EDNS, RFC 6891).
    package var datagramBytes: UInt16?

    package init(id: UInt16, asking question: Question, datagramBytes: UInt16? = nil) {
        self.id = id
        self.question = question
        self.datagramBytes = datagramBytes
        isAnswer = false
        isTruncated = false
        code = .done
        answers = []
    }

    /// The answer to it that says no more than `code`.
    package func answered(_ code: Code) -> NameMessage {
        var answer = self
        answer.isAnswer = true
        answer.code = code
        answer.answers = []
        return answer
    }
}

// MARK: - Reading

extension NameMessage {
    static let mostAnswers = 256
    private static let headerBytes = 12

    private struct Header {
        let id: UInt16
        let flags: UInt16
        let counts: [Int]

        init(_ reader: inout NameReader) throws(NameReader.Malformed) {
            id = try reader.short()
            flags = try reader.short()
            var counts: [Int] = []
            for _ in 0..<4 { counts.append(Int(try reader.short())) }
            self.counts = counts
        }

        var isAnswer: Bool { flags & 0x8000 != 0 }
        var operation: UInt16 { flags >> 11 & 15 }
    }

    /// What a datagram or a frame says, as somebody who takes questions reads it.
    package enum Query: Hashable, Sendable {
        case question(NameMessage)
        /// To be answered with these bytes.
        case refused([UInt8])
        /// Too short to be answered, or an answer itself: one to it could go round for ever.
        case ignored
    }

    package static func query(_ bytes: [UInt8]) -> Query {
        var reader = NameReader(bytes)
        guard let header = try? Header(&reader), !header.isAnswer else { return .ignored }
        guard header.operation == 0 else { return .refused(refusal(header, .notServed)) }
        guard header.counts[0] == 1, header.counts[1] == 0, header.counts[2] == 0,
            header.counts[3] <= 2
        else { return .refused(refusal(header, .malformed)) }
        do {
            let name = try reader.name()
            let question = Question(name: name, type: try reader.short())
            guard try reader.short() == 1 else { return .refused(refusal(header, .refused)) }
            var message = NameMessage(id: header.id, asking: question)
            for _ in 0..<header.counts[3] { try message.readAddition(&reader) }
            return .question(message)
        } catch {
            return .refused(refusal(header, .malformed))
        }
    }

    private mutating func readAddition(_ reader: inout NameReader) throws(NameReader.Malformed) {
        _ = try reader.name()
        let type = try reader.short()
        let size = try reader.short()
        _ = try reader.long()
        _ = try reader.take(Int(try reader.short()))
        if type == Kind.opt { datagramBytes = size }
    }

    /// A header alone.
    private static func refusal(_ header: Header, _ code: Code) -> [UInt8] {
        let flags = 0x8000 | header.flags & 0x7900 | code.rawValue
        return [header.id, flags, 0, 0, 0, 0].flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] }
    }

    /// An answer of a name server.
    init(answer bytes: [UInt8]) throws(NameReader.Malformed) {
        var reader = NameReader(bytes)
        let header = try Header(&reader)
        guard header.isAnswer, header.operation == 0, header.counts[0] == 1,
            header.counts[1] <= Self.mostAnswers
        else { throw NameReader.Malformed() }
        let name = try reader.name()
        let question = Question(name: name, type: try reader.short())
        guard try reader.short() == 1 else { throw NameReader.Malformed() }
        self.init(id: header.id, asking: question)
        isAnswer = true
        isTruncated = header.flags & 0x200 != 0
        code = Code(rawValue: header.flags & 15) ?? .failed
        // What follows may be cut anywhere.
        guard !isTruncated else { return }
        for _ in 0..<header.counts[1] {
            if let record = try Record(&reader) { answers.append(record) }
        }
    }
}

extension NameMessage.Record {
    /// - Returns: nil for one of a type or class that is left out.
    fileprivate init?(_ reader: inout NameReader) throws(NameReader.Malformed) {
        typealias Kind = NameMessage.Kind
        name = try reader.name()
        let type = try reader.short()
        let kind = try reader.short()
        seconds = try reader.long()
        let length = Int(try reader.short())
        let end = reader.place + length
        guard kind == 1, Kind.known.contains(type) else {
            _ = try reader.take(length)
            return nil
        }
        switch type {
        case Kind.a, Kind.aaaa:
            let bytes = try reader.take(length)
            let bits = bytes.reduce(UInt128(0)) { $0 << 8 | UInt128($1) }
            guard length == (type == Kind.a ? 4 : 16) else { throw NameReader.Malformed() }
            let address =
                type == Kind.a
                ? IPAddress(v4: UInt32(truncatingIfNeeded: bits)) : IPAddress(v6: bits)
            value = .address(address)
        case Kind.mx: value = .exchange(preference: try reader.short(), try reader.name())
        case Kind.srv: value = .service(try reader.take(6), try reader.name())
        case Kind.txt, Kind.caa: value = .bytes(type: type, try reader.take(length))
        default: value = .name(type: type, try reader.name())
        }
        guard reader.place == end else { throw NameReader.Malformed() }
    }
}
