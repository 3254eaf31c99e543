import Ethereum
import Testing

/// Crashes, lost answers, lost transactions, re-orgs and restarts, in every order.
@Suite struct OutgoingPropertyTests {
    private static let rules = Outgoing.Rules(
        confirmations: 2, patience: 2, mostReplacements: 3, ceiling: 1_000_000, mostOpen: 8)

    /// The account's owner: what it has on disk survives it.
    private struct World {
        var generator: Seeded
        var chain = ModelChain(firstNonce: 3)
        var machine: Outgoing
        // Disk.
        var entries: [UInt64: OutgoingEntry] = [:]
        var nextNonce: UInt64?
        var wishes: [Intent] = []
        var done: [Hash256: Inclusion] = [:]
        // What was ever stored or sent, to hold it against the rules.
        var everStored: Set<[UInt8]> = []
        var firstOfEffect: [Hash256: UInt64] = [:]
        var isCalm = false

        init(_ seed: UInt64) {
            generator = Seeded(seed)
            machine = Outgoing(
                chain: ChainID(1), rules: OutgoingPropertyTests.rules, stored: [], nextNonce: nil)
        }

        mutating func happens(oneIn count: Int) -> Bool {
            !isCalm && Int.random(in: 0..<count, using: &generator) == 0
        }

        mutating func restart() {
            machine = Outgoing(
                chain: ChainID(1), rules: OutgoingPropertyTests.rules,
                stored: Array(entries.values), nextNonce: nextNonce)
            for wish in wishes where done[wish.effect] == nil {
                perform(machine.apply(.submit(wish)))
            }
        }

        /// Any action may be the last of a process; a store may be on disk without being known to be.
        mutating func perform(_ actions: [Outgoing.Action]) {
            var open = actions[...]
            while let action = open.popFirst() {
                if happens(oneIn: 25) { return restart() }
                switch action {
                case .sign(let draft):
                    open += machine.apply(.signed(key(1).sign(draft.transaction)))
                case .store(let entry, let next):
                    if happens(oneIn: 12) { continue }
                    store(entry, next)
                    if happens(oneIn: 12) { continue }
                    if happens(oneIn: 25) { return restart() }
                    open += machine.apply(.stored(entry))
                case .broadcast(let transaction):
                    #expect(everStored.contains(transaction.raw), "sent before it was stored")
                    if !happens(oneIn: 4) { chain.send(transaction) }
                case .report(let effect, .final(let inclusion)):
                    take(effect, inclusion)
                case .report(let effect, let report):
                    if case .refused(.full) = report { continue }
                    if case .refused = report { Issue.record("\(effect) \(report)") }
                    if report == .displaced { Issue.record("displaced, and nobody else is here") }
                }
            }
        }

        mutating func store(_ entry: OutgoingEntry, _ next: UInt64) {
            let highest = firstOfEffect.values.max() ?? chain.firstNonce - 1
            if let nonce = firstOfEffect[entry.effect] {
                #expect(nonce == entry.nonce, "one effect with two nonces")
            } else {
                #expect(entry.nonce == highest + 1, "a nonce was left out or given twice")
                firstOfEffect[entry.effect] = entry.nonce
            }
            #expect(Set(entry.attempts.map(\.transaction.call)).count == 1)
            #expect(entry.attempts.count <= OutgoingPropertyTests.rules.mostReplacements + 1)
            for (old, new) in zip(entry.attempts, entry.attempts.dropFirst()) {
                guard case .dynamicFee(let before, _, _) = old.transaction.envelope,
                    case .dynamicFee(let after, _, _) = new.transaction.envelope
                else { continue }
                for (less, more) in [
                    (before.maxFeePerGas, after.maxFeePerGas),
                    (before.maxPriorityFeePerGas, after.maxPriorityFeePerGas),
                ] {
                    let isEnough =
                        (try? more.multiplied(by: 8) >= less.multiplied(by: 9)) ?? false
                    #expect(isEnough, "a replacement that nodes do not take")
                }
            }
            everStored.formUnion(entry.attempts.map(\.raw))
            entries[entry.nonce] = entry
            nextNonce = next
        }

