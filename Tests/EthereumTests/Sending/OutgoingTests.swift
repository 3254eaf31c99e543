import Ethereum
import Testing

@Suite struct OutgoingTests {
    static let rules = Outgoing.Rules(
        confirmations: 2, patience: 3, mostReplacements: 2, ceiling: 10_000, mostOpen: 4)
    static let quote = Fees(maxFeePerGas: 100, maxPriorityFeePerGas: 8)

    static func intent(_ number: UInt64, value: Wei = 1) -> Intent {
        Intent(
            effect: Hash256(bytes: UInt256(number).bytes)!,
            call: .init(to: .zero, value: value, data: UInt256(number).bytes), gasLimit: 21_000)
    }

    /// An owner that does what it is told, at once.
    struct Owner {
        var machine: Outgoing
        var chain: ModelChain
        var disk: [UInt64: OutgoingEntry] = [:]
        var reports: [Outgoing.Report] = []
        var sent: [SignedTransaction] = []

        init(_ rules: Outgoing.Rules = OutgoingTests.rules, firstNonce: UInt64 = 7) {
            machine = Outgoing(chain: ChainID(1), rules: rules, stored: [], nextNonce: nil)
            chain = ModelChain(firstNonce: firstNonce)
        }

        mutating func look(_ quote: Fees? = OutgoingTests.quote) {
            perform(machine.apply(.observed(chain.observation(machine.questions, quote: quote))))
        }

        mutating func submit(_ intent: Intent) { perform(machine.apply(.submit(intent))) }

        mutating func perform(_ actions: [Outgoing.Action]) {
            var open = actions[...]
            while let action = open.popFirst() {
                switch action {
                case .sign(let draft):
                    open += machine.apply(.signed(key(1).sign(draft.transaction)))
                case .store(let entry, _):
                    disk[entry.nonce] = entry
                    open += machine.apply(.stored(entry))
                case .broadcast(let transaction):
                    sent.append(transaction)
                    chain.send(transaction)
                case .report(_, let report):
                    reports.append(report)
                }
            }
        }
    }

    @Test func `a wish is stored, sent, confirmed and final, in this order`() {
        var owner = Owner()
        owner.submit(Self.intent(1))
        #expect(owner.disk.isEmpty, "no nonce is known")
        owner.look()
        #expect(owner.disk[7]?.effect == Self.intent(1).effect && owner.sent.count == 1)
        owner.chain.mine(5)
        owner.look()
        #expect(owner.reports == [])
        owner.chain.mine(5)
        owner.look()
        guard case .confirmed(let inclusion)? = owner.reports.last else {
            Issue.record("not confirmed")
            return
        }
        #expect(inclusion.blockNumber == 1)
        owner.look()
        #expect(owner.reports.count == 1)
        owner.chain.finalized = 1
        owner.look()
        #expect(owner.reports.last == .final(inclusion))
        #expect(owner.machine.isIdle && owner.disk[7]?.fate == .final(inclusion))
    }

    @Test func `the same wish is one, another under its name is refused, and so is too much`() {
        var owner = Owner()
        owner.look()
        for _ in 0..<3 { owner.submit(Self.intent(1)) }
        #expect(owner.disk.count == 1)
        owner.submit(Self.intent(1, value: 2))
        #expect(owner.reports == [.refused(.differs)])
        for number in 2...5 as ClosedRange<UInt64> { owner.submit(Self.intent(number)) }
        #expect(owner.reports.last == .refused(.full))
        #expect(owner.disk.keys.sorted() == [7, 8, 9, 10])
    }

    @Test func `one nonce is signed and stored at a time, and nothing is sent before it is stored`()
    {
        var owner = Owner()
        owner.look()
        let signing = owner.machine.apply(.submit(Self.intent(1)))
        guard case .sign(let draft)? = signing.first else {
            Issue.record("nothing to sign")
            return
        }
        #expect(owner.machine.apply(.submit(Self.intent(2))) == [])
        let signed = key(1).sign(draft.transaction)
        let storing = owner.machine.apply(.signed(signed))
        guard case .store(let entry, let nextNonce)? = storing.first, storing.count == 1 else {
            Issue.record("not stored, or more than that")
            return
        }
        #expect(entry.nonce == 7 && nextNonce == 8)
        #expect(owner.machine.apply(.submit(Self.intent(3))) == [])
        let then = owner.machine.apply(.stored(entry))
        #expect(then.first == .broadcast(signed))
        guard case .sign(let next)? = then.last else {
            Issue.record("the next is not signed")
            return
        }
        #expect(next.transaction.nonce == 8 && next.effect == Self.intent(2).effect)
    }

