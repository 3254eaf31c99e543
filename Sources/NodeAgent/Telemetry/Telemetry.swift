import Domain
import Hosting
import NVML
import Synchronization
import Wire

/// What this node's leases and devices use, second by second, until the market has it or it is too
/// much; and what the owner's own monitoring is told. It reads nothing itself: the samples are those
/// that were taken to look after the leases.
package final class Telemetry: Sendable {
    /// Samples of all leases together that wait at most.
    private static let mostWaiting = 20_000
    /// A device that did not answer for longer is not told of.
    private static let freshNanoseconds: Int64 = 2_000_000_000

    fileprivate struct HeldLease {
        let token: String
        let devices: [DeviceID]
        var queue = SampleQueue()
        var load: Load?
        var milliCPU: Int64?
    }

    /// What was claimed of a lease, and how far the market has accepted it.
    private struct Claims {
        /// The newest, by their numbers: the market answers each.
        var made: [(sequence: Int64, seconds: Int64)] = []
        var accepted: Int64
    }

    private static let mostClaims = 16

    private struct State {
        var second: Int64 = -1
        var leases: [LeaseID: HeldLease] = [:]
        var claims: [LeaseID: Claims] = [:]
        var node = SampleQueue()
        var samples: [String: NVMLSample] = [:]
        var sampledAt: BootTime?
        /// What is offered now.
        var offer: OfferTerms?
        var standing = NodeStanding()
    }

    /// Which GPU's sample speaks for a device, and whether it is only a part of it.
    private struct Place {
        let uuid: String
        let isPart: Bool
    }

    let boot: String
    let watch: DeviceWatch?
    private let places: [DeviceID: Place]
    private let state = Mutex(State())

    package init(boot: String, watch: DeviceWatch?) {
        self.boot = boot
        self.watch = watch
        var places: [DeviceID: Place] = [:]
        for gpu in watch?.gpus ?? [] {
            let isPart = gpu.isMIGEnabled == true
            for name in isPart ? gpu.instances.map(\.uuid) : [gpu.uuid] {
                if let id = DeviceID(name) { places[id] = Place(uuid: gpu.uuid, isPart: isPart) }
            }
        }
        self.places = places
    }

    // MARK: Taking

    /// One look at all devices.
    func see(_ pass: DeviceWatch.Pass) {
        state.withLock { state in
            state.sampledAt = pass.askedAt
            for sample in pass.samples {
                state.samples[sample.uuid] = sample
                if let xid = sample.xids.last { state.standing.lastXids[sample.uuid] = xid }
            }
        }
    }

    /// One look at all leases; the first of each second is its sample.
    func look(
        at leases: [HostedLease], offer: OfferTerms, loads: [LeaseID: Load], heartbeat: BootTime?,
        now: BootTime
    ) {
        let second = now.nanoseconds / 1_000_000_000
        state.withLock { state in
            state.offer = offer
            guard second > state.second else { return }
            state.second = second
            state.standing.note(leases, heartbeat: heartbeat)
            let live = Set(leases.map(\.id))
            state.leases = state.leases.filter { live.contains($0.key) }
            state.claims = state.claims.filter { live.contains($0.key) }
            let most = Self.mostWaiting / max(1, leases.count)
            for lease in leases { look(at: lease, &state, loads[lease.id], most: most, now) }
            lookAtNode(&state, second, at: now)
        }
    }

    // MARK: Receipts

    /// Leases of the program's last run: what they claimed by then was metered by that.
    func adopt(_ leases: [HostedLease]) {
        state.withLock { state in
            for lease in leases {
                state.claims[lease.id] = Claims(accepted: lease.progress.lastClaim?.seconds ?? 0)
            }
        }
    }

    func claimed(_ receipt: Receipt) {
        state.withLock { state in
            var claims = state.claims[receipt.lease] ?? Claims(accepted: 0)
            claims.made.removeAll { $0.sequence == receipt.sequence }
            claims.made.append((receipt.sequence, receipt.seconds))
            claims.made.removeFirst(max(0, claims.made.count - Self.mostClaims))
            state.claims[receipt.lease] = claims
        }
    }

    /// The market bills these seconds: metered is what it has accepted, no more and no less.
    func accepted(_ lease: LeaseID, sequence: Int64) {
        state.withLock { state in
            guard let claim = state.claims[lease]?.made.first(where: { $0.sequence == sequence }),
                let before = state.claims[lease]?.accepted
            else { return }
            state.standing.meteredSeconds += max(0, claim.seconds - before)
            state.claims[lease]?.accepted = max(before, claim.seconds)
        }
    }

    private func look(
        at lease: HostedLease, _ state: inout State, _ load: Load?, most: Int, _ now: BootTime
    ) {
        var held = state.leases[lease.id] ?? HeldLease(lease)
        if lease.phase.hasRunningMeter {
            held.take(load)
            let devices = held.devices.map { self.sample(of: $0, state, at: now) }
            let taken = SampleDTO(
                second: state.second, milliCPU: held.milliCPU,
                memoryBytes: held.load?.memoryBytes, devices: devices)
            state.standing.samples += 1
            let before = held.queue.dropped
            held.queue.append(taken, most: min(SampleQueue.most, most))
            state.standing.dropped += held.queue.dropped - before
        }
        state.leases[lease.id] = held
    }

    private func lookAtNode(_ state: inout State, _ second: Int64, at now: BootTime) {
        guard let watch, !watch.devices.isEmpty else { return }
        let devices = watch.devices.map { sample(of: $0.id, state, at: now) }
        state.node.append(
            SampleDTO(second: second, milliCPU: nil, memoryBytes: nil, devices: devices))
    }

    private func sample(
        of device: DeviceID, _ state: State, at now: BootTime
    ) -> DeviceSampleDTO {
        guard let at = state.sampledAt, now.nanosecondsSince(at) <= Self.freshNanoseconds,
            let place = places[device], let sample = state.samples[place.uuid]
        else { return .nothing }
        return DeviceSampleDTO(sample, isPart: place.isPart)
    }

    // MARK: Giving

    /// What waits for the market.
    struct Outgoing: Sendable {
        let lease: LeaseID
        let token: String
        let batch: SampleBatchDTO
    }

    /// Leases of which something waits, by id.
    func waiting() -> [LeaseID] {
        state.withLock { state in
            state.leases.filter { !$0.value.queue.isEmpty }.keys.sorted()
        }
    }

    func next(of lease: LeaseID, at now: BootTime) -> Outgoing? {
        let second = now.nanoseconds / 1_000_000_000
        return state.withLock { state in
            guard let held = state.leases[lease],
                let batch = held.queue.batch(of: boot, at: second, devices: held.devices)
            else { return nil }
            return Outgoing(lease: lease, token: held.token, batch: batch)
        }
    }

    func remove(_ outgoing: Outgoing) {
        state.withLock { $0.leases[outgoing.lease]?.queue.remove(outgoing.batch) }
    }

    /// What the node tells of itself, with what of its devices waits; nil while it has no second.
    func report(advisories: [String], at now: BootTime) -> NodeReportDTO? {
        let second = now.nanoseconds / 1_000_000_000
        return state.withLock { state in
            guard state.second >= 0 else { return nil }
            let devices = watch?.devices ?? []
            let batch =
                state.node.batch(of: boot, at: second, devices: devices.map(\.id))
                ?? SampleBatchDTO(
                    boot: boot, sentSecond: second, dropped: state.node.dropped,
                    devices: devices.map(\.id), samples: [])
            return NodeReportDTO(
                driver: watch?.driverVersion, advisories: advisories,
                devices: devices.map { device in
                    DeviceStandingDTO(
                        device: DeviceDTO(device), reason: state.offer?.reason(of: device.id),
                        sample: sample(of: device.id, state, at: now))
                }, batch: batch)
        }
    }

    func remove(_ report: NodeReportDTO) { state.withLock { $0.node.remove(report.batch) } }

    // MARK: The owner's monitoring

    /// Everything of one moment that the node's own page of metrics shows.
    func reading(at now: BootTime) -> NodeReading {
        state.withLock { state in
            let isFresh = state.sampledAt.map { now.nanosecondsSince($0) <= Self.freshNanoseconds }
            let gpus = (watch?.gpus ?? []).map { gpu in
                NodeReading.GPU(
                    device: gpu, sample: isFresh == true ? state.samples[gpu.uuid] : nil,
                    lastXid: state.standing.lastXids[gpu.uuid] ?? 0)
            }
            return NodeReading(
                driver: watch?.driverVersion, gpus: gpus, standing: state.standing,
                offer: state.offer, at: now)
        }
    }
}

