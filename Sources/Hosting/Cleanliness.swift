package import Domain

/// How clean a device is. Only a clean one is offered, and only on a clean one a lease starts.
package enum Cleanliness: Hashable, Sendable, Codable {
    /// Nobody has used it since the scrub of that receipt.
    case clean(ScrubReceipt)
    /// Somebody may have left something on it; so many scrubs of it have failed since.
    case dirty(failures: Int)
    /// A scrub is under way.
    case scrubbing(failures: Int)
    /// The last of too many failures: its owner must look at it.
    case quarantined(ScrubFault)

    /// What happens to a device.
    package enum Event: Hashable, Sendable {
        /// A lease is about to start on it.
        case used
        case scrubBegan
        /// The scrub that was under way has ended.
        case scrubEnded(ScrubReceipt)
        /// The scrub that was under way will never tell how it ended.
        case scrubLost
        /// Its owner has looked at it.
        case lifted
    }

    /// A device that nothing is known of.
    package static let unknown = Cleanliness.dirty(failures: 0)
    /// After so many failures it is left to its owner.
    package static let mostFailures = 4

    /// Total: every pair is decided here and nowhere else.
    package func after(_ event: Event) -> Cleanliness {
        switch (self, event) {
        case (.clean, .used), (.dirty, .used), (.scrubbing, .used), (.quarantined, .lifted):
            .dirty(failures: 0)
        case (.dirty(let failures), .scrubBegan): .scrubbing(failures: failures)
        case (.scrubbing(let failures), .scrubLost): .dirty(failures: failures)
        case (.scrubbing(let failures), .scrubEnded(let receipt)):
            Self.ended(receipt, failuresBefore: failures)
        case (.clean, _), (.dirty, _), (.scrubbing, _), (.quarantined, _): self
        }
    }

    private static func ended(
        _ receipt: ScrubReceipt, failuresBefore failures: Int
    ) -> Cleanliness {
        if receipt.isClean { return .clean(receipt) }
        // One that says that it is clean and cannot show it has failed all the same.
        let fault = receipt.fault ?? receipt.evidence.fault ?? .memoryShort
        let isFinal = fault.isFinal || failures + 1 >= mostFailures
        return isFinal ? .quarantined(fault) : .dirty(failures: failures + 1)
    }

    /// Why the device is not to be offered; a stable code.
    var code: String? {
        switch self {
        case .clean: nil
        case .dirty, .scrubbing: "scrubbing"
        case .quarantined(let fault): "quarantined_" + fault.rawValue
        }
    }
}

extension ScrubFault {
    /// Whether another try would find the same: a machine without the library, and memory that does
    /// not hold what is written to it.
    fileprivate var isFinal: Bool {
        switch self {
        case .noCUDA, .memoryDirty: true
        case .contextsLeft, .memoryShort, .cudaFailed, .timeout: false
        }
    }
}

/// What of a device must survive a restart of the node's program, and a boot.
package struct DeviceCare: Hashable, Sendable, Codable {
    package internal(set) var cleanliness = Cleanliness.unknown
    /// The number of the newest scrub that was begun.
    package internal(set) var scrubs: Int64 = 0
    /// The last lease that was started on it.
    package internal(set) var lease: LeaseID?
    /// How fast it was when that was last looked at (`DevicePower.gigaflops`).
    package internal(set) var gigaflops: Int64?

    package init() {}
}

/// One scrub that is to be done.
package struct ScrubOrder: Hashable, Sendable {
    package let device: DeviceID
    package let scrub: Int64

    package init(device: DeviceID, scrub: Int64) {
        self.device = device
        self.scrub = scrub
    }
}
