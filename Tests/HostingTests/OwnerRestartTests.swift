import Domain
import Foundation
import Hosting
import Testing

/// What an owner has asked for outlives the node's program; whatever happens, it is kept.
struct OwnerRestartTests {
    private static let policy = OwnerPolicy(
        graceSeconds: 10, idleSeconds: 30, yieldsTo: [.desktop])
    private static let lease = Bench.id("a")

    private static func running() -> Bench {
        var bench = Bench(owner: policy)
        bench.connect()
        bench.seeOwner()
        bench.run(Bench.dispatch("a", fence: 600))
        bench.runOn("a", milliseconds: 3_000)
        return bench
    }

    private static func restart(_ bench: inout Bench) -> [HostAction] {
        bench.restart(fences: bench.lease("a").map { [$0.id: $0.fence] } ?? [:])
    }

    @Test func `a grace goes on over a restart: asked again, and over at the same moment`() throws {
        var bench = Self.running()
        bench.seeOwner(desktopIdle: 0)
        let until = try #require(bench.lease("a")?.progress.notice?.until)
        bench.runOn("a", milliseconds: 4_000)
        #expect(Self.restart(&bench).contains(.notify(Self.lease)))
        // Nobody has looked yet whether the owner is still there, and the market is away.
        bench.sample("a", .running)
        #expect(bench.lease("a")?.progress.notice?.until == until)
        bench.seeOwner(desktopIdle: 4 * Bench.second)
        while bench.now < until {
            #expect(!bench.log.contains(.kill(Self.lease)))
            bench.pass(milliseconds: 250)
            bench.sample("a", .running)
        }
        #expect(bench.log.contains(.kill(Self.lease)))
    }

    @Test func `a program that has seen nobody come has seen nobody go`() throws {
        var bench = Self.running()
        bench.seeOwner(desktopIdle: 0)
        let until = bench.lease("a")?.progress.notice?.until
        bench.runOn("a", milliseconds: 2_000)
        _ = Self.restart(&bench)
        bench.seeOwner(desktopIdle: .max)
        #expect(bench.lease("a")?.progress.notice?.isTakenBack == false)
        bench.seeOwner(desktopIdle: 0)
        #expect(bench.lease("a")?.progress.notice?.until == until, "no second grace")
        bench.seeOwner()
        #expect(bench.lease("a")?.progress.notice?.isTakenBack == true, "nobody looks any more")
    }

    @Test func `an owner's program on a GPU outlives ours, and so does the grace`() throws {
        let policy = OwnerPolicy(graceSeconds: 10, idleSeconds: 30, yieldsTo: [.gpu])
        var bench = Bench(gpus: 1, owner: policy)
        let used = [
            DeviceReading(
                device: Bench.gpu(0).id, sight: .withheld(code: "in_use"), user: .owner)
        ]
        bench.connect()
        bench.makeReady()
        bench.run(Bench.dispatch("a", fence: 600, gpus: [0]))
        for _ in 1...2 { bench.take(.devicesSeen(used, askedAt: bench.now)) }
        let until = try #require(bench.lease("a")?.progress.notice?.until)
        _ = Self.restart(&bench)
        for _ in 1...3 {
            bench.pass(milliseconds: 1_000)
            bench.take(.devicesSeen(used, askedAt: bench.now))
            #expect(bench.lease("a")?.progress.notice?.isTakenBack == false)
            #expect(bench.lease("a")?.progress.notice?.until == until)
        }
    }

    @Test func `a grace that ended while the program was dead is over at its start`() throws {
        var bench = Self.running()
        bench.take(.frame(.wish(number: 1, .paused)))
        bench.runOn("a", milliseconds: 1_000)
        bench.pass(milliseconds: 20_000)
        _ = Self.restart(&bench)
        #expect(bench.sample("a", .running).contains(.kill(Self.lease)))
        bench.bury("a")
        bench.connect()
        bench.take(.frame(.receiptAccepted(Self.lease, sequence: 1)))
        #expect(bench.end?.reason == .yielded(code: "paused"))
        #expect(try #require(bench.end).seconds <= 4)
    }

    @Test func `an owner who went while the program was dead lets it run on`() {
        var bench = Self.running()
        bench.seeOwner(desktopIdle: 0)
        _ = Self.restart(&bench)
        bench.seeOwner(desktopIdle: 40 * Bench.second)
        #expect(bench.lease("a")?.progress.notice?.isTakenBack == true)
    }

    @Test func `a pause and the time of a drain are kept without the market`() {
        var bench = Self.running()
        bench.take(.frame(.wish(number: 3, .drained(by: 60_000))))
        _ = Self.restart(&bench)
        bench.seeOwner()
        for _ in 0..<(50 * 4) {
            bench.pass(milliseconds: 250)
            bench.sample("a", .running)
        }
        #expect(bench.log.contains(.notify(Self.lease)))
        bench.take(.connected)
        #expect(bench.saidTerms?.closed?.code == "drained")
    }

