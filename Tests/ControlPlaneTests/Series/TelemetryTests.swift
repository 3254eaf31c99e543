import ControlPlane
import Crypto
import Domain
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Marketplace
import NIOCore
import Testing
import Wire

/// What leases and nodes use, through the routes.
@Suite struct TelemetryTests {
    @Test func `a lease's samples come with its token and are read by who pays`() async throws {
        let stage = try await TelemetryStage()
        #expect(try await stage.send(0, 100...119).status == .noContent)
        #expect(try await stage.send(0, 100...119).status == .noContent)
        #expect(try await stage.send(1, 100...104).status == .noContent)
        let metrics = try await stage.metrics("?step=1")
        #expect(metrics.job == stage.job && metrics.stepS == 1 && !metrics.hasMore)
        #expect(metrics.series.map(\.task) == [1, 2])
        let first = try #require(metrics.series.first)
        #expect(first.at.count == 20 && first.milliCPU.mean == [Int64?](repeating: 250, count: 20))
        #expect(first.milliCPU.min == nil && first.dropped == 3)
        #expect(first.milliCPULimit == 500 && first.memoryLimitBytes == 100_000_000)
        let gpu = try #require(first.devices.first)
        #expect(gpu.device.id == TelemetryStage.gpus[0].id)
        #expect(gpu.utilisationPercent.mean == (0...19).map { Int64($0) })
        #expect(gpu.throttle.allSatisfy { $0?.words == ["power_cap"] })
        #expect(gpu.temperature.mean.allSatisfy { $0 == 60 })

        let coarse = try await stage.metrics("?step=60&task=1")
        #expect(coarse.series.map(\.task) == [1])
        let minutes = try #require(coarse.series.first?.devices.first?.utilisationPercent)
        #expect(minutes.min?.compactMap(\.self).min() == 0)
        #expect(minutes.max?.compactMap(\.self).max() == 19)
    }

    @Test func `nobody else reads or writes them`() async throws {
        let stage = try await TelemetryStage()
        _ = try await stage.send(0, 100...109)
        let path = "/v1/jobs/\(stage.job)/metrics"
        for uri in [path, path + "/stream?follow=false"] {
            let foreign = try await stage.request(.get, uri, stage.market.otherRenter)
            #expect(foreign.status == .notFound)
            let provider = try await stage.request(.get, uri, stage.market.keys[.provider]!)
            #expect(provider.status == .forbidden)
            let boss = try await stage.request(.get, uri, stage.market.keys[.operator]!)
            #expect(boss.status == .ok)
        }
        let body = try WireJSON.encode(stage.batch(1, 1...5))
        let other = try await stage.request(
            .post, "/v1/leases/\(stage.leases[1])/samples", try await stage.token(0), body)
        #expect(other.status == .forbidden)
        let renter = try await stage.request(
            .post, "/v1/leases/\(stage.leases[0])/samples", stage.market.keys[.renter]!, body)
        #expect(renter.status == .forbidden)
        // The token dies with its attempt.
        let token = try await stage.token(0)
        try await stage.market.server.services.store.perform(
            .endLease(stage.leases[0], .nodeLost))
        let late = try await stage.request(
            .post, "/v1/leases/\(stage.leases[0])/samples", token,
            try WireJSON.encode(stage.batch(0, 200...205)))
        #expect(late.status == .unauthorized)
    }

    @Test(arguments: [
        "step=0", "step=61", "step=90000", "step=x", "task=0", "task=3", "from=yesterday",
        "to=1", "from=2026-11-22T10:00:00Z&to=2026-11-22T10:00:00Z",
        "from=2026-11-22T10:00:00Z&to=2026-11-22T12:00:00Z&step=1",
    ])
    func `a part that is none is refused`(query: String) async throws {
        let stage = try await TelemetryStage()
        let response = try await stage.request(
            .get, "/v1/jobs/\(stage.job)/metrics?\(query)", stage.market.keys[.renter]!)
        #expect(try TestMarket.problem(response).code == "parameter_invalid", "\(query)")
    }

