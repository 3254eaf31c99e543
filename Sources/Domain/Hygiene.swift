/// What a market knows of how clean a node's devices are: whose lease each had last, and the last
/// scrub that its node has signed.
package struct Hygiene: Hashable, Sendable, Codable {
    /// A lease that ran on a device and is over, with no scrub after it yet.
    package struct Tenant: Hashable, Sendable, Codable {
        package let device: DeviceID
        package let lease: LeaseID

        package init(device: DeviceID, lease: LeaseID) {
            self.device = device
            self.lease = lease
        }
    }

    /// The newest receipt of a device.
    package struct Scrub: Hashable, Sendable, Codable {
        package let device: DeviceID
        package let receipt: SignedReceipt
        /// The lease that it certainly came after, where the market knows one: it leaves nothing
        /// behind any more when the market hears, later, that it is over.
        package let after: LeaseID?

        package init(device: DeviceID, receipt: SignedReceipt, after: LeaseID?) {
            self.device = device
            self.receipt = receipt
            self.after = after
        }
    }

    /// What a scrub came after.
    package enum Predecessor: Hashable, Sendable {
        /// A lease that the market knows.
        case lease(LeaseID)
        /// What the market does not know: the node knows of no lease any more, or of one that came
        /// after all that this copy of the market's database remembers. What the market takes to run
        /// on the device is over there, too: a node says nothing of the time before a lease's start
        /// after it has said that it runs.
        case unknown(running: LeaseID?)

        fileprivate var lastKnown: LeaseID? {
            switch self {
            case .lease(let lease): lease
            case .unknown(let running): running
            }
        }
    }

    /// More devices than one node may offer are not remembered.
    private static let most = 512

    package private(set) var tenants: [Tenant] = []
    package private(set) var scrubs: [Scrub] = []

    package init() {}

    package var isEmpty: Bool { tenants.isEmpty && scrubs.isEmpty }

    /// Whether a tenant of the device is not known to be wiped away.
    package func isUnscrubbed(_ device: DeviceID) -> Bool {
        tenants.contains { $0.device == device }
    }

    /// A lease that ran is over. It has left nothing on a device that was scrubbed after it already.
    package mutating func end(_ lease: LeaseID, on devices: [DeviceID]) {
        tenants.removeAll { devices.contains($0.device) }
        let scrubbed = scrubs.filter { $0.after == lease }.map(\.device)
        tenants += devices.filter { !scrubbed.contains($0) }
            .map { Tenant(device: $0, lease: lease) }
        if tenants.count > Self.most { tenants.removeFirst(tenants.count - Self.most) }
    }

    /// A scrub is done. One after a lease that the market knows says nothing of others; one after
    /// what it does not know is later than all that it does.
    package mutating func scrub(
        _ device: DeviceID, after predecessor: Predecessor, _ receipt: SignedReceipt
    ) {
        switch predecessor {
        case .lease(let lease):
            tenants.removeAll { $0.device == device && $0.lease == lease }
        case .unknown: tenants.removeAll { $0.device == device }
        }
        let scrub = Scrub(device: device, receipt: receipt, after: predecessor.lastKnown)
        guard !scrubs.contains(scrub) else { return }
        scrubs.removeAll { $0.device == device }
        scrubs.append(scrub)
        if scrubs.count > Self.most { scrubs.removeFirst(scrubs.count - Self.most) }
    }
}
