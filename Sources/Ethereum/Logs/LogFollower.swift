/// Follows the logs of a chain through its re-orgs. Events go in; what to deliver and what to ask next comes
/// out; no clock, no I/O.
///
/// Blocks that are final are read in ranges. Of those above, each is read by its hash and kept in a window as
/// a chain of parents: one that does not fit takes its predecessor away, whose logs are retracted, until the
/// rest fits. Nothing is called final that the chain has not called so; a log that was delivered is either
/// final later or retracted, once.
package struct LogFollower: Sendable {
    package struct Rules: Hashable, Sendable {
        /// Blocks that one question covers.
        package let span: UInt64
        /// Blocks that are kept while they are not final; what comes above waits.
        package let window: Int

        package init(span: UInt64, window: Int) {
            precondition(span > 0 && window > 0, "a follower asks for something")
            self.span = span
            self.window = window
        }
    }

    /// Up to where everything was delivered for good: what its owner keeps, and begins with again. What was
    /// delivered above it is delivered anew.
    package struct Cursor: Hashable, Sendable {
        package let number: UInt64
        /// Nil where only the number is known.
        package let hash: Hash256?

        package init(number: UInt64, hash: Hash256?) {
            self.number = number
            self.hash = hash
        }
    }

    package enum Event: Hashable, Sendable {
        case status(latest: BlockHeader, finalized: BlockHeader)
        case range(ClosedRange<UInt64>, [Log])
        case block(BlockHeader, [Log])
        /// The answer to `check`.
        case header(BlockHeader)
    }

    package enum Delivery: Hashable, Sendable {
        /// In a block that may still go.
        case added(BlockHeader, [Log])
        case retracted(BlockHeader, [Log])
        /// For good, also what was never `added`; everything up to the cursor was delivered.
        case final([Log], Cursor)
    }

    package enum Question: Hashable, Sendable {
        case range(ClosedRange<UInt64>)
        case block(UInt64)
        /// The header that the chain has at this number now.
        case check(UInt64)
    }

    package enum Refusal: Error, Hashable {
        /// The chain took back what it had called final: nothing that was built on it may be believed.
        case finalityBroken(number: UInt64)
    }

    struct Block: Hashable, Sendable {
        let header: BlockHeader
        let logs: [Log]
    }

    package let rules: Rules
    package private(set) var cursor: Cursor
    private var window: [Block] = []
    private var latest: BlockHeader?
    private var finalized: BlockHeader?
    /// The last of the window, where the chain had it when it was asked after the last status.
    private var checkedTip: Hash256?

    /// - Parameter cursor: the last block that is not asked for.
    package init(after cursor: Cursor, rules: Rules) {
        self.cursor = cursor
        self.rules = rules
    }

    // MARK: Asking

    /// What to ask now; nil: nothing before the next status.
    package var question: Question? {
        guard let latest, let finalized else { return nil }
        guard let tip = window.last?.header else {
            if cursor.number < finalized.number {
                let end = min(
                    finalized.number, cursor.number.addingReportingOverflow(rules.span).partialValue
                )
                return .range(cursor.number + 1...end)
            }
            return cursor.number < latest.number ? .block(cursor.number + 1) : nil
        }
        // All of the window is final, if it is of the chain.
        if tip.number < finalized.number { return .check(tip.number) }
        guard tip.number < latest.number else { return nil }
        if window.count < rules.window { return .block(tip.number + 1) }
        // No block will come that shows whether the last one is still of the chain.
        return checkedTip == tip.hash ? nil : .check(tip.number)
    }

    /// An answer to something that is not asked any more changes nothing.
    package mutating func apply(_ event: Event) throws(Refusal) -> [Delivery] {
        switch event {
        case .status(let latest, let finalized): try status(latest, finalized)
        case .range(let range, let logs): take(range, logs)
        case .block(let header, let logs): try take(header, logs)
        case .header(let header): checked(header)
        }
    }

    // MARK: Answers

    private mutating func status(
        _ latest: BlockHeader, _ finalized: BlockHeader
    ) throws(Refusal) -> [Delivery] {
        // Whoever is behind what is known says nothing new.
        guard finalized.number >= self.finalized?.number ?? 0, latest.number >= finalized.number
        else { return [] }
        if let known = self.finalized, known.number == finalized.number,
            known.hash != finalized.hash
        {
            throw .finalityBroken(number: finalized.number)
        }
        if cursor.number == finalized.number, let hash = cursor.hash, hash != finalized.hash {
            throw .finalityBroken(number: finalized.number)
        }
        self.latest = latest
        self.finalized = finalized
        checkedTip = nil
        var deliveries = retract(unlike: finalized)
        deliveries += retract(unlike: latest)
        return deliveries + settle(upTo: finalized)
    }

    private mutating func take(_ range: ClosedRange<UInt64>, _ logs: [Log]) -> [Delivery] {
        guard question == .range(range), let finalized,
            logs.allSatisfy({ range.contains($0.blockNumber) })
        else { return [] }
        cursor = Cursor(
            number: range.upperBound,
            hash: range.upperBound == finalized.number ? finalized.hash : nil)
        return [.final(logs, cursor)]
    }

    private mutating func take(
        _ header: BlockHeader, _ logs: [Log]
    ) throws(Refusal) -> [Delivery] {
        guard question == .block(header.number),
            logs.allSatisfy({ $0.blockHash == header.hash && $0.blockNumber == header.number })
        else { return [] }
        if let tip = window.last?.header {
            guard header.parent == tip.hash else { return [retractLast()].compactMap(\.self) }
        } else if let hash = cursor.hash, header.parent != hash {
            throw .finalityBroken(number: cursor.number)
        }
        window.append(Block(header: header, logs: logs))
        let added = [Delivery.added(header, logs)]
        return finalized.map { added + settle(upTo: $0) } ?? added
    }

    private mutating func checked(_ header: BlockHeader) -> [Delivery] {
        guard question == .check(header.number), let tip = window.last?.header else { return [] }
        guard tip.hash == header.hash else { return [retractLast()].compactMap(\.self) }
        checkedTip = tip.hash
        return header.number <= finalized?.number ?? 0 ? settle(upTo: header) : []
    }

    // MARK: The window

    private mutating func retractLast() -> Delivery? {
        window.popLast().map { .retracted($0.header, $0.logs) }
    }

    /// The block that has this one's number and is another, and all above it.
    private mutating func retract(unlike header: BlockHeader) -> [Delivery] {
        guard let place = window.firstIndex(where: { $0.header.number == header.number }),
            window[place].header.hash != header.hash
        else { return [] }
        var deliveries: [Delivery] = []
        while window.count > place, let delivery = retractLast() { deliveries.append(delivery) }
        return deliveries
    }

    /// The block is of the window: it and all below it are final, for each is the parent of the next.
    private mutating func settle(upTo header: BlockHeader) -> [Delivery] {
        guard let place = window.firstIndex(where: { $0.header.hash == header.hash }) else {
            return []
        }
        let deliveries = window[...place].map { block in
            Delivery.final(
                block.logs, Cursor(number: block.header.number, hash: block.header.hash))
        }
        window.removeFirst(place + 1)
        cursor = Cursor(number: header.number, hash: header.hash)
        return deliveries
    }
}
