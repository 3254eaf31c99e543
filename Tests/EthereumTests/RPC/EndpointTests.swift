import Ethereum
import NIOHTTP1
import Testing

@Suite struct EndpointTests {
    private static let call = RPCCall("eth_chainId")

    private func call(_ reply: Server.Reply, limit: Duration = .seconds(5)) async throws -> JSON {
        try await Server.with([{ _ in reply }], limit: limit) { try await $0[0].call(Self.call) }
    }

    private static func body(_ text: String) -> Server.Reply { .body(Array(text.utf8)) }

    @Test func `a result is a result`() async throws {
        let result = try await call(Self.body(#"{"jsonrpc":"2.0","id":1,"result":"0x1"}"#))
        #expect(result == .string("0x1"))
    }

    @Test(arguments: [
        ("", RPCMalformation.json(.form)), ("<html>", .json(.form)), ("[]", .form), ("{}", .form),
        (#"{"jsonrpc":"2.0","id":2,"result":"0x1"}"#, .ids),
        (#"{"jsonrpc":"2.0","id":"1","result":"0x1"}"#, .ids),
        (#"{"jsonrpc":"2.0","id":null,"result":"0x1"}"#, .ids),
        (#"{"jsonrpc":"1.0","id":1,"result":"0x1"}"#, .form),
        (#"{"jsonrpc":"2.0","id":1}"#, .form),
        (#"{"jsonrpc":"2.0","id":1,"error":{}}"#, .form),
        (#"{"jsonrpc":"2.0","id":1,"id":1,"result":1}"#, .json(.duplicateName)),
        ("[".repeated(100), .json(.tooDeep)),
    ])
    func `what is no answer is none`(text: String, malformation: RPCMalformation) async throws {
        await #expect(throws: Endpoint.Failure.malformed(endpoint: "e0", malformation)) {
            try await call(Self.body(text))
        }
    }

    @Test func `an error is told by its code, its words only to who asks for them`() async throws {
        let data = try ABIFunction(signature: "Error(string)").call([.string("no funds")])
        let text =
            #"{"jsonrpc":"2.0","id":1,"error":{"code":3,"message":"secret words","data":""#
            + Hex.text(of: data) + #""}}"#
        do {
            _ = try await call(Self.body(text))
            Issue.record("no error")
        } catch let refusal as RPCRefusal {
            #expect(refusal.code == 3 && refusal.peerText == "secret words")
            #expect(refusal.revertReason == .text("no funds"))
            #expect("\(refusal)" == "the endpoint refused with code 3")
        }
    }

    @Test func `who is silent, slow or endless is left`() async throws {
        let limit = Duration.milliseconds(300)
        for reply in [Server.Reply.silence, .half([0x7B])] {
            await #expect(throws: Endpoint.Failure.late(endpoint: "e0")) {
                try await call(reply, limit: limit)
            }
        }
        await #expect(throws: Endpoint.Failure.tooLong(endpoint: "e0")) {
            try await call(.endless)
        }
    }

    @Test func `other answers of HTTP are failures, and nothing is followed`() async throws {
        await #expect(throws: Endpoint.Failure.status(endpoint: "e0", code: 502)) {
            try await call(.body([], .badGateway))
        }
        await #expect(throws: Endpoint.Failure.unreachable(endpoint: "e0")) {
            try await call(.closed)
        }
        await #expect(throws: Endpoint.Failure.status(endpoint: "e0", code: 302)) {
            try await call(.redirect("http://127.0.0.1:1/"))
        }
    }

    @Test func `nothing shows the address of an endpoint`() async throws {
        try await Server.with([{ _ in .closed }]) { endpoints in
            var text = "\(endpoints[0])"
            do { _ = try await endpoints[0].call(Self.call) } catch { text += "\(error)" }
            #expect(!text.contains("127.0.0.1") && !text.contains("key-in-path"))
        }
    }

    // MARK: Batches

    private func batch(_ count: Int, _ text: String) async throws -> [Result<JSON, RPCRefusal>] {
        try await Server.with([{ _ in Self.body(text) }]) {
            try await $0[0].call([RPCCall](repeating: Self.call, count: count))
        }
    }

    @Test func `a batch's answers come in the order of its calls`() async throws {
        let results = try await batch(
            2,
            #"[{"jsonrpc":"2.0","id":2,"error":{"code":-1,"message":""}},"#
                + #"{"jsonrpc":"2.0","id":1,"result":7}]"#)
        #expect(try results[0].get() == .number("7"))
        #expect(throws: RPCRefusal.self) { try results[1].get() }
    }

    @Test(arguments: [
        #"[{"jsonrpc":"2.0","id":1,"result":7}]"#, "[]",
        #"[{"jsonrpc":"2.0","id":1,"result":7},{"jsonrpc":"2.0","id":1,"result":7}]"#,
        #"[{"jsonrpc":"2.0","id":1,"result":7},{"jsonrpc":"2.0","id":3,"result":7}]"#,
    ])
    func `a batch with other answers than were asked for is none`(text: String) async throws {
        await #expect(throws: Endpoint.Failure.malformed(endpoint: "e0", .ids)) {
            try await batch(2, text)
        }
    }

    @Test func `one error answers a whole batch, and none is too large`() async throws {
        let results = try await batch(
            3, #"{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"no batches"}}"#)
        #expect(results.count == 3)
        await #expect(throws: Endpoint.Failure.tooManyCalls) { try await batch(257, "[]") }
    }
}
