import Crypto
import Domain
import Foundation
import Hosting
import Logging
import Testing

@testable import NodeAgent

/// The node's own GPUs, on the double of the driver's library.
@Suite(.serialized, .enabled(if: Doubles.missing == nil, Comment(rawValue: Doubles.missing ?? "")))
struct LeasedDeviceTests {
    @Test func `what a job takes of its GPU is its own from the moment it is given it`()
        async throws
    {
        let folder = NSTemporaryDirectory() + "leased-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let watch = try DeviceWatch(
            library: try Doubles.paths.get().nvml, cgroupMarker: "/orban/")
        let device = try #require(watch.devices.first)
        let agent = try Self.agent(folder, watch)
        #expect(watch.leased == [])
        // Nobody has looked at the devices since.
        try await agent.take(
            .frame(.dispatch(EffectID("e"), try Self.dispatch(device.id))))
        #expect(watch.leased == [device.id])
    }

    private static func agent(_ folder: String, _ watch: DeviceWatch) throws -> NodeAgent {
        let signer = try ReceiptKey.load(stateFolder: folder)
        let market = TestMarket(key: signer.publicKey)
        let capacity = Resources(milliCPU: 100, memoryBytes: 1 << 20, diskBytes: 1 << 20)
        var configuration = NodeConfiguration(
            node: try #require(NodeID("nod_leased")), name: "leased",
            terms: OfferTerms(
                capacity: capacity, devices: watch.devices, ask: try Rate(microPerHour: 3_600),
                region: "TW", tier: .new),
            statePath: folder, marketURL: "", engine: .socket(""), imagesPath: folder)
        configuration.runPath = folder + "/run"
        let now: @Sendable () -> BootTime = { BootTime(nanoseconds: 1_000_000_000) }
        return try NodeAgent(
            NodeAgent.Parts(
                configuration: configuration, runtime: SimulatedRuntime(now: now),
                connect: { try market.connect() }, signer: signer, bootID: "boot", now: now,
                clock: ContinuousClock(),
                logger: Logger(label: "node") { _ in SwiftLogNoOpLogHandler() }, devices: watch))
    }

    private static func dispatch(_ device: DeviceID) throws -> Dispatch {
        let job = try #require(JobID("job_leased"))
        return Dispatch(
            lease: try #require(LeaseID("lse_leased")), attempt: 1,
            task: TaskID(job: job, index: 1), taskCount: 1,
            workload: Workload(
                image: .archive(
                    name: "base",
                    digest: try #require(
                        BlobDigest("sha256:" + String(repeating: "0", count: 64)))),
                command: ["true"], environment: [], inputs: [], outputs: []),
            slice: Resources(milliCPU: 100, memoryBytes: 1 << 20, diskBytes: 1 << 20),
            devices: [device], budgetSeconds: 60, limitSeconds: 60, fence: 8, token: "token")
    }
}
