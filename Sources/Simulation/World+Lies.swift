import Crypto
import Domain

// A node that lies: it has its own valid key and says what it likes with it.
extension World {
    func lie(about receipt: Receipt, on place: Int) -> SignedReceipt? {
        let choice = random.lies.within(0...99)
        if choice < 55 { return remember(signed(receipt, on: place), on: place) }
        report.faults.count(.lie)
        switch choice {
        case 55..<70:  // more than it ran
            let more = random.lies.pick([1, 2, 5, 30, 600, 100_000] as [Int64])
            return sign(receipt.claiming(receipt.seconds + more), on: place)
        case 70..<80:  // frozen time too
            guard let container = nodes[place].containers[receipt.lease] else {
                return signed(receipt, on: place)
            }
            let since = nodes[place].clock.reading(at: now).nanosecondsSince(container.startedAt)
            return sign(receipt.claiming(since / 1_000_000_000), on: place)
        case 80..<86:  // an old receipt again
            let old = nodes[place].oldReceipts
            return old.isEmpty ? signed(receipt, on: place) : random.lies.pick(old)
        case 86..<90:  // fewer seconds under a newer number
            return sign(receipt.claiming(receipt.seconds / 2).numbered(by: 1), on: place)
        case 90..<93: return sign(receipt.ofAttempt(receipt.attempt + 1), on: place)
        case 93..<95:
            return sign(receipt.ofAttempt(max(1, receipt.attempt - 1)).numbered(by: 1), on: place)
        case 95..<97:  // in another node's name
            return sign(receipt.of(nodes[(place + 1) % nodes.count].id), on: place)
        default: return foreignSigned(receipt, on: place)
        }
    }

    private func remember(_ signed: SignedReceipt?, on place: Int) -> SignedReceipt? {
        guard let signed else { return nil }
        nodes[place].oldReceipts.append(signed)
        if nodes[place].oldReceipts.count > 40 { nodes[place].oldReceipts.removeFirst() }
        return signed
    }

    private func sign(_ receipt: Receipt, on place: Int) -> SignedReceipt? {
        let bytes = receipt.bytes
        guard let signature = try? nodes[place].key.signature(for: bytes) else { return nil }
        return SignedReceipt(bytes: bytes, signature: Array(signature))
    }

    private func foreignSigned(_ receipt: Receipt, on place: Int) -> SignedReceipt? {
        let bytes = receipt.bytes
        guard let signature = try? foreignKey.signature(for: bytes) else { return nil }
        return SignedReceipt(bytes: bytes, signature: Array(signature))
    }
}

extension Receipt {
    fileprivate func numbered(by more: Int64) -> Receipt {
        Receipt(
            lease: lease, attempt: attempt, node: node, sequence: sequence + more,
            seconds: seconds, status: status, level: level, cpuMilliseconds: cpuMilliseconds,
            peakMemoryBytes: peakMemoryBytes)
    }

    fileprivate func ofAttempt(_ attempt: Int64) -> Receipt {
        Receipt(
            lease: lease, attempt: attempt, node: node, sequence: sequence, seconds: seconds,
            status: status, level: level, cpuMilliseconds: cpuMilliseconds,
            peakMemoryBytes: peakMemoryBytes)
    }

    fileprivate func of(_ node: NodeID) -> Receipt {
        Receipt(
            lease: lease, attempt: attempt, node: node, sequence: sequence, seconds: seconds,
            status: status, level: level, cpuMilliseconds: cpuMilliseconds,
            peakMemoryBytes: peakMemoryBytes)
    }
}
