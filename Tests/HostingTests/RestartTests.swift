import Domain
import Foundation
import Hosting
import Testing

/// A program that was killed goes on from its journal.
@Suite struct RestartTests {
    private let lease = Bench.id("a")
    private let renewal = Renewal(lease: Bench.id("a"), attempt: 1)

    @Test func `the journal survives its own JSON`() throws {
        var bench = Bench()
        bench.connect()
        bench.run(Bench.dispatch("a"))
        bench.runOn("a", milliseconds: 6_000)
        bench.take(.frame(.dispatch(EffectID("b"), Bench.dispatch("b", task: 2))))
        bench.take(.startFailed(Bench.id("b"), code: "input"))
        let records = bench.log.compactMap { action -> HostRecord? in
            if case .record(let record) = action { record } else { nil }
        }
        #expect(records.count > 6)
        var read = HostHistory()
        for record in records {
            read.apply(
                try JSONDecoder().decode(HostRecord.self, from: JSONEncoder().encode(record)))
        }
        #expect(read == bench.history)
        var compact = HostHistory()
        for record in read.records { compact.apply(record) }
        #expect(compact == read)
    }

    @Test func `receipts go on with the next number and never fewer seconds`() {
        var bench = Bench()
        bench.connect()
        bench.run(Bench.dispatch("a", fence: 60))
        bench.runOn("a", milliseconds: 7_000)
        let fence = bench.lease("a")?.fence ?? bench.now
        bench.pass(milliseconds: 4_000)
        bench.restart(fences: [lease: fence])
        bench.connect(renewing: [renewal])
        let watched = Meter(
            countedNanoseconds: 11 * Bench.second, lastSeen: bench.now, sight: .running)
        bench.acceptAll(in: bench.sample("a", .running, watched: watched))
        bench.runOn("a", milliseconds: 6_000)
        #expect(bench.receipts.map(\.sequence) == [1, 2, 3])
        #expect(bench.receipts.last?.seconds == 16)
    }

    @Test func `the watcher's count leaves neither gap nor overlap`() {
        var bench = Bench()
        bench.connect()
        bench.run(Bench.dispatch("a", fence: 60))
        let start = bench.now
        bench.runOn("a", milliseconds: 7_000)
        let fence = bench.lease("a")?.fence ?? bench.now
        var watched = Meter(startedAt: start)
        var time = start
        func watch(until end: BootTime) {
            while time < end {
                time = time.advanced(nanoseconds: 250_000_000)
                watched.seeRunning(at: time, fence: fence)
            }
        }
        bench.pass(milliseconds: 9_000)
        watch(until: bench.now)
        bench.restart(fences: [lease: fence])
        bench.pass(milliseconds: 250)
        bench.sample("a", .running, watched: watched)
        guard case .running(let meter)? = bench.lease("a")?.phase else {
            Issue.record("not running")
            return
        }
        #expect(meter.countedNanoseconds == bench.now.nanosecondsSince(start))
    }

    @Test func `without a watcher the time in which nobody looked is not claimed`() {
        var bench = Bench()
        bench.connect()
        bench.run(Bench.dispatch("a", fence: 60))
        bench.runOn("a", milliseconds: 5_000)
        let fence = bench.lease("a")?.fence ?? bench.now
        bench.pass(milliseconds: 20_000)
        bench.restart(fences: [lease: fence])
        bench.sample("a", .running)
        bench.pass(milliseconds: 250)
        bench.sample("a", .running)
        guard case .running(let meter)? = bench.lease("a")?.phase else {
            Issue.record("not running")
            return
        }
        #expect(meter.countedNanoseconds == 5_250_000_000)
    }

    @Test func `past its fence an adopted lease is frozen at once`() {
        var bench = Bench()
        bench.connect()
        bench.run(Bench.dispatch("a", fence: 3))
        let fence = bench.lease("a")?.fence ?? bench.now
        bench.pass(milliseconds: 10_000)
        bench.restart(fences: [lease: fence])
        #expect(bench.sample("a", .running).contains(.freeze(lease)))
        bench.restart(fences: [:])
        #expect(bench.sample("a", .running).contains(.freeze(lease)))
    }

    @Test func `in another boot a lease ends as killed at its last reading`() {
        var bench = Bench()
        bench.connect()
        bench.run(Bench.dispatch("a"))
        bench.runOn("a", milliseconds: 7_000)
        bench.now = BootTime(nanoseconds: 30 * Bench.second)
        bench.restart(fences: [:], lost: [lease])
        bench.take(.connected)
        bench.take(.frame(.welcome))
        #expect(bench.receipts.last?.status == .ended(.killed))
        #expect(bench.receipts.last?.seconds == 5)
        #expect(bench.receipts.last?.sequence == 3)
    }

    @Test func `what was under way is asked for again`() {
        var bench = Bench()
        bench.connect(renewing: [renewal])
        let dispatch = Bench.dispatch("a")
        bench.take(.frame(.dispatch(EffectID("e"), dispatch)))
        #expect(bench.restart(fences: [:]) == [.prepare(dispatch)])
        bench.connect(renewing: [renewal])
        bench.take(.prepared(lease))
        #expect(bench.restart(fences: [:]) == [.start(dispatch)])
        bench.take(.started(lease, at: bench.now))
        #expect(bench.restart(fences: [:]).isEmpty)
        bench.sample("a", .exited(.exited(code: 0), at: bench.now))
        #expect(bench.restart(fences: [:]) == [.save(lease)])
    }

    /// Whatever happens, in whatever order and how often. A number is left out only where a newer
    /// receipt took the place of one that could not be sent.
    @Test func `for any events numbers and claims only grow, within the bound`() {
        let seed = UInt64.random(in: 0..<UInt64.max)
        print("seed \(seed)")
        var generator = Seeded(state: seed)
        for _ in 0..<200 {
            var bench = Bench()
            bench.connect()
            let dispatch = Bench.dispatch("a", budget: 20, limit: 30, fence: 3)
            bench.take(.frame(.dispatch(EffectID("e"), dispatch)))
            for _ in 0..<300 { bench.disturb(dispatch, using: &generator) }
            var last: Receipt?
            for receipt in bench.receipts {
                #expect(receipt.seconds <= 20, "seed \(seed)")
                if let last, last != receipt {
                    #expect(receipt.sequence > last.sequence, "seed \(seed)")
                    #expect(receipt.seconds >= last.seconds, "seed \(seed)")
                }
                last = receipt
            }
        }
    }
}

extension Bench {
    /// One random event.
    mutating func disturb(_ dispatch: Dispatch, using generator: inout Seeded) {
        pass(milliseconds: Int64.random(in: 0...400, using: &generator))
        let states: [Observation.State] = [
            .running, .running, .running, .frozenByOther, .frozenByUs,
        ]
        switch Int.random(in: 0..<40, using: &generator) {
        case 0: take(.disconnected)
        case 1: connect()
        case 2: take(.frame(.dispatch(EffectID("e"), dispatch)))
        case 3: take(.prepared(dispatch.lease))
        case 4: take(.started(dispatch.lease, at: now))
        case 5: restart(fences: lease("a").map { [$0.id: $0.fence] } ?? [:])
        case 6...9: renew([Renewal(lease: dispatch.lease, attempt: 1)])
        case 10...14:
            if let receipt = receipts.last {
                take(.frame(.receiptAccepted(receipt.lease, sequence: receipt.sequence)))
            }
        case 15: take(.tick)
        default: sample("a", states.randomElement(using: &generator) ?? .running)
        }
    }
}
