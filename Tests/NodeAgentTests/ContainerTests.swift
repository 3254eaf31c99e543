import ContainerEngine
import Crypto
import Domain
import Foundation
import Hosting
import Testing

@testable import NodeAgent

/// The node against the machine's own podman.
@Suite(.serialized, .enabled(if: Rig.missing == nil, Comment(rawValue: Rig.missing ?? "")))
struct ContainerTests {
    @Test func `a dispatched lease runs, is metered and ends with its exit code`() async throws {
        try await Rig.run { rig in
            try await rig.running {
                let dispatch = try rig.dispatch("echo hello; sleep 3; exit 7")
                rig.market.dispatch(dispatch)
                let end = try await rig.market.end(of: dispatch.lease)
                #expect(end.status == .ended(.exited(code: 7)))
                #expect(end.seconds == 3)
                let receipts = rig.market.receipts(of: dispatch.lease)
                #expect(receipts.first?.sequence == 1)
                #expect(receipts.first?.seconds == 0)
                #expect(receipts.first?.status == .running)
                try await rig.gone(dispatch.lease)
            }
        }
    }

    @Test func `a container that the kernel ends for memory is told from exit 137`() async throws {
        try await Rig.run { rig in
            try await rig.running {
                let greedy = try rig.dispatch(
                    "x=$(head -c 300000000 /dev/zero | tr '\\0' a); echo $?; exit 3", lease: "oom")
                rig.market.dispatch(greedy)
                #expect(try await rig.market.end(of: greedy.lease).status == .ended(.outOfMemory))
                let honest = try rig.dispatch("exit 137", lease: "code")
                rig.market.dispatch(honest)
                let end = try await rig.market.end(of: honest.lease)
                #expect(end.status == .ended(.exited(code: 137)))
            }
        }
    }

    @Test func `a program that is asked to leave hears it, and is killed when its grace is over`()
        async throws
    {
        try await Rig.run { rig in
            let grace = OwnerPolicy(graceSeconds: 3, idleSeconds: 10, yieldsTo: [])
            try await rig.running {
                $0.owner = grace
            } _: {
                let deaf = try rig.dispatch(
                    "trap 'echo asked' TERM; echo up; while :; do sleep 0.1; done")
                rig.market.dispatch(deaf)
                try await rig.isRunning(deaf.lease)
                try await rig.until("it has ears") { try rig.log(of: deaf.lease).out == "up\n" }
                rig.market.wish(number: 1, .paused)
                let end = try await rig.market.end(of: deaf.lease)
                #expect(end.status == .ended(.yielded(code: "paused")))
                #expect((3...9).contains(end.seconds))
                #expect(try rig.log(of: deaf.lease).out == "up\nasked\n")
                try await rig.gone(deaf.lease)
            }
        }
    }

    @Test func `one that leaves with 0 when it is asked to is done`() async throws {
        try await Rig.run { rig in
            try await rig.running {
                let polite = try rig.dispatch(
                    "trap 'exit 0' TERM; echo up; while :; do sleep 0.1; done")
                rig.market.dispatch(polite)
                try await rig.isRunning(polite.lease)
                try await rig.until("it has ears") { try rig.log(of: polite.lease).out == "up\n" }
                rig.market.wish(number: 1, .paused)
                let end = try await rig.market.end(of: polite.lease)
                #expect(end.status == .ended(.exited(code: 0)))
            }
        }
    }

    @Test func `a lease that reaches its limit is killed and claims no second more`() async throws {
        try await Rig.run { rig in
            try await rig.running {
                let dispatch = try rig.dispatch("sleep 100", limitSeconds: 2)
                rig.market.dispatch(dispatch)
                let end = try await rig.market.end(of: dispatch.lease)
                #expect(end.status == .ended(.overran))
                #expect(end.seconds == 2)
                try await rig.gone(dispatch.lease)
            }
        }
    }

    @Test func `the renter's stop ends the container and keeps what it had written`() async throws {
        try await Rig.run { rig in
            try await rig.running {
                let dispatch = try rig.dispatch(
                    "echo part > /out/part; sleep 100", outputs: ["/out"])
                rig.market.dispatch(dispatch)
                try await rig.isRunning(dispatch.lease)
                try await rig.beats(1)
                rig.market.stop(dispatch.lease, .stopped)
                let end = try await rig.market.end(of: dispatch.lease)
                #expect(end.status == .ended(.stopped))
                #expect(try rig.output(of: dispatch.lease, "part") == "part\n")
            }
        }
    }

    @Test func `a job whose image the market does not have fails to start, unbilled`() async throws
    {
        try await Rig.run { rig in
            try await rig.running {
                let unknown = try #require(
                    BlobDigest("sha256:" + String(repeating: "0", count: 64)))
                let dispatch = try rig.dispatch("true", image: unknown)
                rig.market.dispatch(dispatch)
                let end = try await rig.market.end(of: dispatch.lease)
                #expect(end.status == .ended(.startFailed(code: "image_missing")))
                #expect(end.sequence == 1)
                #expect(end.seconds == 0)
            }
        }
    }

    @Test func `a command that does not exist fails to start, unbilled`() async throws {
        try await Rig.run { rig in
            try await rig.running {
                let dispatch = try rig.dispatch("true").running(["/no/such/program"])
                rig.market.dispatch(dispatch)
                let end = try await rig.market.end(of: dispatch.lease)
                #expect(end.status == .ended(.startFailed(code: "container")))
                #expect(end.seconds == 0)
                try await rig.gone(dispatch.lease)
            }
        }
    }

    @Test func `a container of this node that no lease wants is removed`() async throws {
        try await Rig.run { rig in
            let dispatch = try rig.dispatch("sleep 100")
            try await rig.running {
                rig.market.dispatch(dispatch)
                try await rig.isRunning(dispatch.lease)
            }
            #expect(try await rig.container(dispatch.lease) != nil)
            try FileManager.default.removeItem(
                atPath: rig.configuration.statePath + "/journal.jsonl")
            try await rig.running { try await rig.gone(dispatch.lease) }
        }
    }

    @Test func `the self-test chooses a runtime that applies the whole profile`() async throws {
        try await Rig.run { rig in
            let opening = try rig.opening()
            let engine = try await opening.engine()
            let used = try await engine.client.info().host.ociRuntime
            #expect(OCIRuntime.found().map(\.path).contains(try #require(used).path))
            let again = try await opening.engine()
            #expect(try await again.isAnswering)
        }
    }
}
