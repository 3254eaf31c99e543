import Crypto
import Domain
import Hosting

// The program around the node's core: it carries out the core's actions, and dies anywhere.
extension World {
    /// Hands an event to the node's core and does what it asks.
    func tell(_ place: Int, _ event: HostEvent) {
        guard nodes[place].host != nil else { return }
        let time = nodes[place].clock.reading(at: now)
        let actions = nodes[place].host?.handle(event, at: time) ?? []
        act(place, actions)
    }

    private func act(_ place: Int, _ actions: [HostAction]) {
        let run = nodes[place].run
        for action in actions {
            guard nodes[place].host != nil, nodes[place].run == run else { return }
            if mayFail, random.crashes.happens(perMillion: 150) {
                report.faults.count(.agentCrashBetweenActions)
                return crashAgent(place, forMilliseconds: random.crashes.within(50...20_000))
            }
            carryOut(place, action)
        }
    }

    private func carryOut(_ place: Int, _ action: HostAction) {
        switch action {
        case .record(let record): write(record, on: place)
        case .send(let frame):
            auditOffer(frame, on: place)
            sendUp(place, frame)
        case .claim(let receipt): send(receipt, from: place)
        case .prepare(let dispatch): prepare(place, dispatch)
        case .start(let dispatch):
            schedule(
                .containerStarts(
                    node: place, boot: nodes[place].boot, run: nodes[place].run, dispatch),
                at: now.after(milliseconds: random.runtime.within(60...900)))
        case .moveFence(let lease, let fence): moveFence(place, lease, to: fence)
        case .freeze(let lease): freeze(place, lease)
        case .thaw(let lease):
            report.reached.count(.thawed)
            change(lease, on: place) { $0.isFrozen = false }
        case .notify(let lease): notify(place, lease)
        case .kill(let lease) where isGraceIgnored(place, lease): break
        case .kill(let lease):
            auditKill(of: lease, on: place)
            schedule(
                .containerDies(node: place, boot: nodes[place].boot, lease),
                at: now.after(milliseconds: random.runtime.within(1...300)))
        case .save(let lease):
            schedule(
                .saved(node: place, run: nodes[place].run, lease),
                at: now.after(milliseconds: random.runtime.within(20...3000)))
        case .remove(let lease):
            removeContainer(place, lease)
            schedule(
                .removed(node: place, run: nodes[place].run, lease),
                at: now.after(milliseconds: random.scrubs.within(5...400)))
        case .scrub(let order): scrub(place, order)
        case .attest: break
        case .tell(let receipt):
            if let signature = try? nodes[place].key.signature(for: receipt.bytes) {
                sendUp(
                    place,
                    .scrubbed(SignedReceipt(bytes: receipt.bytes, signature: Array(signature))))
            }
        case .reconnect: disconnect(place)
        }
    }

    private func write(_ record: HostRecord, on place: Int) {
        if options.planted == .useUnrecorded, case .device(_, let care) = record,
            case .dirty = care.cleanliness
        {
            return
        }
        nodes[place].journal.append((nodes[place].boot, record))
        auditNotice(record)
    }

    private func prepare(_ place: Int, _ dispatch: Dispatch) {
        let isSlow = random.runtime.happens(percent: 15)
        let wait = random.runtime.within(isSlow ? 14_000...25_000 : 20...2500)
        let failure = random.runtime.happens(percent: 3) ? "image_missing" : nil
        schedule(
            .prepared(node: place, run: nodes[place].run, dispatch.lease, failure: failure),
            at: now.after(milliseconds: wait))
    }

    private func freeze(_ place: Int, _ lease: LeaseID) {
        report.reached.count(.frozenAtFence)
        guard options.planted != .fenceIgnoredByNode else { return }
        change(lease, on: place) { $0.isFrozen = true }
    }

    func saved(_ place: Int, _ lease: LeaseID) {
        let result: SaveResult =
            switch random.runtime.within(0...99) {
            case 0..<94: .complete
            case 94..<97: .logsLost
            default: .outputsLost
            }
        tell(place, .saved(lease, result))
    }

    /// Samples what runs, unless the program is dead or stopped.
    func sample(_ place: Int) {
        guard nodes[place].isPowered, nodes[place].host != nil, nodes[place].pausedUntil <= now
        else { return }
        if nodes[place].connection != nil,
            now.millisecondsSince(nodes[place].lastFrameAt) > Self.keepAliveMilliseconds
        {
            disconnect(place)
        }
        seeDevices(place)
        seeOwner(place)
        tell(place, .sampled(observations(place)))
        checkOwner(place)
    }

