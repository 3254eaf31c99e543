import ContainerEngine
import Domain
import Foundation
import Testing

@testable import NodeAgent

/// A node does not trust its engine: it looks before a job's program runs, and goes on looking.
@Suite(.serialized, .enabled(if: Rig.missing == nil, Comment(rawValue: Rig.missing ?? "")))
struct IsolationTests {
    @Test func `a container that an engine did not confine never runs its program, unbilled`()
        async throws
    {
        try await Rig.run(weakening: "s/\"noNewPrivileges\":true/\"noNewPrivileges\":false/") {
            rig in
            try await rig.running {
                let dispatch = try rig.dispatch("echo ran > /out/ran; sleep 5", outputs: ["/out"])
                rig.market.dispatch(dispatch)
                let end = try await rig.market.end(of: dispatch.lease)
                #expect(end.status == .ended(.startFailed(code: "isolation")))
                #expect(end.seconds == 0)
                #expect(try await rig.container(dispatch.lease) == nil)
                let output = rig.configuration.statePath + "/leases/\(dispatch.lease)/out-0/ran"
                #expect(!FileManager.default.fileExists(atPath: output))
                try await rig.gone(dispatch.lease)
            }
        }
    }

    @Test func `a market cannot make a node give a network that its owner does not`() async throws {
        try await Rig.run { rig in
            #expect(rig.configuration.terms.network == .none)
            try await rig.running {
                let dispatch = try rig.dispatch("sleep 5", network: .egress)
                rig.market.dispatch(dispatch)
                let end = try await rig.market.end(of: dispatch.lease)
                #expect(end.status == .ended(.startFailed(code: "network")))
                #expect(end.seconds == 0)
                #expect(rig.bytes.requests("GET", "/v1/blobs").isEmpty, "nothing was fetched")
                try await rig.gone(dispatch.lease)
            }
        }
    }

    @Test func `a running container whose limit was lifted is killed by the next audit`()
        async throws
    {
        try await Rig.run { rig in
            try await rig.running({ $0.auditEvery = .milliseconds(200) }) {
                let dispatch = try rig.dispatch("sleep 1000")
                rig.market.dispatch(dispatch)
                try await rig.isRunning(dispatch.lease)
                try await rig.beats(2)
                let id = try #require(try await rig.container(dispatch.lease)).id
                let leaf = try rig.cgroup(dispatch.lease).leaf(of: id)
                let isUnified = leaf.tree.version == .unified
                let file = "/sys/fs/cgroup\(isUnified ? "" : "/pids")\(leaf.path)/pids.max"
                try Data("max".utf8).write(to: URL(fileURLWithPath: file))
                let end = try await rig.market.end(of: dispatch.lease)
                #expect(end.status == .ended(.killed))
                try await rig.gone(dispatch.lease)
            }
        }
    }
}
