import ControlPlane
import Crypto
import Domain
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Marketplace
import NIOCore
import Testing
import Wire

/// A market with a node of one GPU, and a job of two tasks of which each has a lease.
struct TelemetryStage {
    static let gpus = (1...2).map {
        Device(
            id: DeviceID("GPU-0000000\($0)")!, model: "NVIDIA H100", vramBytes: 80_000_000_000)
    }
    static let spec = """
        version: 1
        type: batch
        name: hello
        image: localhost/test:1
        run: echo hello
        array: {count: 2}
        resources: {cpu: 0.5, memory: 100MB, disk: 100MB, gpu: 1}
        budget: {max_total: 1.00 USD}
        """

    let market: TestMarket
    let job: JobID
    let node: Node
    let nodeKey = Curve25519.Signing.PrivateKey()
    let leases: [LeaseID] = [LeaseID("lse_a")!, LeaseID("lse_b")!]

    init() async throws {
        market = try await TestMarket()
        node = Node(
            id: NodeID("nod_gpu")!, provider: TestMarket.provider, name: "gpu",
            receiptKey: Array(nodeKey.publicKey.rawRepresentation))
        let store = market.server.services.store
        try await store.perform(.registerNode(node, token: nil))
        try await store.perform(
            .advertise(
                node.id,
                OfferTerms(
                    capacity: Resources(
                        milliCPU: 4000, memoryBytes: 1 << 30, diskBytes: 1 << 30),
                    devices: Self.gpus, ask: try Rate(microPerHour: 1000), region: "TW",
                    tier: .new)))
        try await market.addImage("localhost/test:1")
        try await market.credit("5.00")
        let key = market.keys[.renter]!
        job = try await market.call { client in
            let made = try await client.execute(
                uri: "/v1/jobs", method: .post, headers: TestMarket.headers(key, key: "k"),
                body: ByteBuffer(bytes: try WireJSON.encode(SubmitRequest(spec: Self.spec))))
            return try WireJSON.decode(JobDTO.self, from: Array(made.body.readableBytesView)).id
        }
        for index in 1...2 { try await place(index) }
    }

    private func place(_ index: Int, as lease: LeaseID? = nil) async throws {
        let store = market.server.services.store
        let task = TaskID(job: job, index: index)
        let rows = try await store.read([.offer(node.id), .task(task)])
        let offer = try #require(rows.offer(node.id))
        let attempt = try #require(rows.task(task)).attempt
        try await store.perform(
            .clear(
                Clearing(
                    lease: lease ?? leases[index - 1], task: task, attempt: attempt,
                    node: node.id, offerVersion: offer.version,
                    devices: [Self.gpus[index - 1].id])))
    }

    /// The first task makes way for its node's owner so often, and is placed anew; each of its later
    /// leases sends a sample.
    func yield(times: Int) async throws {
        let store = market.server.services.store
        var last = leases[0]
        for time in 1...times {
            try await store.perform(.endLease(last, .yielded(code: "paused")))
            try await store.perform(.verify(last))
            last = try #require(LeaseID("lse_y\(time)"))
            try await place(1, as: last)
            let sent = try await request(
                .post, "/v1/leases/\(last)/samples", try await token(of: last),
                try WireJSON.encode(batch(0, 100...101)))
            #expect(sent.status == .noContent)
        }
    }

    func token(_ index: Int) async throws -> String { try await token(of: leases[index]) }

    private func token(of id: LeaseID) async throws -> String {
        let lease = try #require(
            try await market.server.services.store.read([.lease(id)]).lease(id))
        return market.server.services.authenticator.token(lease.id, lease.attempt)
    }

    static func sample(_ second: Int64, _ utilisation: Int) -> SampleDTO {
        SampleDTO(
            second: second, milliCPU: 250, memoryBytes: 10 << 20,
            devices: [
                DeviceSampleDTO(
                    utilisationPercent: utilisation, memoryUsedBytes: 1 << 30,
                    powerMilliwatts: 300_000, temperature: 60, smClockMHz: 1980,
                    throttle: ThrottleReasons(words: ["power_cap"]))
            ])
    }

    /// All are sent in one second: no time passes here.
    func batch(_ index: Int, _ seconds: ClosedRange<Int64>) -> SampleBatchDTO {
        SampleBatchDTO(
            boot: "boot", sentSecond: 300, dropped: 3,
            devices: [Self.gpus[index].id],
            samples: seconds.map { Self.sample($0, Int($0 % 100)) })
    }

    /// What a lease sends, as its node does.
    func send(_ index: Int, _ seconds: ClosedRange<Int64>) async throws -> TestResponse {
        try await request(
            .post, "/v1/leases/\(leases[index])/samples", try await token(index),
            try WireJSON.encode(batch(index, seconds)))
    }

    func request(
        _ method: HTTPRequest.Method, _ uri: String, _ token: String?, _ body: [UInt8]? = nil,
        lastEvent: String? = nil
    ) async throws -> TestResponse {
        var headers = TestMarket.headers(token)
        if let lastEvent { headers[HTTPField.Name("Last-Event-ID")!] = lastEvent }
        let sent = headers
        return try await market.call { client in
            try await client.execute(
                uri: uri, method: method, headers: sent,
                body: body.map { ByteBuffer(bytes: $0) })
        }
    }

    func metrics(_ query: String = "") async throws -> MetricsDTO {
        let response = try await request(
            .get, "/v1/jobs/\(job)/metrics\(query)", market.keys[.renter]!)
        return try WireJSON.decode(MetricsDTO.self, from: Array(response.body.readableBytesView))
    }
}