    @Test func `a task that was placed ever so often is told of by its latest attempts`()
        async throws
    {
        let stage = try await TelemetryStage()
        #expect(try await stage.send(1, 100...104).status == .noContent)
        try await stage.yield(times: 70)
        let metrics = try await stage.metrics("?step=1")
        #expect(metrics.hasMore && metrics.series.count == 64)
        #expect(metrics.series.map(\.task) == [Int](repeating: 1, count: 63) + [2])
        #expect(metrics.series.dropLast().map(\.attempt) == (9...71).map { Int64($0) })
    }

    // MARK: The stream

    private struct Event: Hashable {
        let id: String
        let name: String
        let data: String
    }

    private static func events(_ response: TestResponse) -> [Event] {
        String(buffer: response.body).split(separator: "\n\n").compactMap { block in
            var fields: [String: String] = [:]
            for line in block.split(separator: "\n") {
                let parts = line.split(separator: ": ", maxSplits: 1)
                if parts.count == 2 { fields[String(parts[0])] = String(parts[1]) }
            }
            guard let id = fields["id"], let name = fields["event"] else { return nil }
            return Event(id: id, name: name, data: fields["data"] ?? "")
        }
    }

    private static func stream(
        _ stage: TelemetryStage, after id: String? = nil, query: String = "?follow=false"
    ) async throws -> [Event] {
        let response = try await stage.request(
            .get, "/v1/jobs/\(stage.job)/metrics/stream\(query)", stage.market.keys[.renter]!,
            lastEvent: id)
        #expect(response.status == .ok && response.headers[.contentType] == "text/event-stream")
        return events(response)
    }

    @Test func `a reader goes on after any event without a gap or a repetition`() async throws {
        let stage = try await TelemetryStage()
        for start in [100, 110, 120] as [Int64] {
            for lease in 0...1 { _ = try await stage.send(lease, start...start + 9) }
        }
        let all = try await Self.stream(stage)
        #expect(all.map(\.name) == [String](repeating: "samples", count: 6))
        let told = try all.map { try WireJSON.decode(SamplesEventDTO.self, from: $0.data.utf8) }
        #expect(told.map(\.task) == [1, 2, 1, 2, 1, 2])
        #expect(told.map(\.samples.count) == [Int](repeating: 10, count: 6))
        let first = told[0].samples[0]
        #expect(first.milliCPU == 250 && first.devices.first?.utilisationPercent == 0)
        #expect(zip(all, all.dropFirst()).allSatisfy { Int64($0.id)! < Int64($1.id)! })
        for (index, event) in all.enumerated() {
            #expect(try await Self.stream(stage, after: event.id) == Array(all[(index + 1)...]))
        }
        let one = try await Self.stream(stage, query: "?follow=false&task=2")
        #expect(one == [all[1], all[3], all[5]])
    }

    @Test func `a reader that waits is told what comes, and of the end`() async throws {
        let stage = try await TelemetryStage()
        async let waited = Self.stream(stage, query: "")
        _ = try await stage.send(0, 100...109)
        let store = stage.market.server.services.store
        try await store.perform(.stop(stage.job))
        for lease in stage.leases {
            try await store.perform(.endLease(lease, .stopped))
            try await store.perform(.verify(lease))
        }
        let events = try await waited
        #expect(events.last?.name == "end")
        #expect(events.dropLast().map(\.name) == ["samples"])
        // What a job used is there when it is over, up to its last sample.
        let metrics = try await stage.metrics()
        let last = try #require(metrics.series.first?.at.last)
        #expect(metrics.state.isOver)
        #expect((0...5000).contains(metrics.to.timestamp.millisecondsSince(last.timestamp)))
    }

    @Test func `the stream is the same after the market started again`() async throws {
        let stage = try await TelemetryStage()
        _ = try await stage.send(0, 100...109)
        let before = try await Self.stream(stage)
        let again = try await stage.market.restarted()
        let response = try await again.call { client in
            try await client.execute(
                uri: "/v1/jobs/\(stage.job)/metrics/stream?follow=false", method: .get,
                headers: TestMarket.headers(again.keys[.renter]!), body: nil)
        }
        #expect(Self.events(response) == before && before.count == 1)
    }

    // MARK: Nodes