    @Test func `a re-org before finality sends the same bytes again`() throws {
        var owner = Owner()
        owner.look()
        owner.submit(Self.intent(1))
        owner.chain.mine(1)
        owner.chain.mine(1)
        owner.look()
        let raw = try #require(owner.sent.first).raw
        owner.chain.drop(2, .transactions)
        owner.chain.mine(1)
        owner.look()
        #expect(owner.reports.last == .retracted)
        #expect(owner.sent.map(\.raw) == [raw, raw])
        owner.chain.mine(1)
        owner.chain.finalized = owner.chain.head
        owner.look()
        #expect(owner.machine.isIdle)
    }

    @Test
    func `who waits is replaced with the same nonce and an eighth more, so often and no more`() {
        var owner = Owner()
        owner.look()
        owner.submit(Self.intent(1))
        owner.submit(Self.intent(2))
        for _ in 0..<20 {
            owner.chain.mine(0)
            owner.look()
        }
        let first = owner.disk[7]?.attempts ?? []
        #expect(
            first.map { $0.transaction.envelope.mostPerGas } == [100, 113, 128],
            "an eighth, rounded up")
        #expect(Set(first.map(\.transaction.call)).count == 1)
        #expect(owner.disk[8]?.attempts.count == 1, "what waits for another is not raised")
        #expect(owner.reports == [.stuck])
        owner.chain.mine(9)
        owner.chain.finalized = owner.chain.head
        owner.look()
        #expect(owner.machine.isIdle)
    }

    @Test func `nothing is offered above the ceiling`() {
        let rules = Outgoing.Rules(
            confirmations: 1, patience: 1, mostReplacements: 9, ceiling: 110, mostOpen: 1)
        var owner = Owner(rules)
        owner.submit(Self.intent(1))
        owner.look(Fees(maxFeePerGas: 111, maxPriorityFeePerGas: 1))
        #expect(owner.disk.isEmpty)
        owner.look()
        for _ in 0..<5 {
            owner.chain.mine(0)
            owner.look()
        }
        #expect(owner.disk[7]?.attempts.count == 1 && owner.reports == [.stuck])
    }

    @Test func `a signer that refuses ends a wish, and a replacement only`() {
        var owner = Owner()
        owner.look()
        let intent = Self.intent(1)
        #expect(owner.machine.apply(.submit(intent)).count == 1)
        owner.perform(owner.machine.apply(.signingRefused(effect: intent.effect)))
        #expect(owner.reports == [.refused(.notSigned)] && owner.machine.isIdle)
        owner.submit(intent)
        for _ in 0..<3 {
            owner.chain.mine(0)
            let observation = owner.chain.observation(owner.machine.questions, quote: Self.quote)
            for action in owner.machine.apply(.observed(observation)) {
                guard case .sign = action else { continue }
                owner.perform(owner.machine.apply(.signingRefused(effect: intent.effect)))
            }
        }
        #expect(owner.reports.last == .stuck && !owner.machine.isIdle)
    }

    @Test func `a nonce that something else used up is told, once that is final`() throws {
        var owner = Owner()
        owner.look()
        owner.submit(Self.intent(1))
        owner.chain.forget()
        let other = Transaction(
            envelope: .dynamicFee(Self.quote, chain: ChainID(1), []), nonce: 7, gasLimit: 1,
            call: .init(to: nil, value: 0, data: []))
        owner.chain.send(key(1).sign(other))
        owner.chain.mine(1)
        owner.look()
        #expect(owner.reports == [])
        owner.chain.finalized = 1
        // A question without an answer says nothing.
        let observation = owner.chain.observation([], quote: nil)
        owner.perform(owner.machine.apply(.observed(observation)))
        #expect(owner.reports == [])
        owner.look()
        #expect(owner.reports == [.displaced] && owner.machine.isIdle)
        owner.submit(Self.intent(2))
        #expect(owner.disk[8]?.effect == Self.intent(2).effect)
    }

    @Test func `whoever is behind what was final says nothing`() {
        var owner = Owner()
        owner.look()
        let early = owner.chain.observation([], quote: Self.quote)
        owner.submit(Self.intent(1))
        owner.chain.mine(1)
        owner.chain.mine(1)
        owner.chain.finalized = 2
        owner.look()
        #expect(owner.machine.apply(.observed(early)) == [])
    }
}
