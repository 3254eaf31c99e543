import Domain
import Testing

/// The bytes of what is signed and logged, against vectors that other code derived.
struct CodecTests {
    @Test func `receipts have the bytes of the vectors, both ways`() throws {
        let vectors = try Vectors.entries().receipts
        #expect(vectors.count == 11)
        for vector in vectors {
            let fields = vector.fields
            let receipt = Receipt(
                lease: fields.lease, attempt: fields.attempt, node: fields.node,
                sequence: fields.sequence, seconds: fields.seconds,
                status: try #require(RunStatus(text: fields.status)), level: fields.level,
                cpuMilliseconds: fields.cpuMs, peakMemoryBytes: fields.peakMemoryBytes)
            #expect(receipt.bytes == Vectors.bytes(vector.bytes))
            #expect(try Receipt(bytes: receipt.bytes) == receipt)
        }
    }

    @Test func `usage records have the bytes of the vectors, both ways`() throws {
        let vectors = try Vectors.entries()
        #expect(vectors.usageRecords.count == 3)
        for vector in vectors.usageRecords {
            let bytes = Vectors.bytes(vector.bytes)
            let record = try UsageRecord(bytes: bytes)
            let fields = vector.fields
            #expect(record.kind == fields.kind && record.lease == fields.lease)
            #expect(record.attempt == fields.attempt && record.provider == fields.provider)
            #expect(record.node == fields.node && record.deviceModel == fields.deviceModel)
            #expect(record.seconds == fields.seconds && record.rate == fields.microPerHour)
            #expect(record.charge == fields.chargeMicro)
            #expect(record.receipt.bytes == Vectors.bytes(vectors.receipts[1].bytes))
            #expect(record.receipt.signature == Vectors.bytes(vectors.receipts[1].signature))
            #expect(record.bytes == bytes)
        }
    }

