/// Why a device could not be shown to be clean; stable codes.
package enum ScrubFault: String, Hashable, Sendable, Codable, CaseIterable {
    /// A process holds a context on it, or it cannot be told that none does.
    case contextsLeft = "contexts_left"
    /// What was read back is not what was written.
    case memoryDirty = "memory_dirty"
    /// Too little of its memory could be had to be overwritten, or too little was looked at.
    case memoryShort = "memory_short"
    /// The driver refused a call, or the process that made it died.
    case cudaFailed = "cuda_failed"
    /// The machine has no library of CUDA's driver.
    case noCUDA = "no_cuda"
    /// No answer came in time.
    case timeout
}

/// How a device was looked at.
package enum ScrubMethod: String, Hashable, Sendable, Codable, CaseIterable {
    /// No process was left on it, and its memory was overwritten and read back.
    case memory
    /// Its memory was overwritten and read back; the driver does not tell the processes of this
    /// device apart: a MIG instance.
    case memoryOnly = "memory_only"
    /// No process was left on it. It has no memory: a double on a machine without a driver.
    case contextsOnly = "contexts_only"
}

/// What a scrub did and saw.
package struct ScrubEvidence: Hashable, Sendable, Codable {
    /// Fewer words are not looked at, unless there are no more.
    package static let fewestWords: Int64 = 1_000_000

    package var method: ScrubMethod
    /// Of the device, as CUDA says it.
    package var totalBytes: Int64
    /// Allocated, overwritten, given back, allocated again and overwritten again.
    package var overwrittenBytes: Int64
    /// Read back at random places afterwards.
    package var wordsSampled: Int64
    /// Found to be other than written: by the samples, or by the device, which counts all of them.
    package var wordsWrong: Int64
    /// Processes that held a context at first, and when all was done.
    package var contextsSeen: Int64
    package var contextsLeft: Int64
    package var milliseconds: Int64
    /// Of the random places and of the pattern.
    package var seed: Int64

    package init(
        method: ScrubMethod, totalBytes: Int64 = 0, overwrittenBytes: Int64 = 0,
        wordsSampled: Int64 = 0, wordsWrong: Int64 = 0, contextsSeen: Int64 = 0,
        contextsLeft: Int64 = 0, milliseconds: Int64 = 0, seed: Int64 = 0
    ) {
        self.method = method
        self.totalBytes = totalBytes
        self.overwrittenBytes = overwrittenBytes
        self.wordsSampled = wordsSampled
        self.wordsWrong = wordsWrong
        self.contextsSeen = contextsSeen
        self.contextsLeft = contextsLeft
        self.milliseconds = milliseconds
        self.seed = seed
    }

    /// What of a device's memory need not be had: a context and the driver take some themselves,
    /// about as much on every device. A twentieth, or 512 MiB of a small device, and there never
    /// more than an eighth.
    package static func slackBytes(of total: Int64) -> Int64 {
        max(total / 20, min(512 << 20, total / 8))
    }

    /// Why this does not show that the device is clean; nil when it does.
    package var fault: ScrubFault? {
        if contextsLeft > 0 { return .contextsLeft }
        guard method != .contextsOnly else { return nil }
        if wordsWrong > 0 { return .memoryDirty }
        let isShort = overwrittenBytes < totalBytes - Self.slackBytes(of: totalBytes)
        let isUnseen = wordsSampled < min(Self.fewestWords, overwrittenBytes / 4)
        return isShort || isUnseen || totalBytes <= 0 ? .memoryShort : nil
    }
}

/// How fast a device was found to be.
package enum MeasuredSpeed: Hashable, Sendable, Codable {
    /// What was known before is still known.
    case notMeasured
    /// It has not done its sums, or not all of them: nothing is known of it any more.
    case wrong
    /// As `DevicePower.gigaflops` has it.
    case gigaflops(Int64)
}

