import ContainerEngine
package import Domain
import Foundation
import Glibc
package import Hosting
package import NVML
import Synchronization

/// The GPUs of this machine, looked at once a second from a thread of its own: a call into the
/// driver may block for as long as a device hangs. Then no sample comes, and the leases' own timers
/// tell that their devices are silent. Halfway between two looks the leased ones are asked whether
/// they are lost, so that the end of such a lease is known everywhere within a second.
package final class DeviceWatch: Sendable {
    /// Passes between two looks at what changes rarely.
    private static let rarely = 5

    private struct State {
        var leased: Set<DeviceID> = []
        var isOver = false
    }

    /// Whole GPUs, or their MIG instances where a GPU is divided.
    package let devices: [Device]
    /// The nodes in `/dev` that each device is told by, where the driver tells.
    package let nodes: [DeviceID: Set<String>]
    /// The driver's version, for people.
    package let summary: String
    package let driverVersion: String
    /// The GPUs as they were found.
    package let gpus: [NVMLDevice]
    private let library: NVMLLibrary
    /// Which devices a GPU's sample speaks for.
    private let parts: [String: [Device]]
    private let cgroupMarker: String
    private let state = Mutex(State())

    /// Opens the driver's library and reads what is there.
    ///
    /// - Parameters:
    ///   - path: of the library; nil is the system's own.
    ///   - cgroupMarker: what stands in the control group of a process of a lease here.
    /// - Throws: `NVMLUnavailable`, `NVMLFailure`.
    package init(library path: String?, cgroupMarker: String) throws {
        library = try NVMLLibrary.open(path ?? NVMLLibrary.systemName)
        let inventory = try library.inventory()
        var (devices, parts, nodes) = ([Device](), [String: [Device]](), [DeviceID: Set<String>]())
        for gpu in inventory.devices {
            let own = Self.devices(of: gpu)
            devices += own
            parts[gpu.uuid] = own
            for device in own { nodes[device.id] = Self.nodes(of: device, gpu) }
        }
        gpus = inventory.devices
        driverVersion = inventory.driverVersion
        self.devices = devices
        self.parts = parts
        self.nodes = nodes
        self.cgroupMarker = cgroupMarker
        summary = "driver \(inventory.driverVersion), CUDA \(inventory.cudaVersion ?? "unknown")"
    }

    private static func nodes(of device: Device, _ gpu: NVMLDevice) -> Set<String>? {
        guard let minor = gpu.minor else { return nil }
        guard gpu.isMIGEnabled == true else { return ["/dev/nvidia\(minor)"] }
        guard let part = gpu.instances.first(where: { $0.uuid == device.id.text }),
            let gpuInstance = part.gpuInstance, let computeInstance = part.computeInstance
        else { return nil }
        return CDIDevice.nodes(
            gpu: minor, gpuInstance: gpuInstance, computeInstance: computeInstance)
    }

    private static func devices(of gpu: NVMLDevice) -> [Device] {
        let units =
            gpu.isMIGEnabled == true
            ? gpu.instances.map { ($0.uuid, $0.name, $0.vramBytes) }
            : [(gpu.uuid, gpu.name, gpu.vramBytes)]
        // How fast it is its first scrub says.
        let capability = gpu.computeCapability.flatMap { DevicePower.tenths(ofCapability: $0) }
        let power = DevicePower(capability: capability, gigaflops: nil)
        return units.compactMap { uuid, name, vram in
            DeviceID(uuid).map {
                Device(id: $0, model: name, vramBytes: vram, power: power)
            }
        }
    }

    /// Tells which devices hold a lease of this node: what they use is its own.
    package func setLeased(_ leased: Set<DeviceID>) { state.withLock { $0.leased = leased } }

    var leased: Set<DeviceID> { state.withLock(\.leased) }

    /// One pass over all devices.
    package struct Pass: Sendable {
        /// Before the first one was asked.
        package let askedAt: BootTime
        package let readings: [DeviceReading]
        /// What the readings were judged by.
        package let samples: [NVMLSample]
    }

    /// One pass each second, until the reader goes away; a reader that is late finds the last
    /// minute's. Ask once.
    ///
    /// - Parameter unattachable: devices that no container can be given now, and why; asked every
    ///   few seconds.
    package func readings(
        unattachable: @escaping @Sendable () -> [DeviceID: String]
    ) -> AsyncStream<Pass> {
        let (stream, continuation) = AsyncStream<Pass>.makeStream(
            bufferingPolicy: .bufferingNewest(60))
        continuation.onTermination = { _ in self.state.withLock { $0.isOver = true } }
        let thread = Thread { self.sampleForever(into: continuation, unattachable) }
        thread.name = "orban-devices"
        thread.start()
        return stream
    }

    private func sampleForever(
        into stream: AsyncStream<Pass>.Continuation,
        _ unattachable: () -> [DeviceID: String]
    ) {
        var verdicts: [String: DeviceVerdict] = [:]
        var refused: [DeviceID: String] = [:]
        var due = timespec()
        clock_gettime(CLOCK_MONOTONIC, &due)
        var pass = 0
        while !state.withLock(\.isOver) {
            let isRare = pass % Self.rarely == 0
            if isRare { refused = unattachable() }
            let askedAt = BootTime(nanoseconds: BootClock.now())
            let samples = library.sample()
            let readings = samples.flatMap { self.readings($0, &verdicts, refused) }
            stream.yield(Pass(askedAt: askedAt, readings: readings, samples: samples))
            let isIncomplete = samples.count < parts.count
            if isRare, isIncomplete || samples.contains(where: { $0.failure?.isLost == true }) {
                // A driver that was loaded anew wants to be asked anew.
                _ = try? library.inventory()
            }
            pass += 1
            Self.wait(halfSecondAfter: &due)
            // Then the next look is now.
            if !isLeasedLost() { Self.wait(halfSecondAfter: &due) }
        }
    }

    /// Or until now, where that is over: what was missed is not made up for.
    private static func wait(halfSecondAfter due: inout timespec) {
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        due.tv_nsec += 500_000_000
        if due.tv_nsec >= 1_000_000_000 {
            due.tv_nsec -= 1_000_000_000
            due.tv_sec += 1
        }
        if (due.tv_sec, due.tv_nsec) < (now.tv_sec, now.tv_nsec) { due = now }
        while clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, nil) == EINTR {}
    }

    private func isLeasedLost() -> Bool {
        let leased = state.withLock(\.leased)
        guard !leased.isEmpty else { return false }
        let gpus = parts.filter { $0.value.contains { leased.contains($0.id) } }
        return library.isAnyLost(of: Set(gpus.keys))
    }

    private func readings(
        _ sample: NVMLSample, _ verdicts: inout [String: DeviceVerdict],
        _ unattachable: [DeviceID: String]
    ) -> [DeviceReading] {
        let own = parts[sample.uuid] ?? []
        let leased = state.withLock(\.leased)
        let sight = verdicts[sample.uuid, default: DeviceVerdict()].sight(
            sample, vramBytes: own.reduce(0) { $0 + $1.vramBytes },
            isLeased: own.contains { leased.contains($0.id) },
            isForeign: { isForeign($0.pid) })
        let isOwners =
            sample.processes?.contains { isForeign($0.pid) && !Self.isOurs($0.pid) } == true
        return own.map { device in
            var own = sight
            if case .well = sight, let reason = unattachable[device.id] {
                own = .withheld(code: reason)
            }
            return DeviceReading(
                device: device.id, sight: own, user: isOwners ? .owner : .nobodyElse)
        }
    }

    /// Whether it runs this very program: what any node here does on a GPU is not its owner's use.
    private static func isOurs(_ pid: Int32) -> Bool {
        let own = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let its = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(pid)/exe")
        return own != nil && own == its
    }

    /// A process that has ended meanwhile is nobody's.
    private func isForeign(_ pid: Int32) -> Bool {
        guard let groups = try? StateFile.read("/proc/\(pid)/cgroup") else { return false }
        return !String(decoding: groups, as: UTF8.self).contains(cgroupMarker)
    }
}
