/// How strongly a receipt's work was proven. v1 reaches L0 only.
package enum EvidenceLevel: String, Hashable, Sendable, Codable {
    case live = "L0"
    case challenged = "L1"
    case replicated = "L2"
    case reexecuted = "L3"
    case attested = "L4"
}

/// Why a lease ended.
package enum EndReason: Hashable, Sendable {
    /// The program ended by itself.
    case exited(code: Int)
    /// The kernel killed it for memory.
    case outOfMemory
    /// `limits.max_duration` was reached.
    case overran
    /// The escrow was used up.
    case budgetExhausted
    /// The renter asked for it.
    case stopped
    /// The container could not be started; the text is one of our stable codes.
    case startFailed(code: String)
    /// The code of a start that waited for its price to be locked, in vain.
    package static let notLocked = "not_locked"
    /// The node did not answer within the fence, or did not start in time.
    case nodeLost
    /// Killed by something that is neither the renter, the kernel's memory limit nor us.
    case killed
    /// A device of the lease failed under it; the text is one of our stable codes: `gone`, `silent`,
    /// `xid_79`.
    case deviceLost(code: String)
    /// The machine's owner wanted it, and the grace is over or the program left when it was asked
    /// to; the text is one of our stable codes: `schedule`, `owner_gpu`, `owner_desktop`, `paused`,
    /// `drained`.
    case yielded(code: String)

    /// Stable text: `exit:0`, `oom`, `limit`, `budget`, `stopped`, `start_failed:…`, `lost`, `killed`,
    /// `device:…`, `yielded:…`.
    package var text: String {
        switch self {
        case .exited(let code): "exit:\(code)"
        case .outOfMemory: "oom"
        case .overran: "limit"
        case .budgetExhausted: "budget"
        case .stopped: "stopped"
        case .startFailed(let code): "start_failed:\(code)"
        case .nodeLost: "lost"
        case .killed: "killed"
        case .deviceLost(let code): "device:\(code)"
        case .yielded(let code): "yielded:\(code)"
        }
    }

    package init?(text: String) {
        switch text {
        case "oom": self = .outOfMemory
        case "limit": self = .overran
        case "budget": self = .budgetExhausted
        case "stopped": self = .stopped
        case "lost": self = .nodeLost
        case "killed": self = .killed
        default:
            if text.hasPrefix("exit:") {
                guard let code = Int(text.dropFirst(5)), (0...255).contains(code),
                    "exit:\(code)" == text
                else { return nil }
                self = .exited(code: code)
            } else if let code = Self.code(in: text, after: "start_failed:") {
                self = .startFailed(code: code)
            } else if let code = Self.code(in: text, after: "device:") {
                self = .deviceLost(code: code)
            } else if let code = Self.code(in: text, after: "yielded:") {
                self = .yielded(code: code)
            } else {
                return nil
            }
        }
    }

    private static func code(in text: String, after prefix: String) -> String? {
        guard text.hasPrefix(prefix) else { return nil }
        let code = text.dropFirst(prefix.count)
        return (1...64).contains(code.utf8.count) ? String(code) : nil
    }

    package var isSuccess: Bool { self == .exited(code: 0) }

    /// The exit code a waiting command ends with: the job's own, 124 stopped by time or budget,
    /// 125 never ran, 137 killed or lost (its node, or a device), 143 stopped by the renter or asked
    /// to leave by the machine's owner.
    package var exitCode: Int {
        switch self {
        case .exited(let code): code
        case .outOfMemory, .nodeLost, .killed, .deviceLost: 137
        case .overran, .budgetExhausted: 124
        case .stopped, .yielded: 143
        case .startFailed: 125
        }
    }
}

extension EndReason: Codable {
    package init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let reason = EndReason(text: text) else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "not an end reason"))
        }
        self = reason
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}

/// What a lease's container was doing when its receipt was written.
package enum RunStatus: Hashable, Sendable {
    case running, frozen
    case ended(EndReason)

    package var text: String {
        switch self {
        case .running: "running"
        case .frozen: "frozen"
        case .ended(let reason): "ended:" + reason.text
        }
    }

    package init?(text: String) {
        switch text {
        case "running": self = .running
        case "frozen": self = .frozen
        default:
            guard text.hasPrefix("ended:"), let reason = EndReason(text: String(text.dropFirst(6)))
            else { return nil }
            self = .ended(reason)
        }
    }
}

/// A node's signed claim: this many seconds since the start, cumulative, for one lease.
package struct Receipt: Hashable, Sendable {
    package let lease: LeaseID
    package let attempt: Int64
    package let node: NodeID
    /// From 1, growing by one with each receipt of the lease.
    package let sequence: Int64
    /// Floor of the container's unfrozen run time since its start.
    package let seconds: Int64
    package let status: RunStatus
    package let level: EvidenceLevel
    /// Evidence, never price: CPU time used and peak memory of the lease's cgroup.
    package let cpuMilliseconds: Int64
    package let peakMemoryBytes: Int64

    package init(
        lease: LeaseID, attempt: Int64, node: NodeID, sequence: Int64, seconds: Int64,
        status: RunStatus, level: EvidenceLevel, cpuMilliseconds: Int64, peakMemoryBytes: Int64
    ) {
        self.lease = lease
        self.attempt = attempt
        self.node = node
        self.sequence = sequence
        self.seconds = seconds
        self.status = status
        self.level = level
        self.cpuMilliseconds = cpuMilliseconds
        self.peakMemoryBytes = peakMemoryBytes
    }

    /// The bytes that the node signs.
    package var bytes: [UInt8] {
        var writer = EntryWriter(type: .receipt)
        writer.append(lease.text)
        writer.append(attempt)
        writer.append(node.text)
        writer.append(sequence)
        writer.append(seconds)
        writer.append(status.text)
        writer.append(level.rawValue)
        writer.append(cpuMilliseconds)
        writer.append(peakMemoryBytes)
        return writer.bytes
    }

    /// - Throws: `MalformedEntry` unless `bytes` is exactly what `bytes` of a receipt gives.
    package init(bytes: [UInt8]) throws(MalformedEntry) {
        var reader = try EntryReader(bytes, type: .receipt)
        lease = try reader.id("lease")
        attempt = try reader.number("attempt")
        node = try reader.id("node")
        sequence = try reader.number("sequence")
        seconds = try reader.number("seconds")
        guard let status = RunStatus(text: try reader.text("status")) else {
            throw .badField("status")
        }
        self.status = status
        guard let level = EvidenceLevel(rawValue: try reader.text("level")) else {
            throw .badField("level")
        }
        self.level = level
        cpuMilliseconds = try reader.number("cpu_ms")
        peakMemoryBytes = try reader.number("peak_memory_bytes")
        try reader.finish()
        guard attempt >= 1, sequence >= 1, seconds >= 0, cpuMilliseconds >= 0, peakMemoryBytes >= 0
        else { throw .badField("range") }
    }
}

/// A receipt's bytes with a signature that nobody has checked yet.
package struct SignedReceipt: Hashable, Sendable, Codable {
    package let bytes: [UInt8]
    /// Ed25519, 64 bytes.
    package let signature: [UInt8]

    package init(bytes: [UInt8], signature: [UInt8]) {
        self.bytes = bytes
        self.signature = signature
    }
}
