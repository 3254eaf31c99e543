/// The fields of a log, taken in order as what they have to be. Logs come from endpoints, which may say
/// anything: what does not fit is refused.
struct LogFields {
    private var rest: ArraySlice<ABIValue>

    init(_ values: [ABIValue]) { rest = values[...] }

    mutating func address() throws(ABIRefusal) -> Address {
        guard case .address(let address)? = rest.popFirst() else { throw .form }
        return address
    }

    mutating func uint() throws(ABIRefusal) -> UInt256 {
        guard case .uint(let number)? = rest.popFirst() else { throw .form }
        return number
    }

    /// - Throws: also for a number that no log of a contract of ours can hold.
    mutating func uint64() throws(ABIRefusal) -> UInt64 {
        guard let number = try uint().asUInt64 else { throw .range(wanted: .uint256) }
        return number
    }

    mutating func hash() throws(ABIRefusal) -> Hash256 {
        guard case .fixedBytes(let bytes)? = rest.popFirst(), let hash = Hash256(bytes: bytes)
        else { throw .form }
        return hash
    }

    mutating func text() throws(ABIRefusal) -> String {
        guard case .string(let text)? = rest.popFirst() else { throw .form }
        return text
    }
}

extension ABIEvent {
    /// The fields of a log that `contract` wrote, in the one form in which contracts write them: bytes that
    /// no field uses are refused too.
    func fields(of log: Log, by contract: Address) throws(ABIRefusal) -> LogFields {
        guard log.address == contract else { throw .form }
        let values = try values(topics: log.topics, data: log.data)
        let data = zip(fields, values).filter { $0.0.place == .data }
        guard try ABIEncoding.encode(data.map(\.1), as: data.map(\.0.type)) == log.data else {
            throw .notCanonical
        }
        return LogFields(values)
    }
}

extension ABIEvent.Field {
    static func topic(_ type: ABIType) -> ABIEvent.Field { ABIEvent.Field(type, in: .topic) }
    static func data(_ type: ABIType) -> ABIEvent.Field { ABIEvent.Field(type, in: .data) }
}
