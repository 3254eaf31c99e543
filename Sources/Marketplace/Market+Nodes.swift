import Accounting
import Domain

extension Market {
    /// Binds a node to its provider and receipt key, and logs the key. Idempotent for the same node.
    ///
    /// - Parameter token: the join token's id, of which one use is taken; nil for a node of the
    ///   market's own process.
    func register(_ node: Node, token: String?, _ rows: Rows, _ now: Timestamp) throws -> Decision {
        guard rows.account(node.provider) != nil else {
            throw Refusal.accountUnknown(node.provider)
        }
        if let known = rows.node(node.id) {
            guard known.receiptKey == node.receiptKey, known.provider == node.provider else {
                throw Refusal.nodeTaken(node.id)
            }
            return Decision()
        }
        var decision = Decision()
        if let token {
            guard var right = rows.joinToken(token), right.usesLeft > 0, right.expiresAt > now,
                right.provider == node.provider
            else { throw Refusal.nodeUnknown(node.id) }
            right.usesLeft -= 1
            decision.rows.append(.joinToken(right))
        }
        decision.rows.append(.node(node))
        let record = NodeKeyRecord(node: node.id, provider: node.provider, key: node.receiptKey)
        decision.newEntries = [
            PendingEntry(key: "node-key:" + node.id.text, lease: nil, bytes: record.bytes)
        ]
        return decision
    }

    /// Takes a node's declared terms as its offer, of a node that answers; what live leases use is
    /// not free.
    ///
    /// - Throws: `Refusal.deviceTaken` when another node claims one of its devices,
    ///   `.termsImpossible` when it names a device twice.
    func advertise(_ terms: OfferTerms, from id: NodeID, _ rows: Rows) throws -> Decision {
        guard let node = rows.node(id) else { throw Refusal.nodeUnknown(id) }
        let devices = terms.allDevices
        guard Set(devices.map(\.id)).count == devices.count else {
            throw Refusal.termsImpossible("each device once")
        }
        var decision = Decision()
        for device in devices {
            guard let claim = rows.device(device.id) else {
                decision.rows.append(
                    .device(DeviceClaim(device: device.id, node: id, life: .free)))
                continue
            }
            guard claim.node == id else { throw Refusal.deviceTaken(device.id) }
        }
        let live = rows.leases(.liveLeasesOfNode(id, limit: Command.everyTask))
        let known = rows.offer(id)
        var offer = Offer(
            node: id, provider: node.provider, version: (known?.version ?? 0) + 1,
            availability: known?.availability.after(.connected) ?? .open, terms: terms,
            free: terms.capacity, freeDevices: [])
        restate(&offer, under: live)
        decision.rows.append(.offer(offer))
        return decision
    }

    /// What is free of an offer under these leases; also right where its terms shrank under them.
    func restate(_ offer: inout Offer, under live: [Lease]) {
        let used = live.reduce(Resources.zero) { $0.adding($1.slice) }
        let leased = Set(live.flatMap { $0.devices.map(\.id) })
        offer.free = offer.terms.capacity.subtracting(used)
        offer.freeDevices = offer.terms.devices.map(\.id).filter { !leased.contains($0) }
    }

    func change(_ event: Offer.Event, of node: NodeID, _ rows: Rows) throws -> Decision {
        guard var offer = rows.offer(node) else { throw Refusal.nodeUnknown(node) }
        let availability = offer.availability.after(event)
        guard offer.availability != availability else { return Decision() }
        offer.availability = availability
        offer.version += 1
        var decision = Decision()
        decision.rows = [.offer(offer)]
        return decision
    }

    /// Books a silence on every running lease of a node: what of it lies beyond the fence cannot be
    /// claimed. No moment is booked twice, so it is idempotent, also with a later end.
    ///
    /// - Parameter from: when the node's fences began to run: its last answered heartbeat.
    func silence(_ node: NodeID, from: Timestamp, until: Timestamp, _ rows: Rows) throws
        -> Decision
    {
        var decision = Decision()
        for var lease in rows.leases(.liveLeasesOfNode(node, limit: Command.everyTask)) {
            guard case .running(let since, _, _) = lease.life else { continue }
            let frozenSince = max(
                from.advanced(seconds: lease.fence), since, lease.silentUntil ?? since)
            guard until > frozenSince else { continue }
            lease.silenceMilliseconds = min(
                lease.silenceMilliseconds + until.millisecondsSince(frozenSince), Timestamp.limit)
            lease.silentUntil = until
            decision.rows.append(.lease(lease))
        }
        return decision
    }

    /// Records what a lease left in its output folders.
    func addOutputs(_ outputs: [TaskOutput], of id: LeaseID, _ rows: Rows) throws -> Decision {
        guard let lease = rows.lease(id) else { throw Refusal.leaseUnknown(id) }
        guard lease.life.isLive else { throw Refusal.leaseOver(id) }
        guard outputs.allSatisfy({ $0.lease == id && $0.task == lease.task }) else {
            throw Refusal.wrongAttempt
        }
        var decision = Decision()
        decision.rows = outputs.map(Row.output)
        return decision
    }
}
