import Domain
import Marketplace
import Verification

// Devices: nothing of one tenant is there for the next one.
extension Auditor {
    /// A container has started on it.
    mutating func used(_ device: DeviceID, by lease: LeaseID) {
        let last = tenants[device]
        require(
            last == nil || last == lease, "a device is wiped between two tenants",
            "\(device): \(lease) after \(last?.text ?? "")")
        tenants[device] = lease
    }

    /// Nothing is left on it, if no container is on it now.
    mutating func wiped(_ device: DeviceID) { tenants[device] = nil }

    /// A receipt is good for the lease that it names, or for all where it names none.
    mutating func noteScrubs(_ command: Command) {
        guard case .scrubbed(let verified) = command else { return }
        let (device, lease) = (verified.receipt.device, verified.receipt.lease)
        if lease == nil || unscrubbed[device] == lease { unscrubbed[device] = nil }
    }

    mutating func noteTenant(_ lease: Lease) {
        for device in lease.devices { unscrubbed[device.id] = lease.id }
    }

    mutating func offered(_ device: DeviceID, on node: NodeID) {
        guard let tenant = tenants[device] else { return }
        fail("an offered device is wiped", "\(device) on \(node): still \(tenant)")
    }
}