    @Test func `records of a promise have the bytes of the vectors, both ways`() throws {
        let vectors = try Vectors.entries().promisedUsageRecords
        #expect(vectors.count == 4)
        for vector in vectors {
            let bytes = Vectors.bytes(vector.bytes)
            let record = try UsageRecord(bytes: bytes)
            let promise = try #require(record.promise)
            #expect(record.kind == vector.fields.kind && record.charge == vector.fields.chargeMicro)
            #expect(promise.level.availability == vector.promise.availabilityBps)
            #expect(promise.level.credit == vector.promise.creditBps)
            #expect(promise.commission == vector.promise.commissionBps)
            #expect(promise.elapsed == vector.promise.elapsed)
            #expect(promise.credit == vector.promise.creditMicro)
            #expect(record.bytes == bytes)
            for length in bytes.indices {
                #expect(throws: MalformedEntry.self) {
                    try UsageRecord(bytes: Array(bytes[..<length]))
                }
            }
        }
    }

    /// Availability, share, commission, elapsed and credit.
    @Test(
        arguments: [
            (.final, 0, 2_500, 0, 10, 0), (.final, 9_950, 0, 0, 10, 0),
            (.final, 10_001, 2_500, 0, 10, 0), (.final, 9_950, 2_500, 10_001, 10, 0),
            (.final, 9_950, 2_500, 0, 0, 0), (.final, 9_950, 2_500, 0, 10, -1),
            (.final, 9_950, 2_500, 0, 10, 2), (.period, 9_950, 2_500, 0, 1, 0),
            (.period, 9_950, 2_500, 0, 0, 1),
        ] as [(UsageRecord.Kind, Int64, Int64, Int64, Int64, Int64)])
    func `a record of a promise that nobody can make is refused`(
        kind: UsageRecord.Kind, availability: Int64, share: Int64, commission: Int64,
        elapsed: Int64, credit: Int64
    ) throws {
        let good = try UsageRecord(
            bytes: Vectors.bytes(try Vectors.entries().usageRecords[0].bytes))
        var writer = EntryWriter(type: .promisedUsage)
        for text in [
            kind.rawValue, good.lease.text, "1", good.provider.text, good.node.text, "cpu",
        ] {
            writer.append(text)
        }
        for number: Int64 in [1, good.rate.microPerHour, 1] { writer.append(number) }
        for field in [
            good.renterHash, good.jobHash, good.receipt.bytes, good.receipt.signature,
        ] { writer.append(field) }
        for number in [availability, share, commission, elapsed, credit] { writer.append(number) }
        let bytes = writer.bytes
        #expect(throws: MalformedEntry.self) { try UsageRecord(bytes: bytes) }
    }

    @Test func `a node key has the bytes of the vector, both ways`() throws {
        let vectors = try Vectors.entries()
        let vector = vectors.nodeKey
        let record = NodeKeyRecord(
            node: vector.node, provider: vector.provider, key: Vectors.bytes(vectors.publicKey))
        #expect(record.bytes == Vectors.bytes(vector.bytes))
        #expect(try NodeKeyRecord(bytes: record.bytes) == record)
    }

    @Test func `malformed receipts are refused`() throws {
        let vectors = try Vectors.entries().malformedReceipts
        #expect(vectors.count >= 25)
        for vector in vectors {
            let bytes = Vectors.bytes(vector.bytes)
            #expect(throws: MalformedEntry.self, "\(vector)") { try Receipt(bytes: bytes) }
        }
    }

    @Test func `every truncation and every longer form is refused`() throws {
        let vectors = try Vectors.entries()
        let receipt = Vectors.bytes(vectors.receipts[0].bytes)
        let record = Vectors.bytes(vectors.usageRecords[0].bytes)
        let key = Vectors.bytes(vectors.nodeKey.bytes)
        for length in receipt.indices {
            let cut = Array(receipt[..<length])
            #expect(throws: MalformedEntry.truncated) { try Receipt(bytes: cut) }
        }
        for length in record.indices {
            let cut = Array(record[..<length])
            #expect(throws: MalformedEntry.truncated) { try UsageRecord(bytes: cut) }
        }
        for length in key.indices {
            let cut = Array(key[..<length])
            #expect(throws: MalformedEntry.truncated) { try NodeKeyRecord(bytes: cut) }
        }
        for tail: [UInt8] in [[0], [0, 0], [0, 1, 65]] {
            #expect(throws: MalformedEntry.trailingBytes) { try Receipt(bytes: receipt + tail) }
            #expect(throws: MalformedEntry.trailingBytes) { try UsageRecord(bytes: record + tail) }
            #expect(throws: MalformedEntry.trailingBytes) { try NodeKeyRecord(bytes: key + tail) }
        }
    }

    @Test func `an entry of one type is not read as another`() throws {
        let vectors = try Vectors.entries()
        let receipt = Vectors.bytes(vectors.receipts[0].bytes)
        let key = Vectors.bytes(vectors.nodeKey.bytes)
        #expect(throws: MalformedEntry.wrongType) { try UsageRecord(bytes: receipt) }
        #expect(throws: MalformedEntry.wrongType) { try NodeKeyRecord(bytes: receipt) }
        #expect(throws: MalformedEntry.wrongType) { try Receipt(bytes: key) }
    }

    @Test func `a record with short hashes or numbers out of range is refused`() throws {
        let good = try UsageRecord(
            bytes: Vectors.bytes(try Vectors.entries().usageRecords[0].bytes))
        func record(attempt: Int64 = 1, seconds: Int64 = 1, micro: Int64 = 1, hash: Int = 32) throws
            -> UsageRecord
        {
            UsageRecord(
                kind: .final, lease: good.lease, attempt: attempt, provider: good.provider,
                node: good.node, deviceModel: "cpu", seconds: seconds, rate: good.rate,
                charge: try Money(micro: micro), renterHash: [UInt8](repeating: 0, count: hash),
                jobHash: good.jobHash, receipt: good.receipt)
        }
        _ = try UsageRecord(bytes: try record().bytes)
        for wrong in [
            try record(attempt: 0), try record(seconds: -1), try record(micro: -1),
            try record(hash: 31), try record(hash: 0),
        ] {
            #expect(throws: MalformedEntry.badField("range")) {
                try UsageRecord(bytes: wrong.bytes)
            }
        }
    }

    @Test(arguments: [
        EndReason.exited(code: 0), .exited(code: 255), .outOfMemory, .overran, .budgetExhausted,
        .stopped, .startFailed(code: "x"), .nodeLost, .killed, .deviceLost(code: "gone"),
        .yielded(code: "paused"),
    ])
    func `every end reason comes back from its text`(reason: EndReason) {
        #expect(EndReason(text: reason.text) == reason)
        #expect(RunStatus(text: RunStatus.ended(reason).text) == .ended(reason))
    }
}
