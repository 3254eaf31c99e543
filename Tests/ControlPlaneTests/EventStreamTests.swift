import ControlPlane
import Domain
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Marketplace
import NIOCore
import Testing
import Wire

@Suite struct EventStreamTests {
    private struct Event: Hashable {
        let id: String
        let name: String
        let data: String
    }

    /// A job that was submitted and stopped: four events, then the end.
    private static func stoppedJob() async throws -> (TestMarket, JobID) {
        let market = try await TestMarket()
        try await market.addImage("localhost/test:1")
        try await market.credit("5.00")
        let job = try await market.call { client in
            let body = ByteBuffer(
                bytes: try WireJSON.encode(SubmitRequest(spec: SubmitTests.spec)))
            let made = try await client.execute(
                uri: "/v1/jobs", method: .post,
                headers: TestMarket.headers(market.keys[.renter]!, key: "k"), body: body)
            return try WireJSON.decode(JobDTO.self, from: Array(made.body.readableBytesView)).id
        }
        return (market, job)
    }

    private static func read(
        _ market: TestMarket, _ job: JobID, after id: String? = nil, query: String = ""
    ) async throws -> [Event] {
        var headers = TestMarket.headers(market.keys[.renter]!)
        if let id { headers[HTTPField.Name("Last-Event-ID")!] = id }
        let sent = headers
        let response = try await market.call { client in
            try await client.execute(
                uri: "/v1/jobs/\(job)/events\(query)", method: .get, headers: sent, body: nil)
        }
        #expect(response.status == .ok)
        #expect(response.headers[.contentType] == "text/event-stream")
        return String(buffer: response.body).split(separator: "\n\n").compactMap { block in
            var fields: [String: String] = [:]
            for line in block.split(separator: "\n") {
                let parts = line.split(separator: ": ", maxSplits: 1)
                if parts.count == 2 { fields[String(parts[0])] = String(parts[1]) }
            }
            guard let id = fields["id"], let name = fields["event"] else { return nil }
            return Event(id: id, name: name, data: fields["data"] ?? "")
        }
    }

    @Test func `a job's events come in order and end with its state`() async throws {
        let (market, job) = try await Self.stoppedJob()
        #expect(
            try await Self.read(market, job, query: "?follow=false").map(\.name) == ["submitted"])
        try await market.server.services.store.perform(.stop(job))
        let events = try await Self.read(market, job)
        #expect(events.map(\.name) == ["submitted", "closing", "refunded", "closed", "end"])
        #expect(events.map(\.id) == ["1", "2", "3", "4", "4"])
        let end = try WireJSON.decode(JobEndDTO.self, from: events[4].data.utf8)
        #expect(end.state == .stopped && end.exitCode == 143)
        let first = try WireJSON.decode(JobEventDTO.self, from: events[0].data.utf8)
        #expect(first.tasks == 1 && first.amount?.amount == "1.000000")
    }

    @Test func `a reader goes on after any event without a gap or a repetition`() async throws {
        let (market, job) = try await Self.stoppedJob()
        try await market.server.services.store.perform(.stop(job))
        let all = try await Self.read(market, job)
        for (index, event) in all.enumerated().dropLast() {
            let rest = try await Self.read(market, job, after: event.id)
            #expect(rest == Array(all[(index + 1)...]))
        }
    }

    @Test func `events are the same after the market started again`() async throws {
        let (market, job) = try await Self.stoppedJob()
        let before = try await Self.read(market, job, query: "?follow=false")
        let again = try await market.restarted()
        try await again.server.services.store.perform(.stop(job))
        let after = try await Self.read(again, job, after: before.last?.id)
        #expect(after.map(\.name) == ["closing", "refunded", "closed", "end"])
    }

    @Test func `a reader that waits is told what happens meanwhile`() async throws {
        let (market, job) = try await Self.stoppedJob()
        async let events = Self.read(market, job)
        try await market.server.services.store.perform(.stop(job))
        #expect(try await events.last?.name == "end")
    }

    @Test(arguments: ["x", "-1", "lse_1:5", "99999999999999999999"])
    func `a position that is none is refused`(position: String) async throws {
        let (market, job) = try await Self.stoppedJob()
        for kind in ["events", "logs"] {
            var headers = TestMarket.headers(market.keys[.renter]!)
            headers[HTTPField.Name("Last-Event-ID")!] = position
            let sent = headers
            let response = try await market.call { client in
                try await client.execute(
                    uri: "/v1/jobs/\(job)/\(kind)", method: .get, headers: sent, body: nil)
            }
            #expect(try TestMarket.problem(response).code == "parameter_invalid")
        }
    }
}