    @Test func `another boot knows the drain, and hears its time from the market`() {
        let wish = HeldWish(number: 3, wish: .drained(by: BootTime(nanoseconds: 5)))
        #expect(wish.inAnotherBoot == HeldWish(number: 3, wish: .drained(by: nil)))
        var bench = Self.running()
        var history = HostHistory()
        history.apply(HostRecord.wished(wish).inAnotherBoot)
        bench.host = Host(node: bench.host.node, terms: bench.host.terms, owner: Self.policy)
        _ = bench.host.adopt(history, fences: [:], lost: [], at: bench.now)
        bench.connect()
        bench.run(Bench.dispatch("b", fence: 600))
        #expect(bench.end?.reason == .yielded(code: "drained"))
        let heard = bench.take(.frame(.wish(number: 3, .drained(by: 1_000))))
        #expect(heard.contains { if case .record(.wished) = $0 { true } else { false } })
    }

    @Test func `the journal keeps notices and wishes, and reads lines without them`() throws {
        var bench = Self.running()
        bench.take(.frame(.wish(number: 1, .paused)))
        let records = bench.log.compactMap { action -> HostRecord? in
            if case .record(let record) = action { record } else { nil }
        }
        var read = HostHistory()
        for record in records {
            read.apply(
                try JSONDecoder().decode(HostRecord.self, from: JSONEncoder().encode(record)))
        }
        #expect(read == bench.history)
        #expect(read.wish == HeldWish(number: 1, wish: .paused))
        #expect(read.leases.first?.progress.notice?.code == .paused)
        let old = """
            {"isClaimPending":false,"phase":{"preparing":{}}}
            """
        let progress = try JSONDecoder().decode(Progress.self, from: Data(old.utf8))
        #expect(progress.notice == nil)
        let fresh = String(decoding: try JSONEncoder().encode(Progress()), as: UTF8.self)
        #expect(!fresh.contains("notice"))
    }

    /// Whatever the owner, the market and the program do, in whatever order.
    @Test func `for any events no lease runs on after its grace, and a closed machine says so`() {
        let seed = UInt64.random(in: 0..<UInt64.max)
        print("seed \(seed)")
        var generator = Seeded(state: seed)
        var yields = 0
        for _ in 0..<150 {
            var bench = Bench(owner: Self.policy)
            bench.connect()
            let dispatch = Bench.dispatch("a", budget: 500, limit: 500, fence: 60)
            bench.take(.frame(.dispatch(EffectID("e"), dispatch)))
            var (ran, isUp) = (Int64(0), true)
            for _ in 0..<250 {
                let span = Int64.random(in: 0...400, using: &generator)
                if case .running? = bench.lease("a")?.phase { ran += span }
                bench.pass(milliseconds: span)
                isUp = bench.trouble(dispatch, isUp: isUp, using: &generator)
                bench.check(isUp: isUp, seed)
            }
            for receipt in bench.receipts {
                #expect(receipt.seconds <= ran / 1_000, "seed \(seed)")
                if case .ended(.yielded) = receipt.status { yields += 1 }
            }
        }
        #expect(yields > 0)
    }
}

extension Bench {
    /// One random event of owner, market or program.
    ///
    /// - Returns: whether a session stands after it.
    fileprivate mutating func trouble(
        _ dispatch: Dispatch, isUp: Bool, using generator: inout Seeded
    ) -> Bool {
        var isUp = isUp
        let number = max(1, history.wish.number + Int64.random(in: 0...1, using: &generator))
        switch Int.random(in: 0..<60, using: &generator) {
        case 0: seeOwner(desktopIdle: 0)
        case 1, 2: seeOwner(desktopIdle: 31 * Self.second)
        case 3: seeOwner(.closed(opensAt: nil))
        case 4:
            let span = Int64.random(in: 0...15, using: &generator) * Self.second
            seeOwner(.open(closesIn: span, opensAt: nil))
        case 5: take(.frame(.wish(number: number, .paused)))
        case 6, 7: take(.frame(.wish(number: number, .open)))
        case 8:
            let by = Int64.random(in: 0...30_000, using: &generator)
            take(.frame(.wish(number: number, .drained(by: by))))
        case 9:
            restart(fences: lease("a").map { [$0.id: $0.fence] } ?? [:])
            isUp = false
        case 10:
            take(.disconnected)
            isUp = false
        case 11, 12:
            connect(renewing: [Renewal(lease: dispatch.lease, attempt: 1)])
            isUp = true
        case 13: take(.prepared(dispatch.lease))
        case 14: take(.started(dispatch.lease, at: now))
        case 15...20: renew([Renewal(lease: dispatch.lease, attempt: 1)])
        case 21...24:
            if let receipt = receipts.last {
                take(.frame(.receiptAccepted(receipt.lease, sequence: receipt.sequence)))
            }
        case 25: sample("a", .exited(.exited(code: 143), at: now))
        case 26: take(.saved(dispatch.lease, .complete))
        default: sample("a", .running)
        }
        take(.tick)
        return isUp
    }

    fileprivate func check(isUp: Bool, _ seed: UInt64) {
        for lease in host.leases {
            switch lease.phase {
            case .running, .frozen:
                guard let notice = lease.progress.notice, !notice.isTakenBack else { continue }
                #expect(now < notice.until, "seed \(seed)")
            case .preparing, .ready, .starting:
                #expect(host.ownerStanding(at: now) == .open, "seed \(seed)")
            case .ending, .saving, .ended: break
            }
        }
        guard isUp, let said = saidTerms else { return }
        if case .closed(let code, _) = host.ownerStanding(at: now) {
            #expect(said.closed?.code == code.rawValue, "seed \(seed)")
        } else {
            #expect(said.closed == nil, "seed \(seed)")
        }
    }
}