    // MARK: Receipts

    private func send(_ receipt: Receipt, from place: Int) {
        let truthful = claimed(receipt, on: place)
        let frame =
            nodes[place].honesty == .lying && !isHealed
            ? lie(about: truthful, on: place) : signed(truthful, on: place)
        if let frame { sendUp(place, .receipt(frame)) }
    }

    private func claimed(_ receipt: Receipt, on place: Int) -> Receipt {
        guard options.planted == .frozenTimeCounted,
            let container = nodes[place].containers[receipt.lease]
        else { return receipt }
        let since = nodes[place].clock.reading(at: now).nanosecondsSince(container.startedAt)
        return receipt.claiming(max(receipt.seconds, since / 1_000_000_000))
    }

    func signed(_ receipt: Receipt, on place: Int) -> SignedReceipt? {
        let bytes = receipt.bytes
        if let known = nodes[place].signed[receipt.lease], known.bytes == bytes { return known }
        guard let signature = try? nodes[place].key.signature(for: bytes) else { return nil }
        let signed = SignedReceipt(bytes: bytes, signature: Array(signature))
        nodes[place].signed[receipt.lease] = signed
        return signed
    }

    // MARK: Life of the program

    func crashAgent(_ place: Int, forMilliseconds down: Int64) {
        guard nodes[place].host != nil else { return }
        nodes[place].host = nil
        nodes[place].run += 1
        nodes[place].pausedUntil = .start
        nodes[place].ownerWaitsSince = nil
        loseConnection(place)
        schedule(
            .agentStarts(node: place, run: nodes[place].run), at: now.after(milliseconds: down))
    }

    func startAgent(_ place: Int, run: Int) {
        guard nodes[place].run == run, nodes[place].host == nil, nodes[place].isPowered else {
            return
        }
        var history = HostHistory()
        var boots: [LeaseID: Int] = [:]
        for (boot, record) in nodes[place].journal {
            history.apply(boot == nodes[place].boot ? record : record.inAnotherBoot)
            if let lease = record.lease { boots[lease] = boot }
        }
        let boot = nodes[place].boot
        nodes[place].journal = history.records.map { ($0.lease.flatMap { boots[$0] } ?? boot, $0) }
        let lost = history.leases.map(\.dispatch.lease).filter { boots[$0] != boot }
        for lease in history.leases.map(\.dispatch.lease) {
            switch nodes[place].containers[lease]?.ending {
            case .pending: report.reached.count(.adoptedRunning)
            case .exited, nil: report.reached.count(.containerGoneAtAdoption)
            }
        }
        var host = Host(
            node: nodes[place].id, terms: nodes[place].terms, owner: Self.ownerPolicy)
        let actions = host.adopt(
            history, fences: nodes[place].fences, lost: Set(lost),
            at: nodes[place].clock.reading(at: now))
        nodes[place].host = host
        act(place, actions)
        seeOwner(place)
        guard nodes[place].host != nil else { return }
        dialLater(place, milliseconds: 100)
    }

    /// Power is lost: program, containers and boot clock go; the disk stays.
    func losePower(_ place: Int, forMilliseconds down: Int64) {
        guard nodes[place].isPowered else { return }
        for container in nodes[place].containers.all { end(container.lease, on: place, .killed) }
        nodes[place].containers.removeAll()
        nodes[place].fences = [:]
        nodes[place].isPowered = false
        nodes[place].host = nil
        nodes[place].run += 1
        nodes[place].boot += 1
        nodes[place].pausedUntil = .start
        nodes[place].ownerWaitsSince = nil
        // Nobody hangs up: the market finds out by itself.
        nodes[place].connection = nil
        schedule(.powerReturns(node: place), at: now.after(milliseconds: down))
    }

    func powerReturned(_ place: Int) {
        nodes[place].isPowered = true
        let drift = nodes[place].clock.drift
        nodes[place].clock = BootClock(
            bootedAt: now, offset: random.runtime.within(0...30_000_000_000), drift: drift)
        schedule(
            .agentStarts(node: place, run: nodes[place].run), at: now.after(milliseconds: 1500))
    }
}

extension Receipt {
    func claiming(_ seconds: Int64) -> Receipt {
        Receipt(
            lease: lease, attempt: attempt, node: node, sequence: sequence, seconds: seconds,
            status: status, level: level, cpuMilliseconds: cpuMilliseconds,
            peakMemoryBytes: peakMemoryBytes)
    }
}
