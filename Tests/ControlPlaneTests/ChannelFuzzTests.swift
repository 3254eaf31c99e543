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
