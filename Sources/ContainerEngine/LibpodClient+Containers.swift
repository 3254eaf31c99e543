import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1

extension LibpodClient {
    /// Makes a container without starting it.
    /// - Throws: `conflict` when the name is taken, `imageMissing` when the image is not stored.
    package func create(_ spec: ContainerSpec) async throws -> ContainerID {
        try await create(body: spec.body())
    }

    /// The same with the text of the request, which `ContainerSpec.body` makes. What takes a
    /// protection out of it to see that it is missed, begins here.
    package func create(body: [UInt8]) async throws -> ContainerID {
        struct Answer: Decodable {
            let id: String
            enum CodingKeys: String, CodingKey { case id = "Id" }
        }
        var request = Request("create container", .POST, "/containers/create", timeout: .minutes(5))
        request.body = .bytes(ByteBuffer(bytes: body))
        let answer = try await decode(Answer.self, request)
        guard let id = ContainerID(answer.id) else {
            throw EngineError(
                operation: request.operation, category: .other, status: 201, detail: answer.id)
        }
        return id
    }

    /// Makes everything of a created container but its job's program: its first process waits at
    /// its `StartGate`. Idempotent.
    package func initialize(_ id: ContainerID) async throws {
        try await send(
            Request("initialize container", .POST, "\(path(id))/init", timeout: .minutes(2)))
    }

    /// Starts a created container. Idempotent while it runs.
    package func start(_ id: ContainerID) async throws {
        try await send(
            Request("start container", .POST, "\(path(id))/start", timeout: .minutes(2)))
    }

    package func inspect(_ id: ContainerID) async throws -> ContainerRecord {
        try await decode(
            ContainerRecord.self, Request("inspect container", .GET, "\(path(id))/json"))
    }

    /// The containers that carry all of `labels`, in whatever state, in no particular order.
    package func list(labels: [String: String]) async throws -> [ContainerSummary] {
        let wanted = labels.map { "\($0.key)=\($0.value)" }.sorted()
        let filter = String(
            decoding: try JSONEncoder().encode(["label": wanted]), as: UTF8.self)
        return try await decode(
            [ContainerSummary].self,
            Request(
                "list containers", .GET, "/containers/json",
                query: [.init(name: "all", value: "true"), .init(name: "filters", value: filter)]))
    }

    /// Waits until the container has ended and returns its exit code; at once if it has.
    ///
    /// The engine looks every `intervalMilliseconds`. When it dies, this throws `unreachable` and
    /// the container lives on; wait again on its successor.
    package func wait(_ id: ContainerID, intervalMilliseconds: Int) async throws -> Int32 {
        let request = Request(
            "wait for container", .POST, "\(path(id))/wait",
            query: [
                .init(name: "condition", value: "exited"),
                .init(name: "interval", value: "\(max(1, intervalMilliseconds))ms"),
            ], timeout: .hours(24 * 400))
        return try await decode(Int32.self, request)
    }

    /// Sends a signal, such as `KILL`, to the container's first process.
    /// - Throws: `conflict` when it does not run.
    package func kill(_ id: ContainerID, signal: String) async throws {
        try await send(
            Request(
                "signal container", .POST, "\(path(id))/kill",
                query: [.init(name: "signal", value: signal)]))
    }

    /// Asks the container to end, and kills it after `graceSeconds`. Idempotent.
    package func stop(_ id: ContainerID, graceSeconds: Int) async throws {
        try await send(
            Request(
                "stop container", .POST, "\(path(id))/stop",
                query: [.init(name: "timeout", value: "\(max(0, graceSeconds))")],
                timeout: .seconds(Int64(max(0, graceSeconds)) + 60)))
    }

    /// Freezes all processes of the container.
    package func pause(_ id: ContainerID) async throws {
        try await send(Request("pause container", .POST, "\(path(id))/pause"))
    }

    package func unpause(_ id: ContainerID) async throws {
        try await send(Request("unpause container", .POST, "\(path(id))/unpause"))
    }

    /// What may be removed.
    package enum Removal: Hashable, Sendable {
        case onlyEnded
        /// A running container is killed first, without a grace.
        case any
    }

    /// Removes the container and what it wrote. A container that is not there is no error.
    package func remove(_ id: ContainerID, _ removal: Removal) async throws {
        let request = Request(
            "remove container", .DELETE, path(id),
            query: [
                .init(name: "force", value: removal == .any ? "true" : "false"),
                .init(name: "timeout", value: "0"),
                .init(name: "v", value: "true"),
            ], timeout: .minutes(2))
        do { try await send(request) } catch let error as EngineError
            where error.category == .notFound
        {
            return
        }
    }

    func path(_ id: ContainerID) -> String { "/containers/\(id.text)" }
}
