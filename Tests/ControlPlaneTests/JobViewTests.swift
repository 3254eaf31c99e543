import ControlPlane
import Crypto
import Domain
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Marketplace
import NIOCore
import Testing
import Verification
import Wire

/// A job as its renter is shown it, from rows that leases left.
@Suite struct JobViewTests {
    private let stage: TelemetryStage
    private var store: any Store { stage.market.server.services.store }

    init() async throws { stage = try await TelemetryStage() }

    private func show() async throws -> JobDTO {
        let response = try await stage.request(
            .get, "/v1/jobs/\(stage.job)", stage.market.keys[.renter]!)
        return try WireJSON.decode(JobDTO.self, from: Array(response.body.readableBytesView))
    }

    private func receipt(of index: Int, _ status: RunStatus) async throws {
        try await receipt(1, 0, status, of: index)
    }

    /// A receipt of a task's lease, as its node signs it.
    private func receipt(
        _ sequence: Int64, _ seconds: Int64, _ status: RunStatus = .running, of index: Int = 0
    ) async throws {
        let receipt = Receipt(
            lease: stage.leases[index], attempt: 1, node: stage.node.id, sequence: sequence,
            seconds: seconds, status: status, level: .live, cpuMilliseconds: 0,
            peakMemoryBytes: 0)
        let signed = SignedReceipt(
            bytes: receipt.bytes,
            signature: Array(try stage.nodeKey.signature(for: receipt.bytes)))
        let verified = try VerifiedReceipt(
            signed, from: stage.node.id, key: stage.node.receiptKey)
        let now = stage.market.server.services.clock.now()
        _ = try await store.perform(.meter(verified, arrivedAt: now))
    }

    /// So that the market's clock allows a second since the start.
    private func passTime() async throws {
        let clock = stage.market.server.services.clock
        let start = clock.now()
        while clock.now() <= start { await Task.yield() }
    }

    @Test
    func `after a run that made way a task's row is its next attempt's, and the charge of all`()
        async throws
    {
        try await receipt(1, 0)
        try await passTime()
        try await receipt(2, 1, .ended(.yielded(code: "paused")))
        try await store.perform(.verify(stage.leases[0]))
        let task = try #require(try await show().taskList.first)
        #expect(task.attempt == 2 && task.state == .open)
        #expect(task.node == nil && task.lease == nil && task.devices == nil)
        #expect(task.charged.money.micro == 1)
    }

    @Test func `a run that is asked to leave says so in its job, its events and its use`()
        async throws
    {
        try await receipt(1, 0)
        _ = try await stage.send(0, 100...104)
        let until = stage.market.server.services.clock.now().advanced(seconds: 60)
        let call = LeaveCall(lease: stage.leases[0], code: "owner_gpu", until: until)
        try await store.perform(.notice(stage.node.id, [call]))
        let leaving = try #require(try await show().taskList.first?.leaving)
        #expect(leaving.code == "owner_gpu" && leaving.until.timestamp == until)
        #expect(try await stage.metrics().series.first?.leaving == leaving)
        let owner = try await stage.request(
            .get, "/v1/nodes/\(stage.node.id)", stage.market.keys[.provider]!)
        let node = try WireJSON.decode(
            NodeDetailDTO.self, from: Array(owner.body.readableBytesView))
        #expect(node.leases.first?.leaving == leaving)
        let events = try await stage.request(
            .get, "/v1/jobs/\(stage.job)/events?follow=false", stage.market.keys[.renter]!)
        let text = String(buffer: events.body)
        #expect(text.contains("event: leaving") && text.contains(#""reason":"yielded:owner_gpu""#))
        #expect(text.contains(#""until":"\#(TimeDTO(until))""#))
        try await store.perform(.notice(stage.node.id, []))
        #expect(try await show().taskList.first?.leaving == nil)
    }

    @Test(arguments: [
        (EndReason.nodeLost, true), (.deviceLost(code: "gone"), true),
        (.startFailed(code: "disk_full"), true), (.startFailed(code: "image_invalid"), false),
        (.startFailed(code: "image_too_large_1000000_9230000"), false),
        (.exited(code: 3), false),
    ])
    func `a job that failed by its machine names the retry that helps, another one does not`(
        _ reason: EndReason, _ isNamed: Bool
    ) async throws {
        try await receipt(1, 0, .ended(reason))
        try await store.perform(.verify(stage.leases[0]))
        try await receipt(of: 1, .ended(.stopped))
        try await store.perform(.verify(stage.leases[1]))
        let job = try await show()
        #expect(job.state == .failed && job.reason?.code == reason.text)
        #expect(
            job.reason?.fixes?.map(\.command) == (isNamed ? ["orban retry \(stage.job)"] : nil))
    }
}
