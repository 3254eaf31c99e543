import Domain
import Hosting
import NVML
import Testing
import Wire

@testable import NodeAgent

/// What is told of leases, from what was read of them.
@Suite struct TelemetryTests {
    private static func at(_ seconds: Double) -> BootTime {
        BootTime(nanoseconds: Int64(seconds * 1_000_000_000))
    }

    private static let offer = OfferTerms(
        capacity: .zero, devices: [], ask: try! Rate(microPerHour: 1), region: "TW", tier: .new)

    private static func lease(
        _ phase: HostEvent? = nil, name: String = "a", startedAt: BootTime = at(0)
    ) throws -> (Host, [HostedLease]) {
        let dispatch = try Samples.dispatch(name, command: ["sleep", "100"])
        var host = Host(
            node: NodeID("nod_t")!,
            terms: OfferTerms(
                capacity: Resources(milliCPU: 1000, memoryBytes: 1 << 30, diskBytes: 1 << 30),
                devices: [], ask: try Rate(microPerHour: 1), region: "TW", tier: .new))
        _ = host.handle(.connected, at: startedAt)
        _ = host.handle(.frame(.welcome), at: startedAt)
        _ = host.handle(.frame(.dispatch(EffectID("e"), dispatch)), at: startedAt)
        _ = host.handle(.prepared(dispatch.lease), at: startedAt)
        let renewal = Renewal(lease: dispatch.lease, attempt: dispatch.attempt)
        _ = host.handle(.frame(.renewal(number: 1, leases: [renewal])), at: startedAt)
        _ = host.handle(.started(dispatch.lease, at: startedAt), at: startedAt)
        return (host, host.leases)
    }

    @Test func `each second has one sample, and CPU is what was used since the last reading`()
        throws
    {
        let (_, leases) = try Self.lease()
        let lease = try #require(leases.first)
        guard case .running = lease.phase else {
            Issue.record("the lease does not run: \(lease.phase)")
            return
        }
        let telemetry = Telemetry(boot: "boot", watch: nil)
        // Read every second, looked at four times: half a CPU, then one and a half, then nothing.
        let used: [Int64] = [0, 500, 2_000, 2_000]
        for (second, milliseconds) in used.enumerated() {
            for quarter in 0..<4 {
                let load = Load(
                    at: Self.at(10 + Double(second)), cpuNanoseconds: milliseconds * 1_000_000,
                    memoryBytes: Int64(second) * 4096)
                telemetry.look(
                    at: leases, offer: Self.offer, loads: [lease.id: load], heartbeat: nil,
                    now: Self.at(10.1 + Double(second) + Double(quarter) * 0.25))
            }
        }
        let batch = try #require(telemetry.next(of: lease.id, at: Self.at(15))).batch
        #expect(batch.sentSecond == 15 && batch.boot == "boot")
        #expect(batch.samples.map(\.second) == [10, 11, 12, 13])
        #expect(batch.samples.map(\.milliCPU) == [nil, 500, 1500, 0])
        #expect(batch.samples.map(\.memoryBytes) == [0, 4096, 8192, 12_288])
    }

    @Test func `what is sent is gone, and a lease that is over with it`() throws {
        let (_, leases) = try Self.lease()
        let id = try #require(leases.first?.id)
        let telemetry = Telemetry(boot: "boot", watch: nil)
        for second in 1...3 {
            telemetry.look(
                at: leases, offer: Self.offer, loads: [:], heartbeat: nil,
                now: Self.at(Double(second)))
        }
        #expect(telemetry.waiting() == [id])
        let outgoing = try #require(telemetry.next(of: id, at: Self.at(4)))
        #expect(outgoing.token == leases[0].dispatch.token && outgoing.batch.samples.count == 3)
        telemetry.remove(outgoing)
        #expect(telemetry.waiting().isEmpty)
        telemetry.look(at: leases, offer: Self.offer, loads: [:], heartbeat: nil, now: Self.at(5))
        #expect(telemetry.waiting() == [id])
        telemetry.look(at: [], offer: Self.offer, loads: [:], heartbeat: nil, now: Self.at(6))
        #expect(telemetry.waiting().isEmpty && telemetry.next(of: id, at: Self.at(6)) == nil)
    }

    @Test func `a market that is away costs ten minutes' memory and no more`() throws {
        let (_, leases) = try Self.lease()
        let id = try #require(leases.first?.id)
        let telemetry = Telemetry(boot: "boot", watch: nil)
        for second in 1...2000 {
            telemetry.look(
                at: leases, offer: Self.offer, loads: [:], heartbeat: nil,
                now: Self.at(Double(second)))
        }
        var (count, dropped) = (0, Int64(0))
        while let outgoing = telemetry.next(of: id, at: Self.at(2000)) {
            try outgoing.batch.check()
            count += outgoing.batch.samples.count
            dropped = outgoing.batch.dropped
            telemetry.remove(outgoing)
        }
        #expect(count == 600 && dropped == 1400)
        let standing = telemetry.reading(at: Self.at(2000)).standing
        #expect(standing.samples == 2000 && standing.dropped == 1400)
    }

