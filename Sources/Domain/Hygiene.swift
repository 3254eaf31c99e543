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

        package init(device: DeviceID, receipt: SignedReceipt) {
            self.device = device
            self.receipt = receipt
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

    /// A lease that ran is over.
    package mutating func end(_ lease: LeaseID, on devices: [DeviceID]) {
        tenants.removeAll { devices.contains($0.device) }
        tenants += devices.map { Tenant(device: $0, lease: lease) }
        if tenants.count > Self.most { tenants.removeFirst(tenants.count - Self.most) }
    }

    /// A scrub that was done after that lease, or after whatever the node does not know of any more.
    package mutating func scrub(
        _ device: DeviceID, after lease: LeaseID?, _ receipt: SignedReceipt
    ) {
        tenants.removeAll { $0.device == device && (lease == nil || $0.lease == lease) }
        guard !scrubs.contains(Scrub(device: device, receipt: receipt)) else { return }
        scrubs.removeAll { $0.device == device }
        scrubs.append(Scrub(device: device, receipt: receipt))
        if scrubs.count > Self.most { scrubs.removeFirst(scrubs.count - Self.most) }
    }
}
