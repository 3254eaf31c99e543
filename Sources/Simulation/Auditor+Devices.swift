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

    /// A receipt is good for the lease that it names, or for all where it names none that is known;
    /// also for one of which the market hears later that it is over.
    mutating func noteScrubs(_ command: Command) {
        guard case .scrubbed(let verified) = command else { return }
        let device = verified.receipt.device
        let named = verified.receipt.lease.flatMap { leases[$0] }?.id
        if named == nil || unscrubbed[device] == named { unscrubbed[device] = nil }
        scrubbedAfter[device] = named ?? runningLease(on: device)
    }

    private func runningLease(on device: DeviceID) -> LeaseID? {
        guard let holder = leaseOfDevice[device], case .running? = leases[holder]?.life else {
            return nil
        }
        return holder
    }

    mutating func noteTenant(_ lease: Lease) {
        for device in lease.devices {
            let isScrubbed = scrubbedAfter[device.id] == lease.id
            unscrubbed[device.id] = isScrubbed ? nil : lease.id
        }
    }

    mutating func offered(_ device: DeviceID, on node: NodeID) {
        guard let tenant = tenants[device] else { return }
        fail("an offered device is wiped", "\(device) on \(node): still \(tenant)")
    }
}
