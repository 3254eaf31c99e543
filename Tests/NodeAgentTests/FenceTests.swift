import ContainerEngine
import Domain
import Foundation
import Hosting
import Testing

@testable import NodeAgent

/// What is billed when nobody is there to look: pauses, silence, and a node that dies.
@Suite(.serialized, .enabled(if: Rig.missing == nil, Comment(rawValue: Rig.missing ?? "")))
struct FenceTests {
    @Test func `a pause behind the node's back is billed for at most a second`() async throws {
        try await Rig.run { rig in
            try await rig.running {
                let dispatch = try rig.dispatch("sleep 1000")
                let before = BootClock.now()
                rig.market.dispatch(dispatch)
                try await rig.isRunning(dispatch.lease)
                try await rig.beats(2)
                let id = try #require(try await rig.container(dispatch.lease)).id
                let pausedAt = BootClock.now()
                try await rig.engine.client.pause(id)
                _ = try await rig.market.receipt(.frozen, of: dispatch.lease)
                try await rig.beats(3)
                try await rig.engine.client.unpause(id)
                let resumedAt = BootClock.now()
                _ = try await rig.market.receipt(.running, of: dispatch.lease, after: .frozen)
                try await rig.beats(2)
                rig.market.stop(dispatch.lease, .stopped)
                let end = try await rig.market.end(of: dispatch.lease)
                let unfrozen = BootClock.now() - before - (resumedAt - pausedAt)
                #expect(end.seconds * 1_000_000_000 <= unfrozen)
                #expect(end.seconds >= 3)
            }
        }
    }

    @Test func `a silent market freezes the lease at the fence, and its renewal thaws it`()
        async throws
    {
        try await Rig.run { rig in
            try await rig.running {
                let dispatch = try rig.dispatch("sleep 1000", fence: 3)
                let before = BootClock.now()
                rig.market.dispatch(dispatch)
                try await rig.isRunning(dispatch.lease)
                rig.market.answer(heartbeats: .nothing)
                let frozen = try await rig.market.receipt(.frozen, of: dispatch.lease)
                #expect(frozen.seconds * 1_000_000_000 <= BootClock.now() - before)
                // The kernel stops the processes a moment after it was told to.
                try await rig.until("the group is frozen") {
                    try rig.cgroup(dispatch.lease).freezerState() == .frozen
                }
                try await rig.beats(3)
                rig.market.answer(heartbeats: .renewals)
                let thawed = try await rig.market.receipt(
                    .running, of: dispatch.lease, after: .frozen)
                #expect(thawed.seconds == frozen.seconds)
                #expect(try rig.cgroup(dispatch.lease).freezerState() == .thawed)
                rig.market.stop(dispatch.lease, .stopped)
                #expect(try await rig.market.end(of: dispatch.lease).seconds <= thawed.seconds + 2)
            }
        }
    }

    @Test func `a newer attempt kills the older one before it starts`() async throws {
        try await Rig.run { rig in
            try await rig.running {
                let old = try rig.dispatch("sleep 1000", lease: "old")
                rig.market.dispatch(old)
                try await rig.isRunning(old.lease)
                let new = try rig.dispatch("sleep 1; exit 4", lease: "new", attempt: 2)
                rig.market.dispatch(new)
                let end = try await rig.market.end(of: new.lease)
                #expect(end.status == .ended(.exited(code: 4)))
                #expect(try await rig.market.end(of: old.lease).status == .ended(.nodeLost))
                try await rig.gone(old.lease)
            }
        }
    }

    @Test func `a node that was killed adopts its container and goes on with its receipts`()
        async throws
    {
        try await Rig.run { rig in
            let dispatch = try rig.dispatch("sleep 9; exit 5")
            try await rig.running {
                rig.market.dispatch(dispatch)
                try await rig.isRunning(dispatch.lease)
                try await rig.beats(2)
            }
            let container = try await rig.container(dispatch.lease)?.id
            let before = rig.market.receipts(of: dispatch.lease)
            try await rig.running {
                let end = try await rig.market.end(of: dispatch.lease)
                #expect(end.status == .ended(.exited(code: 5)))
                #expect(end.seconds <= 9)
            }
            let after = rig.market.receipts(of: dispatch.lease).dropFirst(before.count)
            let last = try #require(before.last)
            let next = try #require(after.first)
            #expect(next.sequence >= last.sequence)
            #expect(after.allSatisfy { $0.seconds >= last.seconds })
            #expect(container != nil)
            try await rig.running { try await rig.gone(dispatch.lease) }
        }
    }

