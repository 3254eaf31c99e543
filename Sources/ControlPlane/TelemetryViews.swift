import Crypto
import Domain
import Marketplace
import Wire

extension MarketServices {
    /// Series of one answer at most, and leases of a job that are looked at for them.
    private static let mostSeries = 64
    /// Numbers of one answer, beyond its first series.
    private static let mostNumbers = 400_000

    /// What a job's leases used, as far as anything is known of them.
    func metrics(of job: Job, _ span: MetricsSpan) async throws -> MetricsDTO {
        let read = Read.leases(job.id, limit: JobTerms.mostLeases)
        let rows = try await store.read([read])
        let all = rows.leases(read)
        let kept = Set(await series.leases(of: job.id))
        let leases = all.filter {
            kept.contains($0.id) && (span.task == nil || $0.task.index == span.task)
        }
        let latest = LeasePlace.latest(leases.map(LeasePlace.init), most: Self.mostSeries)
        let byID = Dictionary(uniqueKeysWithValues: leases.map { ($0.id, $0) })
        let shown = latest.compactMap { byID[$0.id] }
        let end = try await end(of: job, shown)
        let (range, step) = try span.seconds(endingAt: end)
        var found: [LeaseSeriesDTO] = []
        var (looked, numbers) = (0, 0)
        for lease in shown where numbers < Self.mostNumbers {
            looked += 1
            let excerpt = await series.excerpt(
                of: .lease(job.id, lease.id), in: range, step: step)
            guard let width = excerpt.points.first?.values.count else { continue }
            numbers += excerpt.points.count * width * (step > 1 ? 3 : 1)
            found.append(LeaseSeriesDTO(lease, excerpt, step: step))
        }
        let started = all.filter { if case .running = $0.life { true } else { false } }.count
        return MetricsDTO(
            job: job.id, name: job.terms.name,
            state: JobState(life: job.life, counts: job.counts, started: started),
            from: TimeDTO(Timestamp(milliseconds: range.lowerBound * 1000)),
            to: TimeDTO(Timestamp(milliseconds: range.upperBound * 1000)), stepS: step,
            series: found.sorted { ($0.task, $0.attempt) < ($1.task, $1.attempt) },
            hasMore: leases.count > looked)
    }

    /// Now, or of a job that is over the moment after its last sample.
    private func end(of job: Job, _ leases: [Lease]) async throws -> Timestamp {
        guard case .closed = job.life else { return clock.now() }
        var newest = SeriesState.none
        for lease in leases {
            let excerpt = await series.excerpt(
                of: .lease(job.id, lease.id), in: 0..<1, step: 1)
            newest = max(newest, excerpt.newest)
        }
        guard newest >= 0 else { return clock.now() }
        return Timestamp(milliseconds: (newest + 1) * 1000)
    }

    /// Adds the leases that have a series and are not known yet.
    func learn(_ known: inout FollowedLeases, of job: JobID) async throws {
        let new = await series.leases(of: job).filter { known.isTold[$0] == nil }
        guard !new.isEmpty else { return }
        let rows = try await store.read(new.map { .lease($0) })
        known.add(new, new.compactMap { rows.lease($0) })
    }

    /// Takes a node's word about itself.
    ///
    /// - Throws: `Refusal.nodeUnknown`, `.badSignature`; `WireError.parameterInvalid`.
    func take(_ signed: SignedReportDTO, of name: String) async throws {
        guard let id = NodeID(name) else { throw WireError.parameterInvalid(name: "node") }
        guard let node = try await store.read([.node(id)]).node(id) else {
            throw Refusal.nodeUnknown(id)
        }
        let key = try? Curve25519.Signing.PublicKey(rawRepresentation: node.receiptKey)
        let bytes = SignedReportDTO.signedBytes(signed.report.bytes, of: id)
        guard let key, key.isValidSignature(signed.signature.bytes, for: bytes) else {
            throw Refusal.badSignature
        }
        let report = try API.decode(NodeReportDTO.self, signed.report.bytes)
        try report.check()
        let now = clock.now()
        try await series.append(
            report.batch, to: .node(id), devices: report.batch.devices, at: now)
        reports.take(report, of: id, at: now)
    }

    /// A node as its owner may see it.
    func detail(of node: Node) async throws -> NodeDetailDTO {
        let read = Read.liveLeasesOfNode(node.id, limit: 1000)
        let rows = try await store.read([read, .offer(node.id)])
        let held = reports.of(node.id)
        let devices = held?.report.devices ?? []
        let now = clock.now().milliseconds / 1000
        let excerpt = await series.excerpt(of: .node(node.id), in: now - 600..<now + 1, step: 10)
        let isCurrent = excerpt.points.allSatisfy { $0.throttle.count == devices.count }
        return NodeDetailDTO(
            node: try await view(node), offer: rows.offer(node.id).map(OfferDTO.init),
            leases: rows.leases(read).map(NodeLeaseDTO.init),
            reportedAt: held.map { TimeDTO($0.at) }, driver: held?.report.driver,
            advisories: held?.report.advisories ?? [], devices: devices, dropped: excerpt.dropped,
            at: isCurrent ? excerpt.at : [],
            series: isCurrent
                ? excerpt.columns(of: devices.map { Device($0.device) }, step: 10) : [])
    }
}

extension NodeLeaseDTO {
    init(_ lease: Lease) {
        self.init(
            lease: lease.id, devices: lease.devices.map(\.id), milliCPU: lease.slice.milliCPU,
            memoryBytes: lease.slice.memoryBytes, meteredS: lease.billedSeconds,
            microPerHour: lease.rate.microPerHour,
            leaving: lease.standingNotice.map(LeavingDTO.init))
    }
}

extension Device {
    init(_ device: DeviceDTO) {
        self.init(id: device.id, model: device.model, vramBytes: device.vramBytes)
    }
}