    private static func report(_ seconds: ClosedRange<Int64>) -> NodeReportDTO {
        NodeReportDTO(
            driver: "550.54.15", advisories: ["CVE-2024-21626"],
            devices: TelemetryStage.gpus.map { gpu in
                DeviceStandingDTO(
                    device: DeviceDTO(gpu),
                    reason: gpu.id == TelemetryStage.gpus[1].id ? "in_use" : nil,
                    sample: TelemetryStage.sample(0, 97).devices[0])
            },
            batch: SampleBatchDTO(
                boot: "boot", sentSecond: seconds.upperBound, dropped: 0,
                devices: TelemetryStage.gpus.map(\.id),
                samples: seconds.map { second in
                    let device = TelemetryStage.sample(second, 97).devices[0]
                    return SampleDTO(
                        second: second, milliCPU: nil, memoryBytes: nil, devices: [device, device])
                }))
    }

    private static func tell(
        _ stage: TelemetryStage, _ report: NodeReportDTO,
        signedBy key: Curve25519.Signing.PrivateKey,
        as node: NodeID? = nil
    ) async throws -> TestResponse {
        let bytes = try WireJSON.encode(report)
        let signature = try key.signature(
            for: SignedReportDTO.signedBytes(bytes, of: stage.node.id))
        return try await stage.request(
            .post, "/v1/nodes/\(node ?? stage.node.id)/samples", nil,
            try WireJSON.encode(
                SignedReportDTO(
                    report: Base64Bytes(bytes), signature: Base64Bytes(Array(signature)))))
    }

    private static func detail(_ stage: TelemetryStage, _ key: String) async throws -> TestResponse
    {
        try await stage.request(.get, "/v1/nodes/\(stage.node.id)", key)
    }

    @Test func `a node tells of itself by its own key, and its owner reads it`() async throws {
        let stage = try await TelemetryStage()
        let owner = stage.market.keys[.provider]!
        let before = try WireJSON.decode(
            NodeDetailDTO.self,
            from: Array(try await Self.detail(stage, owner).body.readableBytesView))
        #expect(before.reportedAt == nil && before.devices.isEmpty && before.leases.count == 2)

        let taken = try await Self.tell(stage, Self.report(10...19), signedBy: stage.nodeKey)
        #expect(taken.status == .noContent)
        let answer = try await Self.detail(stage, owner)
        let node = try WireJSON.decode(
            NodeDetailDTO.self, from: Array(answer.body.readableBytesView))
        #expect(node.driver == "550.54.15" && node.advisories == ["CVE-2024-21626"])
        #expect(node.devices.map(\.reason) == [nil, "in_use"])
        #expect(node.devices.first?.sample.utilisationPercent == 97)
        #expect(node.series.count == 2 && !node.at.isEmpty)
        #expect(node.series[0].utilisationPercent.max?.contains(97) == true)
        #expect(node.leases.map(\.devices) == TelemetryStage.gpus.map { [$0.id] })
        // Nothing of who rents.
        let text = String(buffer: answer.body)
        #expect(!text.contains("renter") && !text.contains(stage.job.text))
        #expect(!text.contains("hello"))
    }

    @Test func `another key's word about a node is none`() async throws {
        let stage = try await TelemetryStage()
        let forged = try await Self.tell(
            stage, Self.report(1...2), signedBy: Curve25519.Signing.PrivateKey())
        #expect(try TestMarket.problem(forged).code == "bad_signature")
        let unknown = try await Self.tell(
            stage, Self.report(1...2), signedBy: stage.nodeKey, as: NodeID("nod_none")!)
        #expect(try TestMarket.problem(unknown).code == "node_not_found")
        // A signature for one node is none for another, nor is a receipt's.
        let bytes = try WireJSON.encode(Self.report(1...2))
        let bare = SignedReportDTO(
            report: Base64Bytes(bytes),
            signature: Base64Bytes(Array(try stage.nodeKey.signature(for: bytes))))
        let response = try await stage.request(
            .post, "/v1/nodes/\(stage.node.id)/samples", nil, try WireJSON.encode(bare))
        #expect(try TestMarket.problem(response).code == "bad_signature")
    }

    @Test func `other providers do not know the node`() async throws {
        let stage = try await TelemetryStage()
        let services = stage.market.server.services
        let other = try await services.makeKey(
            for: TestMarket.other, role: .provider, label: "other")
        let response = try await Self.detail(stage, other)
        #expect(try TestMarket.problem(response).code == "node_not_found")
        #expect(try await Self.detail(stage, stage.market.keys[.operator]!).status == .ok)
    }
}
