import Domain
import Testing

/// The bytes of a scrub's receipt, against vectors that other code derived.
struct ScrubReceiptTests {
    @Test func `scrub receipts have the bytes of the vectors, both ways`() throws {
        let vectors = try Vectors.entries().scrubs
        #expect(vectors.count == 8)
        for vector in vectors {
            let fields = vector.fields
            let evidence = ScrubEvidence(
                method: fields.method, totalBytes: fields.totalBytes,
                overwrittenBytes: fields.overwrittenBytes, wordsSampled: fields.wordsSampled,
                wordsWrong: fields.wordsWrong, contextsSeen: fields.contextsSeen,
                contextsLeft: fields.contextsLeft, milliseconds: fields.ms, seed: fields.seed)
            let receipt = ScrubReceipt(
                node: fields.node, device: fields.device, scrub: fields.scrub,
                lease: LeaseID(fields.lease),
                result: ScrubResult(
                    evidence: evidence, failure: ScrubFault(rawValue: fields.outcome)))
            #expect(receipt.bytes == Vectors.bytes(vector.bytes))
            #expect(try ScrubReceipt(bytes: receipt.bytes) == receipt)
            #expect(receipt.isClean == (fields.outcome == "clean"))
        }
    }

    @Test func `malformed scrub receipts are refused`() throws {
        let vectors = try Vectors.entries()
        #expect(vectors.malformedScrubs.count == 21)
        for vector in vectors.malformedScrubs {
            let bytes = Vectors.bytes(vector.bytes)
            #expect(throws: MalformedEntry.self, "\(vector)") { try ScrubReceipt(bytes: bytes) }
        }
        let good = Vectors.bytes(vectors.scrubs[0].bytes)
        for length in good.indices {
            let cut = Array(good[..<length])
            #expect(throws: MalformedEntry.truncated) { try ScrubReceipt(bytes: cut) }
        }
        #expect(throws: MalformedEntry.wrongType) { try Receipt(bytes: good) }
    }

    @Test func `one that says clean and cannot show it is not clean`() throws {
        let good = try ScrubReceipt(bytes: Vectors.bytes(try Vectors.entries().scrubs[0].bytes))
        var writer = EntryWriter(type: .scrub)
        for text in [good.node.text, good.device.text, "1", "", "clean", "memory"] {
            writer.append(text)
        }
        for number: Int64 in [1 << 33, 1 << 32, 1 << 20, 0, 0, 0, 1, 1] { writer.append(number) }
        let lying = try ScrubReceipt(bytes: writer.bytes)
        #expect(lying.fault == nil && !lying.isClean)
    }
}
