import ControlPlane
import Domain
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Testing
import Wire
import Yams

/// `api/openapi.yaml` says what the program does: neither more nor less.
@Suite struct ContractFileTests {
    typealias Object = [String: Any]

    private let file: Object

    init() throws {
        let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appending(path: "../../api/openapi.yaml")
        let text = try String(contentsOf: path, encoding: .utf8)
        file = try #require(try Yams.load(yaml: text) as? Object)
    }

    private struct Operation {
        let method: String
        let path: String
        let content: Object
        var name: String { "\(method) \(path)" }
    }

    private var operations: [Operation] {
        let methods = ["get", "head", "put", "post", "delete", "patch", "options", "trace"]
        let paths = file["paths"] as? [String: Object] ?? [:]
        return paths.flatMap { path, item in
            methods.compactMap { method in
                (item[method] as? Object).map {
                    Operation(method: method.uppercased(), path: path, content: $0)
                }
            }
        }
    }

    private func schema(_ name: String) -> Object {
        let components = file["components"] as? Object
        return (components?["schemas"] as? Object)?[name] as? Object ?? [:]
    }

    /// `/v1/jobs/:job` as the file writes it.
    private static func written(_ path: String) -> String {
        path.split(separator: "/", omittingEmptySubsequences: false).map { part in
            if part == "**" { return "{path}" }
            return part.hasPrefix(":") ? "{\(part.dropFirst())}" : String(part)
        }.joined(separator: "/")
    }

    private static func access(_ access: Access) -> [String] {
        switch access {
        case .anyone: ["anyone"]
        case .roles(let roles): roles.map(\.rawValue)
        case .leaseOr(let roles): ["lease"] + roles.map(\.rawValue)
        }
    }

    @Test func `every route is in the file with its access, and the file has no other`()
        async throws
    {
        let market = try await TestMarket()
        let routes = API(market.server.services).table.map {
            "\($0.method) \(Self.written($0.path)) \(Self.access($0.access))"
        }
        let written = operations.map { operation in
            "\(operation.name) \(operation.content["x-orban-access"] as? [String] ?? [])"
        }
        #expect(written.sorted() == routes.sorted())
    }

    @Test func `routes that need a key say so, and others do not`() {
        for operation in operations {
            let isOpen = operation.content["x-orban-access"] as? [String] == ["anyone"]
            let security = operation.content["security"] as? [Object]
            #expect((security != nil) == isOpen, "\(operation.name)")
        }
    }

    @Test func `every operation has a name of its own, a summary and its errors`() {
        var names: Set<String> = []
        for operation in operations {
            let name = operation.content["operationId"] as? String ?? ""
            #expect(!name.isEmpty && names.insert(name).inserted, "\(operation.name)")
            #expect(operation.content["summary"] is String, "\(operation.name)")
            let responses = operation.content["responses"] as? Object ?? [:]
            #expect(responses["default"] != nil, "\(operation.name)")
        }
    }

    @Test func `every code that the market can answer is in the file`() {
        let commandLine: Set<ErrorCode> = [
            .usage, .confirmRequired, .fileNotFound, .loginRequired, .credentialsExposed,
            .marketUnreachable, .marketUntrusted, .timeout, .proofInvalid, .localFailure,
            .interrupted, .egressPolicyInvalid, .fileUnusable, .roleMissing, .cannotListen,
            .capacityTaken, .engineOther,
            .nodeRunsAlready, .nodeNotJoined, .selfTestImageMissing, .outputFailed,
            .chainUnreachable, .chainWrong,
            .contractRefused, .walletUnusable,
        ]
        let codes = ErrorCode.allCases.filter { !commandLine.contains($0) }.map(\.rawValue)
        #expect((schema("ErrorCode")["enum"] as? [String] ?? []).sorted() == codes.sorted())
    }

    @Test func `words of closed sets are the program's`() {
        func words(_ name: String, _ property: String? = nil) -> [String] {
            let object = schema(name)
            guard let property else { return object["enum"] as? [String] ?? [] }
            let properties = object["properties"] as? [String: Object]
            return properties?[property]?["enum"] as? [String] ?? []
        }
        #expect(words("Role") == Role.allCases.map(\.rawValue))
        #expect(words("JobState") == JobState.allCases.map(\.rawValue))
        #expect(words("Stream") == LogStream.allCases.map(\.rawValue))
        #expect(words("Task", "state") == TaskState.allCases.map(\.rawValue))
        #expect(words("JobEvent", "event") == JobEventKind.allCases.map(\.rawValue))
        let reasons = schema("ThrottleReasons")["items"] as? Object
        #expect(reasons?["enum"] as? [String] == ThrottleReasons.known.words)
    }

    @Test func `examples are what the program reads`() throws {
        func example<Value: Decodable>(_ name: String, as type: Value.Type) throws {
            let value = try #require(schema(name)["example"], "\(name)")
            let bytes = try JSONSerialization.data(withJSONObject: value)
            _ = try WireJSON.decode(type, from: bytes)
        }
        try example("Submit", as: SubmitRequest.self)
        try example("Credit", as: CreditRequest.self)
        try example("NewKey", as: KeyRequest.self)
        try example("NewJoinToken", as: JoinTokenRequest.self)
        try example("LogBatch", as: LogBatchDTO.self)
        try example("SampleBatch", as: SampleBatchDTO.self)
        try example("JobEnd", as: JobEndDTO.self)
        try example("JobEvent", as: JobEventDTO.self)
        try example("Money", as: MoneyDTO.self)
        let spec = try #require((schema("Submit")["example"] as? Object)?["spec"] as? String)
        _ = try JobSpec.parse(spec, file: "spec")
    }

    @Test func `every reference leads somewhere`() {
        var missing: [String] = []
        func walk(_ value: Any) {
            if let object = value as? Object {
                if let reference = object["$ref"] as? String, find(reference) == nil {
                    missing.append(reference)
                }
                for inner in object.values { walk(inner) }
            } else if let list = value as? [Any] {
                for inner in list { walk(inner) }
            }
        }
        walk(file)
        #expect(missing == [])
    }

    private func find(_ reference: String) -> Any? {
        var value: Any? = file
        for part in reference.split(separator: "/").dropFirst() {
            value = (value as? Object)?[String(part)]
        }
        return value
    }

    @Test func `an address or a method that no route has is answered as a problem`() async throws {
        let market = try await TestMarket()
        try await market.call { (client) async throws -> Void in
            for (method, path, code, allow) in [
                (HTTPRequest.Method.get, "/v1/nothing", "not_found", nil),
                (.get, "/", "not_found", nil),
                (.delete, "/v1/jobs", "method_not_allowed", "POST, GET"),
                (.put, "/v1/jobs/job_1/stop", "method_not_allowed", "POST"),
                (.post, "/v1/log/tile/0/000", "method_not_allowed", "GET"),
                (.get, "/v1/log/tile", "not_found", nil),
            ] as [(HTTPRequest.Method, String, String, String?)] {
                let response = try await client.execute(
                    uri: path, method: method, headers: TestMarket.headers(nil), body: nil)
                let problem = try TestMarket.problem(response)
                #expect(problem.code == code && response.headers[.allow] == allow, "\(path)")
                #expect(response.headers[.contentType] == ProblemDTO.mediaType)
                #expect(problem.status == response.status.code)
            }
        }
    }
}
