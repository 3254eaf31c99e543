import Domain
import Foundation
import Hosting
import Testing

/// Scrubs in a node's core: when they begin, what waits for them, how they end.
struct ScrubTests {
    private static let gpu = Bench.gpu(0).id

    /// A node of one device, which is there, and clean.
    private static func ready() -> Bench {
        var bench = Bench(gpus: 1)
        bench.connect()
        bench.makeReady()
        bench.scrubsByHand = true
        return bench
    }

    private static func orders(_ actions: [HostAction]) -> [ScrubOrder] {
        actions.compactMap { if case .scrub(let order) = $0 { order } else { nil } }
    }

    private static func offered(_ actions: [HostAction]) -> [[String]] {
        actions.compactMap { action in
            guard case .send(.terms(let terms, _)) = action else { return nil }
            return terms.devices.map(\.id.text) + terms.withheld.map(\.reason)
        }
    }

    private static func failed(_ fault: ScrubFault) -> ScrubResult {
        ScrubResult(evidence: CleanlinessTests.evidence, failure: fault)
    }

    /// The lease runs, and its container is seen to have ended.
    private static func end(_ name: String, in bench: inout Bench) -> [HostAction] {
        bench.sample(name, .running)
        bench.pass(milliseconds: 1000)
        bench.see(.well)
        let seen = bench.sample(name, .exited(.exited(code: 0), at: bench.now))
        let saved = bench.take(.saved(Bench.id(name), .complete))
        return seen + saved + forget(name, in: &bench)
    }

    /// The market accepts its last receipt.
    private static func forget(_ name: String, in bench: inout Bench) -> [HostAction] {
        guard let last = bench.lease(name)?.progress.lastClaim else { return [] }
        return bench.take(.frame(.receiptAccepted(Bench.id(name), sequence: last.sequence)))
    }

    @Test func `an offer says how fast the last scrub has found a device, also after a restart`()
        throws
    {
        var bench = Bench(gpus: 1)
        bench.scrubsByHand = true
        bench.connect()
        bench.makeReady()
        func speed() -> Int64? { bench.host.offered(at: bench.now).allDevices[0].power?.gigaflops }
        for (found, known) in [
            (.gigaflops(60_000), 60_000), (.notMeasured, 60_000), (.wrong, nil),
            (.gigaflops(45_000), 45_000),
        ] as [(MeasuredSpeed, Int64?)] {
            bench.finish(
                ScrubOrder(device: Self.gpu, scrub: bench.host.care[Self.gpu]?.scrubs ?? 0),
                ScrubResult(
                    evidence: ScrubEvidence(method: .contextsOnly), failure: .cudaFailed,
                    speed: found))
            #expect(speed() == known)
            bench.pass(milliseconds: 60_000)
            bench.see(.well)
        }
        bench.restart(fences: [:])
        #expect(speed() == 45_000)
    }

    @Test func `a device that nothing is known of is scrubbed before it is offered`() throws {
        var bench = Bench(gpus: 1)
        bench.scrubsByHand = true
        let hello = bench.take(.connected)
        guard case .send(.hello(let terms, _, _))? = hello.first else {
            Issue.record("no hello")
            return
        }
        #expect(terms.devices.isEmpty && terms.withheld.map(\.reason) == ["scrubbing"])
        bench.take(.frame(.welcome))
        #expect(Self.orders(bench.see(.well)).isEmpty, "nobody has looked at the containers")
        let order = try #require(Self.orders(bench.take(.sampled([]))).first)
        #expect(order == ScrubOrder(device: Self.gpu, scrub: 1))
        #expect(Self.offered(bench.finish(order, Bench.done)) == [[Self.gpu.text]])
    }

    @Test func `a scrub waits until the device answers, nobody is on it and no container lives`() {
        var bench = Bench(gpus: 1)
        bench.scrubsByHand = true
        bench.connect()
        #expect(Self.orders(bench.sample("stranger", .running)).isEmpty)
        #expect(Self.orders(bench.see(.well)).isEmpty, "a container of nobody's is there")
        #expect(Self.orders(bench.sample("stranger", .ending)).isEmpty)
        bench.see(.withheld(code: "in_use"))
        #expect(Self.orders(bench.take(.sampled([]))).isEmpty)
        #expect(Self.orders(bench.see(.silent)).isEmpty)
        bench.pass(milliseconds: 4000)
        #expect(Self.orders(bench.take(.tick)).isEmpty)
        #expect(Self.orders(bench.see(.lost(code: "gone"))).isEmpty)
        #expect(Self.orders(bench.see(.withheld(code: "throttled"))).count == 1)
    }