    @Test func `a container that ended while the node was dead is billed to its own end`()
        async throws
    {
        try await Rig.run { rig in
            let dispatch = try rig.dispatch("sleep 3; exit 6")
            try await rig.running {
                rig.market.dispatch(dispatch)
                try await rig.isRunning(dispatch.lease)
            }
            let id = try #require(try await rig.container(dispatch.lease)).id
            _ = try await rig.engine.client.wait(id, intervalMilliseconds: 50)
            try await rig.running {
                let end = try await rig.market.end(of: dispatch.lease)
                #expect(end.status == .ended(.exited(code: 6)))
                #expect(end.seconds <= 3)
            }
        }
    }
}

/// The watcher is the program's own binary; without it these rules cannot be tried.
@Suite(
    .serialized, .enabled(if: Rig.missing == nil, Comment(rawValue: Rig.missing ?? "")),
    .enabled(if: Rig.binary != nil, "the orban binary is not built"))
struct WatcherTests {
    @Test func `the watcher keeps the fence of a node that is dead`() async throws {
        try await Rig.run { rig in
            let dispatch = try rig.dispatch("sleep 1000", fence: 3)
            try await rig.running({ $0.watcher = Rig.watcher }) {
                rig.market.dispatch(dispatch)
                try await rig.isRunning(dispatch.lease)
                try await rig.beats(2)
            }
            let fence = try #require(rig.files(dispatch.lease).readFence())
            try await rig.until("frozen by its watcher") {
                try rig.cgroup(dispatch.lease).freezerState() == .frozen
            }
            let frozenAt = BootClock.now()
            #expect(frozenAt >= fence.nanoseconds)
            #expect(frozenAt <= fence.nanoseconds + 2_000_000_000)
            let seen = try #require(rig.files(dispatch.lease).readSeen())
            try await rig.running({ $0.watcher = Rig.watcher }) {
                _ = try await rig.market.receipt(.running, of: dispatch.lease, after: .frozen)
                rig.market.stop(dispatch.lease, .stopped)
                let end = try await rig.market.end(of: dispatch.lease)
                #expect(end.seconds >= seen.seconds)
                #expect(end.seconds <= seen.seconds + 3)
                try await rig.gone(dispatch.lease)
            }
        }
    }

    @Test func `with its watcher a killed node leaves neither gap nor overlap`() async throws {
        try await Rig.run { rig in
            let dispatch = try rig.dispatch("sleep 10; exit 5", fence: 60)
            try await rig.running({ $0.watcher = Rig.watcher }) {
                rig.market.dispatch(dispatch)
                try await rig.isRunning(dispatch.lease)
                try await rig.beats(1)
            }
            // Dead for longer than any span that a meter alone would count.
            let seen = try #require(rig.files(dispatch.lease).readSeen())
            try await rig.until("five more seconds have passed") {
                (rig.files(dispatch.lease).readSeen()?.seconds ?? 0) >= seen.seconds + 5
            }
            try await rig.running({ $0.watcher = Rig.watcher }) {
                let end = try await rig.market.end(of: dispatch.lease)
                #expect(end.status == .ended(.exited(code: 5)))
                #expect((9...10).contains(end.seconds))
            }
        }
    }

    @Test func `a watcher that was killed is replaced`() async throws {
        try await Rig.run { rig in
            let dispatch = try rig.dispatch("sleep 1000")
            try await rig.running({ $0.watcher = Rig.watcher }) {
                rig.market.dispatch(dispatch)
                try await rig.isRunning(dispatch.lease)
                try await rig.until("a watcher") { try !rig.watchers(dispatch.lease).isEmpty }
                let first = try #require(try rig.watchers(dispatch.lease).first)
                kill(first, SIGKILL)
                try await rig.until("another watcher") {
                    try rig.watchers(dispatch.lease).contains { $0 != first }
                }
                rig.market.stop(dispatch.lease, .stopped)
                _ = try await rig.market.end(of: dispatch.lease)
                try await rig.until("no watcher") { try rig.watchers(dispatch.lease).isEmpty }
            }
        }
    }
}