        mutating func take(_ effect: Hash256, _ inclusion: Inclusion) {
            #expect(inclusion.blockNumber <= UInt64(chain.finalized), "final before it was")
            #expect(chain.inclusion(of: inclusion.transaction) == inclusion)
            if let known = done[effect] { #expect(known == inclusion, "final twice, otherwise") }
            done[effect] = inclusion
            if !happens(oneIn: 3) { entries = entries.filter { $0.value.effect != effect } }
        }

        // MARK: Steps

        mutating func step() {
            switch isCalm ? 9 : Int.random(in: 0..<12, using: &generator) {
            case 0: chain.mine(0)
            case 1...3: chain.mine(Int.random(in: 0...3, using: &generator), floor: floor())
            case 4: chain.drop(Int.random(in: 1...4, using: &generator), .nothing)
            case 5: chain.drop(Int.random(in: 1...4, using: &generator), .transactions)
            case 6:
                chain.forget()
            case 7:
                chain.finalized += Int.random(
                    in: 0...(chain.head - chain.finalized), using: &generator)
            case 8: if happens(oneIn: 3) { restart() }
            default:
                if isCalm {
                    chain.mine(8)
                    chain.finalized = chain.head
                }
            }
            look()
        }

        private mutating func floor() -> Wei {
            [0, 0, 100, 150].randomElement(using: &generator) ?? 0
        }

        /// Some answers are missing; what is final may have been asked a while before the rest.
        mutating func look() {
            let price = UInt64.random(in: 50...200, using: &generator)
            let quote = Fees(maxFeePerGas: Wei(UInt256(price)), maxPriorityFeePerGas: 5)
            let full = chain.observation(machine.questions, quote: happens(oneIn: 4) ? nil : quote)
            if happens(oneIn: 5) { return }
            var answers: [Hash256: Inclusion?] = [:]
            for (question, answer) in full.answers.sorted(by: { $0.key < $1.key })
            where !happens(oneIn: 5) { answers.updateValue(answer, forKey: question) }
            let finalized =
                isCalm ? chain.finalized : Int.random(in: 0...chain.finalized, using: &generator)
            perform(
                machine.apply(
                    .observed(
                        Outgoing.Observation(
                            head: full.head, finalized: UInt64(finalized),
                            nonceAtFinalized: chain.nonce(at: finalized),
                            nonceAtHead: full.nonceAtHead, answers: answers, quote: full.quote))))
        }
    }

    @Test func `each wish is done once, no nonce is left out, and there is an end`() {
        let seed = seed("Outgoing")
        for round in 0..<400 as Range<UInt64> {
            var world = World(seed &+ round)
            world.look()
            for number in 1...12 as ClosedRange<UInt64> {
                let wish = OutgoingTests.intent(number)
                world.wishes.append(wish)
                world.perform(world.machine.apply(.submit(wish)))
                for _ in 0..<Int.random(in: 0...8, using: &world.generator) { world.step() }
            }
            world.isCalm = true
            for _ in 0..<60 where world.done.count < world.wishes.count {
                for wish in world.wishes where world.done[wish.effect] == nil {
                    world.perform(world.machine.apply(.submit(wish)))
                }
                world.step()
            }
            #expect(world.done.count == 12, "seed \(seed &+ round): not all done")
            var carried: [[UInt8]: Int] = [:]
            for block in world.chain.blocks {
                for transaction in block.transactions {
                    carried[transaction.transaction.call.data, default: 0] += 1
                }
            }
            #expect(carried.count == 12, "seed \(seed &+ round)")
            #expect(carried.values.allSatisfy { $0 == 1 }, "seed \(seed &+ round): done twice")
        }
    }
}
