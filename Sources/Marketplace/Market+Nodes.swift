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
    /// not free. A device that another node has claimed before is not offered, and both nodes'
    /// offers say so: the one who came first keeps it, for UUIDs are public and anybody may name one.
    /// A declared country that its round trips refute is noted.
    ///
    /// - Throws: `Refusal.termsImpossible` when it names a device twice.
    func advertise(
        _ terms: OfferTerms, from id: NodeID, _ rows: Rows, _ now: Timestamp
    ) throws -> Decision {
        guard let node = rows.node(id) else { throw Refusal.nodeUnknown(id) }
        let devices = terms.allDevices
        guard Set(devices.map(\.id)).count == devices.count else {
            throw Refusal.termsImpossible("each device once")
        }
        var decision = Decision()
        var others: [DeviceID: NodeID] = [:]
        // What is withheld is not claimed: it may be somebody else's.
        for device in terms.devices {
            if let claim = rows.device(device.id), !isAbandoned(claim, rows) {
                if claim.node != id { others[device.id] = claim.node }
            } else {
                decision.rows.append(
                    .device(DeviceClaim(device: device.id, node: id, life: .free)))
            }
        }
        let live = rows.leases(.liveLeasesOfNode(id, limit: Command.everyTask))
        let known = rows.offer(id)
        let isSamePrice =
            known.map { $0.terms.ask == terms.ask && $0.terms.spotAsk == terms.spotAsk } ?? false
        var offer = Offer(
            node: id, provider: node.provider, version: (known?.version ?? 0) + 1,
            availability: known?.availability.after(.connected) ?? .open,
            terms: terms.withholding(Set(others.keys), reason: "duplicate"),
            free: terms.capacity, freeDevices: [], duplicates: known?.duplicates ?? [],
            hygiene: known?.hygiene ?? Hygiene(),
            wish: known?.wish ?? .none, record: known?.record ?? TrackRecord(),
            refutation: RegionRefutation(of: terms, by: beacons),
            waitingSince: isSamePrice ? known?.waitingSince ?? now : now)
        for device in terms.devices {
            if let other = others[device.id] { offer.note(device.id, claimedBy: other) }
        }
        restate(&offer, under: live)
        decision.rows.append(.offer(offer))
        decision.rows += flagged(others, by: id, rows)
        return decision
    }

    /// Whether its node has said, or somebody for it, that the device is not there any more.
    private func isAbandoned(_ claim: DeviceClaim, _ rows: Rows) -> Bool {
        guard claim.life == .free, let holder = rows.offer(claim.node) else { return false }
        return !holder.terms.allDevices.contains { $0.id == claim.device }
    }

    /// Takes a device out of an offer whose node does not answer for it: another node may claim it
    /// then, and this one again. Idempotent.
    ///
    /// - Throws: `Refusal.nodeUnknown`; `.deviceUnknown` for one that it never had; `.deviceInUse`
    ///   while it is leased or offered.
    func release(_ device: DeviceID, of node: NodeID, _ rows: Rows) throws -> Decision {
        guard var offer = rows.offer(node) else { throw Refusal.nodeUnknown(node) }
        let isOffered = offer.availability.isConnected && offer.terms.has(device)
        if let claim = rows.device(device), claim.node == node, case .leased = claim.life {
            throw Refusal.deviceInUse(device)
        }
        guard !isOffered else { throw Refusal.deviceInUse(device) }
        guard offer.terms.allDevices.contains(where: { $0.id == device }) else {
            guard rows.device(device)?.node == node else { throw Refusal.deviceUnknown(device) }
            return Decision()
        }
        offer.terms = offer.terms.without(device)
        offer.freeDevices.removeAll { $0 == device }
        offer.version += 1
        var decision = Decision()
        decision.rows = [.offer(offer)]
        return decision
    }

    /// The offers of those who hold what `id` claims too, with a note of it.
    private func flagged(_ others: [DeviceID: NodeID], by id: NodeID, _ rows: Rows) -> [Row] {
        Set(others.values).sorted().compactMap { node in
            guard var offer = rows.offer(node) else { return nil }
            let before = offer
            for device in others.keys.sorted() where others[device] == node {
                offer.note(device, claimedBy: id)
            }
            guard offer != before else { return nil }
            offer.version += 1
            return .offer(offer)
        }
    }

    /// What is free of an offer under these leases; also right where its terms shrank under them.
    func restate(_ offer: inout Offer, under live: [Lease]) {
        let used = live.reduce(Resources.zero) { $0.adding($1.slice) }
        let leased = Set(live.flatMap { $0.devices.map(\.id) })
        offer.free = offer.terms.capacity.subtracting(used)
        let hygiene = offer.hygiene
        offer.freeDevices = offer.terms.devices.map(\.id).filter {
            !leased.contains($0) && !hygiene.isUnscrubbed($0)
        }
    }

    func change(_ event: Offer.Event, of node: NodeID, _ rows: Rows) throws -> Decision {
        try changing(node, rows) { offer in
            switch event {
            case .connected, .disconnected, .drained:
                offer.availability = offer.availability.after(event)
            case .resumed: offer.take(.open)
            }
        }
    }

    /// Notes the owner's wish, for the node to hear of and for nobody to place anything against.
    func take(_ wish: OwnerWish<Timestamp>, of node: NodeID, _ rows: Rows) throws -> Decision {
        try changing(node, rows) { $0.take(wish) }
    }

    private func changing(
        _ node: NodeID, _ rows: Rows, _ change: (inout Offer) -> Void
    ) throws -> Decision {
        guard var offer = rows.offer(node) else { throw Refusal.nodeUnknown(node) }
        let before = offer
        change(&offer)
        guard offer != before else { return Decision() }
        offer.version += 1
        var decision = Decision()
        decision.rows = [.offer(offer)]
        return decision
    }

    /// Books a silence on every running lease of a node: what of it lies beyond the fence cannot be
    /// claimed. No moment is booked twice, so it is idempotent, also with a later end.
    ///
    /// - Parameters:
    ///   - from: when the node's fences began to run: its last answered heartbeat.
    ///   - excusedFrom: since when the market itself may have been away, so that fences ran from then: no provider
    ///     answers for that; nil: it was not.
    func silence(
        _ node: NodeID, from: Timestamp, until: Timestamp, excusedFrom: Timestamp?, _ rows: Rows
    ) throws -> Decision {
        var decision = Decision()
        for var lease in rows.leases(.liveLeasesOfNode(node, limit: Command.everyTask)) {
            guard case .running(let since, _, _) = lease.life else { continue }
            let fence = lease.fence
            let booked = max(since, lease.silentUntil ?? since)
            func frozen(from: Timestamp) -> Int64 {
                max(until.millisecondsSince(max(from.advanced(seconds: fence), booked)), 0)
            }
            let (silence, excused) = (frozen(from: from), excusedFrom.map(frozen) ?? 0)
            guard silence > 0 || excused > 0 else { continue }
            lease.silenceMilliseconds = min(
                lease.silenceMilliseconds + silence, Timestamp.limit)
            if excused > 0 {
                lease.excusedMilliseconds = min(
                    (lease.excusedMilliseconds ?? 0) + excused, Timestamp.limit)
            }
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
