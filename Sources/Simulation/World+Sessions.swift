import Accounting
import Crypto
import Domain
import Marketplace
import Verification

// The market's side of the node channel.
extension World {
    func take(_ frame: NodeFrame, from place: Int, _ connection: Int) {
        inMarket { () throws(MarketCrash) in
            if case .hello(let terms, _) = frame {
                return try greet(place, connection, terms)
            }
            guard market?.sessions[place]?.connection == connection else { return }
            market?.sessions[place]?.lastFrameAt = now
            switch frame {
            case .hello: break
            case .heartbeat(let number): try renew(place, number)
            case .receipt(let signed): try take(signed, from: place)
            case .acknowledged(let effect): try perform(.effectDone(effect))
            case .drain:
                report.reached.count(.nodeDrained)
                if case .success = try perform(.changeAvailability(nodes[place].id, .drained)) {
                    sendDown(place, .drained)
                }
            }
        }
    }

    private func greet(_ place: Int, _ connection: Int, _ terms: OfferTerms) throws(MarketCrash) {
        let id = nodes[place].id
        guard market?.liveness.connect(id, at: now.timestamp) == true else {
            report.reached.count(.secondSessionRefused)
            let goodbye = MarketFrame.goodbye(code: "second_session")
            return schedule(
                .toNode(node: place, connection: connection, goodbye),
                at: now.after(milliseconds: nodes[place].link.latencyMilliseconds))
        }
        if let old = market?.sessions[place] { closeFromMarket(place, old.connection) }
        market?.sessions[place] = MarketMemory.Session(connection: connection, lastFrameAt: now)
        try perform(.advertise(id, terms))
        market?.sessions[place]?.isGreeted = true
        sendDown(place, .welcome)
        try deliverAll(to: place)
    }

    /// Every live lease of the node may run on for its fence, unless it is to end.
    private func renew(_ place: Int, _ number: Int64) throws(MarketCrash) {
        let id = nodes[place].id
        if let back = market?.liveness.heartbeat(id, at: now.timestamp) {
            report.reached.count(.silenceBooked)
            try perform(.silence(id, milliseconds: back.silentMilliseconds))
        }
        auditor.answered(id, live: market?.live[place] ?? [], at: now.timestamp)
        let renewals = (market?.live[place] ?? [])
            .filter { market?.expiring[$0.id] == nil }
            .map { Renewal(lease: $0.id, attempt: $0.attempt) }
        sendDown(place, .renewal(number: number, leases: renewals))
    }

    // MARK: Receipts

    /// A node that does not answer heartbeats has a silence that is not booked yet: its receipts
    /// wait until it is.
    private func take(_ signed: SignedReceipt, from place: Int) throws(MarketCrash) {
        let now = now.timestamp
        guard market?.liveness.health(of: nodes[place].id, at: now) == .live else { return }
        guard let receipt = try? Receipt(bytes: signed.bytes) else { return }
        market?.meters.append((place, signed, now))
        if case .ended = receipt.status { return try meterAll() }
        if receipt.sequence == 1 { return try meterAll() }
        schedule(.metersDue(run: marketRun), at: self.now.after(milliseconds: 200))
    }

    func meterAll() throws(MarketCrash) {
        let waiting = market?.meters ?? []
        market?.meters = []
        for (place, signed, arrivedAt) in waiting {
            try meter(signed, from: place, arrivedAt: arrivedAt)
        }
    }

    private func meter(
        _ signed: SignedReceipt, from place: Int, arrivedAt: Timestamp
    ) throws(MarketCrash) {
        guard let receipt = try? Receipt(bytes: signed.bytes) else { return }
        let outcome: Outcome
        switch verified(signed, from: place) {
        case .success(let verified):
            outcome = try perform(.meter(verified, arrivedAt: arrivedAt))
        case .failure(let refusal): outcome = .failure(refusal)
        }
        try faultPoint()
        switch outcome {
        case .success:
            report.receiptsAccepted += 1
            if auditor.lastReading[receipt.lease]?.acceptedAt != arrivedAt {
                report.reached.count(.receiptRepeated)
            }
            sendDown(place, .receiptAccepted(receipt.lease, sequence: receipt.sequence))
        case .failure(let refusal):
            note(refusal)
            let frame = MarketFrame.receiptRefused(
                receipt.lease, sequence: receipt.sequence, code: refusal.code)
            sendDown(place, frame)
        }
    }

    private func verified(
        _ signed: SignedReceipt, from place: Int
    ) -> Result<VerifiedReceipt, Refusal> {
        let node = nodes[place]
        do throws(Refusal) {
            return .success(try VerifiedReceipt(signed, from: node.id, key: node.publicKey))
        } catch {
            guard error == .badSignature, options.planted == .foreignKeyTrusted else {
                return .failure(error)
            }
        }
        let key = Array(foreignKey.publicKey.rawRepresentation)
        do throws(Refusal) {
            return .success(try VerifiedReceipt(signed, from: node.id, key: key))
        } catch { return .failure(error) }
    }

    private func note(_ refusal: Refusal) {
        switch refusal {
        case .receiptAheadOfTime: report.reached.count(.aheadOfTimeRefused)
        case .receiptNotNewer: report.reached.count(.notNewerRefused)
        case .receiptOverBudget: report.reached.count(.overBudgetRefused)
        case .wrongAttempt: report.reached.count(.wrongAttemptRefused)
        case .wrongNode: report.reached.count(.wrongNodeRefused)
        case .badSignature: report.reached.count(.badSignatureRefused)
        case .leaseOver: report.reached.count(.leaseOverRefused)
        default: break  // not a refusal of receipts
        }
    }
}

extension Dispatch {
    /// What a node is told about a lease, from the committed rows alone.
    init(_ lease: Lease, of job: Job) {
        self.init(
            lease: lease.id, attempt: lease.attempt, task: lease.task,
            taskCount: job.terms.tasks, workload: job.terms.workload, slice: lease.slice,
            devices: lease.devices.map(\.id),
            budgetSeconds: Bill.seconds(paidBy: lease.escrow, rate: lease.rate),
            limitSeconds: job.terms.maxDuration, fence: lease.fence, token: "")
    }
}
