import ContainerEngine
package import Domain
import Glibc

/// How devices come into containers.
package struct DeviceAccess: Hashable, Sendable {
    /// The nodes in `/dev` that each device is told by, where the driver tells.
    package var nodes: [DeviceID: Set<String>]
    /// The owner named a library of their own, and this machine has no driver: containers get the
    /// names of such devices, for there is nothing else to give.
    package var isBare: Bool

    package init(nodes: [DeviceID: Set<String>] = [:], namesOwnLibrary: Bool = false) {
        self.nodes = nodes
        isBare = namesOwnLibrary && access("/dev/nvidiactl", F_OK) != 0
    }

    /// Why a container cannot be given these devices now, by the specifications of this machine.
    package func unattachable(_ devices: [DeviceID]) -> [DeviceID: String] {
        let specs = CDISpecs()
        var reasons: [DeviceID: String] = [:]
        for device in devices { reasons[device] = reason(device, specs) }
        return reasons
    }

    private func reason(_ device: DeviceID, _ specs: CDISpecs) -> String? {
        guard let found = specs.device(uuid: device.text, nodes: nodes[device]) else {
            return isBare ? nil : "no_cdi"
        }
        // A specification that gives another GPU than the one it names.
        guard let nodes = nodes[device], !found.gpuNodes.isEmpty else { return nil }
        return found.gpuNodes == nodes ? nil : "bad_cdi"
    }

    /// - Throws: `StartFailure` with `device`.
    func attached(_ devices: [DeviceID]) throws(StartFailure) -> [CDIDevice] {
        let specs = CDISpecs()
        var attached: [CDIDevice] = []
        for device in devices {
            if let reason = reason(device, specs) {
                throw StartFailure(.device, "\(device): \(reason)")
            }
            if let found = specs.device(uuid: device.text, nodes: nodes[device]) {
                attached.append(found)
            }
        }
        return attached
    }
}

extension LibpodRuntime {
    package func unattachable(_ devices: [DeviceID]) -> [DeviceID: String] {
        parts.configuration.devices.unattachable(devices)
    }

    func attachedDevices(of dispatch: Dispatch) throws(StartFailure) -> [CDIDevice] {
        guard !dispatch.devices.isEmpty else { return [] }
        return try parts.configuration.devices.attached(dispatch.devices)
    }

    /// Writes down what the lease's devices bring along, before its container is made: a
    /// specification may be another one while it runs.
    func noteDevices(_ devices: [CDIDevice], of lease: LeaseID) throws {
        guard !devices.isEmpty else { return }
        try StateFile.replace(
            folders.deviceMounts(lease), with: try DeviceMounts(of: devices).note)
    }

    /// What came with the devices of a container that was made.
    func deviceMounts(of lease: LeaseID) throws -> DeviceMounts {
        guard let note = try StateFile.read(folders.deviceMounts(lease)) else { return .none }
        return try DeviceMounts(note: note)
    }

    /// Lets no program start without the devices that it is paid for, or with others.
    /// - Throws: `StartFailure` with `device`; the container is gone then.
    func checkDevices(_ id: ContainerID, _ dispatch: Dispatch) async throws {
        let devices = try attachedDevices(of: dispatch)
        guard let process = try await client.inspect(id).processID else { return }
        let faults = try await Blocking.run {
            DeviceInspection.faults(of: devices, in: "/proc/\(process)/root")
        }
        guard !faults.isEmpty else { return }
        kill(dispatch.lease)
        try await client.remove(id, .any)
        throw StartFailure(.device, faults.joined(separator: "; "))
    }
}