    @Test func `of a MIG instance nothing is told that is its whole GPU's`() {
        let sample = NVMLSample(
            uuid: "GPU-1", failure: nil, xids: [], utilisation: 90, memoryUtilisation: 10,
            memoryUsedBytes: 1 << 30, memoryFreeBytes: 1 << 20, temperature: 70,
            powerMilliwatts: 300_000, energyMillijoules: 1, smClockMHz: 1980, memoryClockMHz: 1,
            throttleReasons: 0x4, processes: [])
        let whole = DeviceSampleDTO(sample, isPart: false)
        #expect(whole.utilisationPercent == 90 && whole.powerMilliwatts == 300_000)
        #expect(whole.throttle?.words == ["power_cap"])
        let part = DeviceSampleDTO(sample, isPart: true)
        #expect(part.utilisationPercent == nil && part.memoryUsedBytes == nil)
        #expect(part.powerMilliwatts == nil && part.temperature == 70)
    }

    @Test func `a node counts its leases by phase, its heartbeat and what it metered`() throws {
        let (host, leases) = try Self.lease()
        let telemetry = Telemetry(boot: "boot", watch: nil)
        telemetry.look(
            at: leases, offer: Self.offer, loads: [:], heartbeat: host.answeredHeartbeat,
            now: Self.at(1))
        let standing = telemetry.reading(at: Self.at(1)).standing
        #expect(standing.leases["running"] == 1 && standing.leases["ended"] == 0)
        #expect(Set(standing.leases.keys) == Set(NodeStanding.phases))
        #expect(standing.meteredSeconds == 0)
    }

    /// A node's word about a lease, and the market's answer to it.
    private static func receipt(_ sequence: Int64, _ seconds: Int64, name: String = "a") -> Receipt
    {
        Receipt(
            lease: LeaseID("lse_" + name)!, attempt: 1, node: NodeID("nod_t")!, sequence: sequence,
            seconds: seconds, status: .running, level: .live, cpuMilliseconds: 0,
            peakMemoryBytes: 0)
    }

    private static func metered(_ telemetry: Telemetry) -> Int64 {
        telemetry.reading(at: at(99)).standing.meteredSeconds
    }

    @Test func `metered is what the market accepted, to the last receipt, each second once`() {
        let telemetry = Telemetry(boot: "boot", watch: nil)
        for (sequence, seconds) in [(1, 0), (2, 5), (3, 10)] as [(Int64, Int64)] {
            telemetry.claimed(Self.receipt(sequence, seconds))
            telemetry.claimed(Self.receipt(sequence, seconds))
        }
        #expect(Self.metered(telemetry) == 0, "nothing is answered")
        let lease = Self.receipt(1, 0).lease
        telemetry.accepted(lease, sequence: 2)
        #expect(Self.metered(telemetry) == 5)
        telemetry.accepted(lease, sequence: 3)
        telemetry.accepted(lease, sequence: 2)
        telemetry.accepted(lease, sequence: 9)
        #expect(Self.metered(telemetry) == 10)
        // The final one is accepted between two looks, and the lease is gone with the next.
        telemetry.claimed(Self.receipt(4, 16))
        telemetry.accepted(lease, sequence: 4)
        telemetry.look(
            at: [], offer: Self.offer, loads: [:], heartbeat: nil, now: Self.at(100))
        telemetry.claimed(Self.receipt(1, 30, name: "b"))
        telemetry.accepted(Self.receipt(1, 30, name: "b").lease, sequence: 1)
        #expect(Self.metered(telemetry) == 46)
    }

    @Test func `what an earlier run of the program claimed was metered by that`() throws {
        let (host, leases) = try Self.lease()
        let telemetry = Telemetry(boot: "boot", watch: nil)
        telemetry.adopt(leases)
        let claimed = try #require(host.leases.first?.progress.lastClaim)
        telemetry.claimed(Self.receipt(claimed.sequence, claimed.seconds))
        telemetry.accepted(Self.receipt(1, 0).lease, sequence: claimed.sequence)
        #expect(Self.metered(telemetry) == 0)
        telemetry.claimed(Self.receipt(claimed.sequence + 1, claimed.seconds + 7))
        telemetry.accepted(Self.receipt(1, 0).lease, sequence: claimed.sequence + 1)
        #expect(Self.metered(telemetry) == 7)
    }
}
