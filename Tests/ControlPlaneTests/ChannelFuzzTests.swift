import Domain
import SwiftProtobuf
import Testing
import Wire

@Suite struct ChannelFuzzTests {
    /// SplitMix64 (Steele, Lea, Flood: OOPSLA 2014).
    struct Seeded: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
    }

    static let seeds: [UInt64] = [1, 2, 3, 0xDEAD_BEEF]

    @Test(arguments: seeds)
    func `random bytes are refused or read, and never trap`(_ seed: UInt64) {
        var generator = Seeded(state: seed)
        for _ in 0..<4_000 {
            let length = Int.random(in: 0...200, using: &generator)
            let bytes = (0..<length).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
            Self.readAll(bytes)
        }
    }

    @Test(arguments: seeds)
    func `a good message with changed bytes is refused or reads back the same`(
        _ seed: UInt64
    ) throws {
        var generator = Seeded(state: seed)
        let frame = MarketFrame.dispatch(EffectID("dispatch:lse_1"), Self.dispatch)
        let envelope = FrameEnvelope(sequence: 3, acknowledged: 2, frame: frame)
        let good: [UInt8] = try Orban_Node_V1_MarketEnvelope(envelope).serializedBytes()
        var accepted = 0
        for _ in 0..<4_000 {
            var bytes = good
            for _ in 0...Int.random(in: 0...3, using: &generator) {
                let place = Int.random(in: 0..<bytes.count, using: &generator)
                bytes[place] = UInt8.random(in: .min ... .max, using: &generator)
            }
            guard let message = try? Orban_Node_V1_MarketEnvelope(serializedBytes: bytes),
                let read = try? FrameEnvelope<MarketFrame>(message)
            else { continue }
            accepted += 1
            let again = try FrameEnvelope<MarketFrame>(Orban_Node_V1_MarketEnvelope(read))
            #expect(again.frame == read.frame, "seed \(seed)")
        }
        #expect(accepted > 0 && accepted < 4_000, "seed \(seed)")
    }

    /// Terms with a value in each field that a node may set.
    private static let terms: OfferTerms = {
        let power = DevicePower(capability: 89, gigaflops: 82_600)
        let device = Device(id: DeviceID("GPU-1")!, model: "L4", vramBytes: 24, power: power)
        let other = Device(id: DeviceID("GPU-2")!, model: "L4", vramBytes: 24, power: power)
        return OfferTerms(
            capacity: Resources(milliCPU: 1, memoryBytes: 2, diskBytes: 3), devices: [device],
            ask: try! Rate(microPerHour: 5), region: "TW", tier: .tested,
            withheld: [WithheldDevice(device: other, reason: "gone")], network: .egress,
            closed: OfferClosing(.schedule, until: Timestamp(milliseconds: 9)),
            roundTrips: RoundTrips([.init(beacon: .market, microseconds: 7)])!)
    }()

    private static let ofNode: [NodeFrame] = [
        .hello(terms: terms, leases: [LeaseID("lse_1")!], closesIn: 60_000),
        .terms(terms, closesIn: 0), .terms(terms),
        .heartbeat(
            number: 1, leaving: [LeaveCall(lease: LeaseID("lse_1")!, code: "paused", until: -5)]),
        .wished(number: 3), .drain,
    ]

    @Test(arguments: seeds)
    func `what a node says, cut, changed or joined, is refused or reads back the same`(
        _ seed: UInt64
    ) throws {
        print("channel fuzz seed \(seed)")
        var generator = Seeded(state: seed)
        for frame in Self.ofNode {
            let envelope = FrameEnvelope(sequence: 3, acknowledged: 2, frame: frame)
            let good: [UInt8] = try Orban_Node_V1_NodeEnvelope(envelope).serializedBytes()
            var refused = 0
            for _ in 0..<1_500 {
                let bytes = Self.spoilt(good, using: &generator)
                guard let message = try? Orban_Node_V1_NodeEnvelope(serializedBytes: bytes),
                    let read = try? FrameEnvelope<NodeFrame>(message)
                else {
                    refused += 1
                    continue
                }
                let again = try FrameEnvelope<NodeFrame>(Orban_Node_V1_NodeEnvelope(read))
                #expect(again.frame == read.frame, "seed \(seed)")
                Self.expectBounded(read.frame)
            }
            #expect(refused > 0, "seed \(seed): \(frame)")
        }
    }

    /// Cut, followed by itself, with bytes changed, left out or doubled.
    private static func spoilt(_ good: [UInt8], using generator: inout Seeded) -> [UInt8] {
        var bytes = good
        switch Int.random(in: 0..<6, using: &generator) {
        case 0: bytes.removeLast(Int.random(in: 1...bytes.count, using: &generator))
        case 1: bytes += good
        case 2:
            let start = Int.random(in: 0..<bytes.count, using: &generator)
            bytes.removeSubrange(start..<min(start + 3, bytes.count))
        case 3:
            let place = Int.random(in: 0..<bytes.count, using: &generator)
            bytes.insert(contentsOf: good.suffix(bytes.count - place), at: place)
        default:
            for _ in 0...Int.random(in: 0...3, using: &generator) {
                let place = Int.random(in: 0..<bytes.count, using: &generator)
                bytes[place] = UInt8.random(in: .min ... .max, using: &generator)
            }
        }
        return bytes
    }

    /// What was read keeps to the bounds of `api/node.proto`, whatever was written.
    private static func expectBounded(_ frame: NodeFrame?) {
        switch frame {
        case .hello(let terms, _, let closesIn), .terms(let terms, let closesIn):
            #expect(closesIn.map { (0...31_622_400_000).contains($0) } ?? true)
            let all = terms.allDevices
            #expect(Set(all.map(\.id)).count == all.count)
            for power in all.compactMap(\.power) {
                #expect(power.capability.map(DevicePower.capabilities.contains) ?? true)
                #expect(power.gigaflops.map(DevicePower.speeds.contains) ?? true)
            }
            #expect(terms.openUntil == nil, "a moment is the market's to say")
        default: break
        }
    }

    private static func readAll(_ bytes: [UInt8]) {
        if let message = try? Orban_Node_V1_NodeEnvelope(serializedBytes: bytes) {
            _ = try? FrameEnvelope<NodeFrame>(message)
        }
        if let message = try? Orban_Node_V1_MarketEnvelope(serializedBytes: bytes) {
            _ = try? FrameEnvelope<MarketFrame>(message)
        }
    }

    private static let dispatch = Dispatch(
        lease: LeaseID("lse_1")!, attempt: 1, task: TaskID(job: JobID("job_1")!, index: 1),
        taskCount: 2,
        workload: Workload(
            image: .archive(
                name: "i", digest: BlobDigest("sha256:" + String(repeating: "a", count: 64))!),
            command: ["sleep", "1"], environment: [.init(name: "A", value: "b")],
            inputs: [], outputs: ["/out"]),
        slice: Resources(milliCPU: 10, memoryBytes: 20, diskBytes: 30),
        devices: [DeviceID("GPU-1")!], budgetSeconds: 60, limitSeconds: 60, fence: 8, token: "t")
}