extension Telemetry.HeldLease {
    fileprivate init(_ lease: HostedLease) {
        token = lease.dispatch.token
        devices = lease.dispatch.devices
    }

    fileprivate mutating func take(_ newer: Load?) {
        guard let newer else { return }
        if let load {
            let took = newer.at.nanosecondsSince(load.at)
            guard took > 0 else { return }
            let used = max(0, newer.cpuNanoseconds - load.cpuNanoseconds)
            let (product, overflow) = used.multipliedReportingOverflow(by: 1000)
            milliCPU = overflow ? nil : product / took
        }
        load = newer
    }
}

extension Phase {
    /// Whether there is something to see of its container.
    fileprivate var hasRunningMeter: Bool {
        switch self {
        case .running, .frozen: true
        case .preparing, .ready, .starting, .ending, .saving, .ended: false
        }
    }
}

extension OfferTerms {
    fileprivate func reason(of device: DeviceID) -> String? {
        withheld.first { $0.device.id == device }?.reason
    }
}

extension DeviceSampleDTO {
    /// - Parameter isPart: a MIG instance: what its GPU uses in all is other people's, too.
    init(_ sample: NVMLSample, isPart: Bool) {
        self.init(
            utilisationPercent: isPart ? nil : sample.utilisation,
            memoryUsedBytes: isPart ? nil : sample.memoryUsedBytes,
            powerMilliwatts: isPart ? nil : sample.powerMilliwatts,
            temperature: sample.temperature, smClockMHz: sample.smClockMHz,
            throttle: sample.throttleReasons.map(ThrottleReasons.init(nvml:)))
    }
}