/// How a scrub ended: what was seen, and what went wrong beside it.
package struct ScrubResult: Hashable, Sendable, Codable {
    package let evidence: ScrubEvidence
    package let failure: ScrubFault?
    /// Looked at on the way; no part of what is signed.
    package let speed: MeasuredSpeed

    package init(
        evidence: ScrubEvidence, failure: ScrubFault? = nil, speed: MeasuredSpeed = .notMeasured
    ) {
        self.evidence = evidence
        self.failure = failure
        self.speed = speed
    }

    /// Nil when the device is clean.
    package var fault: ScrubFault? { failure ?? evidence.fault }
}

/// A node's signed word on one scrub of one of its devices.
package struct ScrubReceipt: Hashable, Sendable, Codable {
    package let node: NodeID
    package let device: DeviceID
    /// From 1, growing with each scrub of the device that was begun; some may never have ended.
    package let scrub: Int64
    /// The last lease that was started on it before; nil where the node knows of none.
    package let lease: LeaseID?
    /// Nil: the device is clean.
    package let fault: ScrubFault?
    package let evidence: ScrubEvidence

    package init(
        node: NodeID, device: DeviceID, scrub: Int64, lease: LeaseID?, result: ScrubResult
    ) {
        self.node = node
        self.device = device
        self.scrub = scrub
        self.lease = lease
        fault = result.fault
        evidence = result.evidence
    }

    /// Whether it says so, and what it shows bears it out.
    package var isClean: Bool { fault == nil && evidence.fault == nil }

    /// The bytes that the node signs.
    package var bytes: [UInt8] {
        var writer = EntryWriter(type: .scrub)
        writer.append(node.text)
        writer.append(device.text)
        writer.append(scrub)
        writer.append(lease?.text ?? "")
        writer.append(fault?.rawValue ?? Self.clean)
        writer.append(evidence.method.rawValue)
        for number in numbers { writer.append(number) }
        return writer.bytes
    }

    private static let clean = "clean"

    private var numbers: [Int64] {
        [
            evidence.totalBytes, evidence.overwrittenBytes, evidence.wordsSampled,
            evidence.wordsWrong, evidence.contextsSeen, evidence.contextsLeft,
            evidence.milliseconds, evidence.seed,
        ]
    }

    /// - Throws: `MalformedEntry` unless `bytes` is exactly what `bytes` of a receipt gives.
    package init(bytes: [UInt8]) throws(MalformedEntry) {
        var reader = try EntryReader(bytes, type: .scrub)
        node = try reader.id("node")
        guard let device = DeviceID(try reader.text("device")) else { throw .badField("device") }
        self.device = device
        scrub = try reader.number("scrub")
        lease = try Self.lease(try reader.text("lease"))
        fault = try Self.fault(try reader.text("outcome"))
        guard let method = ScrubMethod(rawValue: try reader.text("method")) else {
            throw .badField("method")
        }
        evidence = ScrubEvidence(
            method: method, totalBytes: try reader.number("total_bytes"),
            overwrittenBytes: try reader.number("overwritten_bytes"),
            wordsSampled: try reader.number("words_sampled"),
            wordsWrong: try reader.number("words_wrong"),
            contextsSeen: try reader.number("contexts_seen"),
            contextsLeft: try reader.number("contexts_left"),
            milliseconds: try reader.number("ms"), seed: try reader.number("seed"))
        try reader.finish()
        guard scrub >= 1, numbers.allSatisfy({ $0 >= 0 }) else { throw .badField("range") }
    }

    private static func lease(_ text: String) throws(MalformedEntry) -> LeaseID? {
        if text.isEmpty { return nil }
        guard let lease = LeaseID(text) else { throw .badField("lease") }
        return lease
    }

    private static func fault(_ text: String) throws(MalformedEntry) -> ScrubFault? {
        if text == clean { return nil }
        guard let fault = ScrubFault(rawValue: text) else { throw .badField("outcome") }
        return fault
    }
}