    @Test func `a lease's use of a device is written down before the lease starts`() throws {
        var bench = Self.ready()
        let dispatch = Bench.dispatch("a", gpus: [0])
        bench.take(.frame(.dispatch(EffectID("e"), dispatch)))
        let actions = bench.take(.prepared(dispatch.lease))
        let used = try #require(
            actions.firstIndex {
                guard case .record(.device(Self.gpu, let care)) = $0 else { return false }
                return care.cleanliness == .unknown && care.lease == dispatch.lease
            })
        let starting = try #require(
            actions.firstIndex {
                guard case .record(.progress(_, let progress)) = $0 else { return false }
                return progress.phase == .starting
            })
        let start = try #require(actions.firstIndex(of: .start(dispatch)))
        #expect(used < starting && starting < start)
    }

    @Test func `a device is withheld before its lease is over, and offered when it is clean`()
        throws
    {
        var bench = Self.ready()
        let dispatch = Bench.dispatch("a", gpus: [0])
        bench.run(dispatch)
        #expect(Self.offered(bench.take(.tick)).isEmpty, "while the lease runs it is the lease's")
        let ended = Self.end("a", in: &bench)
        #expect(Self.offered(ended) == [["scrubbing"]])
        let withheld = ended.firstIndex { if case .send(.terms) = $0 { true } else { false } }
        let over = ended.firstIndex {
            if case .claim(let receipt) = $0 { receipt.status != .running } else { false }
        }
        #expect(try #require(withheld) < #require(over))
        let order = try #require(Self.orders(ended).first)
        #expect(order.scrub == 2)
        let clean = bench.finish(order, Bench.done)
        #expect(Self.offered(clean) == [[Self.gpu.text]])
        let attested = clean.compactMap {
            if case .attest(let receipt) = $0 { receipt } else { nil }
        }
        #expect(attested.map(\.lease) == [dispatch.lease] && attested.map(\.scrub) == [2])
        let written = try #require(
            clean.firstIndex { if case .attest = $0 { true } else { false } })
        let said = try #require(
            clean.firstIndex { if case .send(.terms) = $0 { true } else { false } })
        #expect(written < said)
    }

    @Test func `a scrub begins only when all of its last lease is off the machine`() throws {
        var host = Self.ready().host
        let dispatch = Bench.dispatch("a", gpus: [0])
        let now = BootTime(nanoseconds: 1_000_000_000_000)
        _ = host.handle(.frame(.dispatch(EffectID("e"), dispatch)), at: now)
        _ = host.handle(.prepared(dispatch.lease), at: now)
        // It is stopped while it is being started: nothing of it can be seen.
        _ = host.handle(.frame(.stop(EffectID("s"), dispatch.lease, .stopped)), at: now)
        var all = host.handle(.sampled([]), at: now)
        all += host.handle(.saved(dispatch.lease, .complete), at: now)
        let claim = all.compactMap { if case .claim(let claim) = $0 { claim } else { nil } }.first
        let accepted = MarketFrame.receiptAccepted(
            dispatch.lease, sequence: try #require(claim).sequence)
        all += host.handle(.frame(accepted), at: now)
        all += host.handle(.sampled([]), at: now)
        #expect(all.contains(.remove(dispatch.lease)) && Self.orders(all).isEmpty)
        #expect(Self.orders(host.handle(.removed(dispatch.lease), at: now)).count == 1)
    }

    @Test func `a lease that never came to its start leaves its device clean`() {
        var bench = Self.ready()
        let dispatch = Bench.dispatch("a", gpus: [0])
        bench.take(.frame(.dispatch(EffectID("e"), dispatch)))
        bench.take(.startFailed(dispatch.lease, code: "image_missing"))
        #expect(Self.orders(bench.take(.sampled([]))).isEmpty)
        if case .clean = bench.host.cleanliness(of: Self.gpu) {} else { Issue.record("not clean") }
    }

    @Test func `a lease waits for the scrub of its device, and starts at its end`() throws {
        var bench = Self.ready()
        bench.run(Bench.dispatch("a", gpus: [0]))
        let order = try #require(Self.orders(Self.end("a", in: &bench)).first)
        let next = Bench.dispatch("b", task: 2, gpus: [0])
        bench.take(.frame(.dispatch(EffectID("e2"), next)))
        #expect(!bench.take(.prepared(next.lease)).contains(.start(next)))
        #expect(!bench.take(.tick).contains(.start(next)))
        #expect(bench.finish(order, Bench.done).contains(.start(next)))
    }

    @Test func `a lease that waits for a device in quarantine ends with its reason`() throws {
        var bench = Self.ready()
        bench.run(Bench.dispatch("a", gpus: [0]))
        let order = try #require(Self.orders(Self.end("a", in: &bench)).first)
        let next = Bench.dispatch("b", task: 2, gpus: [0])
        bench.take(.frame(.dispatch(EffectID("e2"), next)))
        bench.take(.prepared(next.lease))
        bench.finish(order, Self.failed(.noCUDA))
        #expect(
            bench.lease("b")?.phase
                == .ended(.deviceLost(code: "quarantined_no_cuda"), seconds: 0))
        #expect(EndReason(text: "device:quarantined_contexts_left") != nil)
    }

    @Test func `a failure is tried again after 2, 10 and 50 seconds, and then never`() throws {
        var bench = Bench(gpus: 1)
        bench.scrubsByHand = true
        bench.connect()
        bench.take(.sampled([]))
        var order = try #require(Self.orders(bench.see(.well)).first)
        for seconds: Int64 in [2, 10, 50] {
            bench.finish(order, Self.failed(.cudaFailed))
            bench.pass(milliseconds: seconds * 1000 - 1)
            #expect(Self.orders(bench.see(.well)).isEmpty)
            bench.pass(milliseconds: 1)
            order = try #require(Self.orders(bench.take(.tick)).first)
        }
        #expect(order.scrub == 4)
        let last = bench.finish(order, Self.failed(.timeout))
        #expect(Self.offered(last) == [["quarantined_timeout"]])
        bench.pass(milliseconds: 1_000_000)
        #expect(Self.orders(bench.see(.well)).isEmpty)
    }

    @Test func `the answer of an earlier scrub changes nothing`() throws {
        var bench = Bench(gpus: 1)
        bench.scrubsByHand = true
        bench.connect()
        bench.take(.sampled([]))
        let first = try #require(Self.orders(bench.see(.well)).first)
        bench.pass(milliseconds: Host.scrubWithin / 1_000_000)
        bench.see(.well)
        #expect(bench.host.cleanliness(of: Self.gpu) == .dirty(failures: 1), "it came too late")
        bench.pass(milliseconds: 2000)
        let second = try #require(Self.orders(bench.see(.well)).first)
        #expect(bench.finish(first, Bench.done).isEmpty)
        #expect(bench.host.cleanliness(of: Self.gpu) == .scrubbing(failures: 1))
        #expect(Self.offered(bench.finish(second, Bench.done)) == [[Self.gpu.text]])
        #expect(bench.finish(second, Self.failed(.timeout)).isEmpty)
    }

    @Test func `what uses a device while it is scrubbed is the scrub`() throws {
        var bench = Bench(gpus: 1)
        bench.scrubsByHand = true
        bench.connect()
        bench.take(.sampled([]))
        let order = try #require(Self.orders(bench.see(.well)).first)
        bench.see(.withheld(code: "in_use"))
        #expect(Self.offered(bench.finish(order, Bench.done)) == [[Self.gpu.text]])
        #expect(Self.offered(bench.see(.withheld(code: "in_use"))) == [["in_use"]])
    }

    // MARK: The market

    private static func told(_ actions: [HostAction]) -> [Int64] {
        actions.compactMap { if case .tell(let receipt) = $0 { receipt.scrub } else { nil } }
    }

    @Test func `the market hears of a clean device before it is offered, until it has answered`()
        throws
    {
        var bench = Bench(gpus: 1)
        bench.scrubsByHand = true
        bench.connect()
        bench.take(.sampled([]))
        let order = try #require(Self.orders(bench.see(.well)).first)
        let clean = bench.finish(order, Bench.done)
        #expect(Self.told(clean) == [1])
        let tell = clean.firstIndex { if case .tell = $0 { true } else { false } }
        let offer = clean.firstIndex { if case .send(.terms) = $0 { true } else { false } }
        #expect(try #require(tell) < #require(offer))
        bench.pass(milliseconds: 999)
        #expect(Self.told(bench.take(.tick)).isEmpty)
        bench.pass(milliseconds: 1)
        #expect(Self.told(bench.take(.tick)) == [1])
        bench.take(.disconnected)
        bench.pass(milliseconds: 1000)
        #expect(Self.told(bench.take(.tick)).isEmpty)
        bench.take(.connected)
        #expect(Self.told(bench.take(.frame(.welcome))) == [1])
        bench.take(.frame(.scrubAnswered(Self.gpu, scrub: 7, refusal: nil)))
        bench.pass(milliseconds: 1000)
        #expect(Self.told(bench.take(.tick)) == [1], "that was another one")
        bench.take(.frame(.scrubAnswered(Self.gpu, scrub: 1, refusal: nil)))
        bench.pass(milliseconds: 1000)
        #expect(Self.told(bench.take(.tick)).isEmpty)
        bench.restart(fences: [:])
        bench.take(.connected)
        #expect(Self.told(bench.take(.frame(.welcome))) == [1], "it cannot know whether it arrived")
    }

    @Test func `of a scrub that failed the market hears nothing but the offer`() throws {
        var bench = Bench(gpus: 1)
        bench.scrubsByHand = true
        bench.connect()
        bench.take(.sampled([]))
        let order = try #require(Self.orders(bench.see(.well)).first)
        #expect(Self.told(bench.finish(order, Self.failed(.noCUDA))).isEmpty)
        #expect(Self.told(bench.take(.tick)).isEmpty)
    }

    // MARK: Restart

    @Test func `quarantine outlives the program, and its owner can only have it scrubbed`() throws {
        var bench = Bench(gpus: 1)
        bench.scrubsByHand = true
        bench.connect()
        bench.take(.sampled([]))
        let order = try #require(Self.orders(bench.see(.well)).first)
        bench.finish(order, Self.failed(.noCUDA))
        for _ in 0..<2 {
            bench.restart(fences: [:])
            bench.connect()
            bench.take(.sampled([]))
            #expect(Self.orders(bench.see(.well)).isEmpty)
            #expect(bench.host.cleanliness(of: Self.gpu) == .quarantined(.noCUDA))
        }
        let lifted = bench.take(.quarantineLifted(Self.gpu))
        let again = try #require(Self.orders(lifted).first)
        #expect(Self.offered(lifted) == [["scrubbing"]])
        #expect(bench.take(.quarantineLifted(Self.gpu)).isEmpty)
        #expect(Self.offered(bench.finish(again, Bench.done)) == [[Self.gpu.text]])
        #expect(bench.take(.quarantineLifted(Self.gpu)).isEmpty, "what is clean is not touched")
    }

    @Test func `a scrub that its program did not live to see is done again`() throws {
        var bench = Bench(gpus: 1)
        bench.scrubsByHand = true
        bench.connect()
        bench.take(.sampled([]))
        let first = try #require(Self.orders(bench.see(.well)).first)
        bench.restart(fences: [:])
        bench.connect()
        bench.take(.sampled([]))
        let second = try #require(Self.orders(bench.see(.well)).first)
        #expect(second.scrub == first.scrub + 1)
        #expect(bench.finish(first, Bench.done).isEmpty)
        bench.finish(second, Bench.done)
        let adopted = bench.restart(fences: [:])
        let attested = adopted.compactMap {
            if case .attest(let receipt) = $0 { receipt.scrub } else { nil }
        }
        #expect(attested == [second.scrub], "it may not have left the program before")
        #expect(Self.orders(bench.see(.well)).isEmpty, "what was clean is clean")
    }

    @Test func `a scrub that a lease waited for says nothing of what it leaves when it has run`()
        throws
    {
        var bench = Self.ready()
        bench.run(Bench.dispatch("a", gpus: [0]))
        // A journal that ends behind the device: it is in use, and its lease has not begun to start.
        var torn = HostHistory()
        for case .record(let record) in bench.log {
            torn.apply(record)
            if case .device(_, let care) = record, care.lease == Bench.id("a") { break }
        }
        bench.history = torn
        bench.scrubsByHand = true
        bench.restart(fences: [:])
        bench.connect(renewing: [Renewal(lease: Bench.id("a"), attempt: 1)])
        bench.take(.sampled([]))
        let order = try #require(Self.orders(bench.see(.well)).first)
        let receipts = bench.finish(order, Bench.done).compactMap { action in
            if case .attest(let receipt) = action { receipt } else { nil }
        }
        #expect(receipts.map(\.isClean) == [true] && receipts.map(\.lease) == [nil])
    }

    @Test func `a lease of an older journal holds its devices`() {
        var bench = Self.ready()
        let dispatch = Bench.dispatch("a", gpus: [0])
        bench.run(dispatch)
        var old = HostHistory()
        for record in bench.history.records {
            if case .device = record { continue }
            old.apply(record)
        }
        var host = Host(node: bench.host.node, terms: bench.host.terms)
        _ = host.adopt(old, fences: [:], lost: [], at: bench.now)
        #expect(host.cleanliness(of: Self.gpu) == .unknown)
    }

    @Test func `what is known of devices survives its own JSON, and is bounded`() throws {
        let bench = Self.ready()
        var read = HostHistory()
        for record in bench.history.records {
            let bytes = try JSONEncoder().encode(record)
            read.apply(try JSONDecoder().decode(HostRecord.self, from: bytes))
        }
        #expect(read == bench.history && read.devices.count == 1)
        for number in 0..<(HostHistory.mostDevices + 100) {
            let id = try #require(DeviceID("MIG-\(number)"))
            read.apply(.device(id, DeviceCare()))
        }
        #expect(read.devices.count == HostHistory.mostDevices)
    }
}
