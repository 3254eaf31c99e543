import Domain
import Wire

/// What is known of a job's use, as `orban top` shows it: of each lease the samples of a while.
struct TopBoard: Hashable, Sendable {
    /// Seconds that are shown of a job that goes on, and of one that is over.
    static let usualSpan: Int64 = 300
    static let usualSpanAtEnd: Int64 = 3600

    struct Lease: Hashable, Sendable {
        let task: Int
        let attempt: Int64
        var meteredS: Int64
        var charge: MoneyDTO
        let milliCPULimit: Int64
        let memoryLimitBytes: Int64
        var dropped: Int64
        let devices: [DeviceDTO]
        var leaving: LeavingDTO?
        var samples: [TimedSampleDTO]
    }

    let job: JobID
    let name: String
    let state: JobState
    let span: Int64
    /// Seconds that one sample stands for.
    let step: Int64
    let hasMore: Bool
    private var table: [LeaseID: Lease] = [:]

    /// Of each task its latest attempt.
    var leases: [Lease] {
        let latest = Dictionary(grouping: table.values, by: \.task).values.compactMap {
            $0.max { $0.attempt < $1.attempt }
        }
        return latest.sorted { $0.task < $1.task }
    }

    /// From the first sample that is shown to the moment after the newest.
    var buckets: TimeBuckets? {
        guard let end,
            let first = table.values.compactMap({ $0.samples.first?.at.timestamp.milliseconds })
                .min()
        else { return nil }
        return TimeBuckets(
            from: max(first, end - span * 1000), to: end, leastSeconds: step)
    }

    /// The moment after the newest sample, in milliseconds; nil without one.
    var end: Int64? {
        table.values.compactMap { $0.samples.last?.at.timestamp.milliseconds }.max()
            .map { $0 + step * 1000 }
    }

    init(_ metrics: MetricsDTO, span: Int64?) {
        job = metrics.job
        name = metrics.name
        state = metrics.state
        hasMore = metrics.hasMore
        step = metrics.stepS
        self.span = Self.span(span, of: metrics.state)
        for series in metrics.series { table[series.lease] = Lease(series) }
    }

    /// The span that was asked for, or the usual one.
    static func span(_ asked: Int64?, of state: JobState) -> Int64 {
        asked ?? (state.isOver ? usualSpanAtEnd : usualSpan)
    }

    /// Takes what a stream told; samples that are known already are passed over.
    mutating func take(_ event: SamplesEventDTO) {
        var lease = table[event.lease] ?? Lease(event)
        lease.meteredS = event.meteredS
        lease.charge = event.charge
        lease.leaving = event.leaving
        let newest = lease.samples.last?.at.timestamp
        lease.samples += event.samples.filter { sample in
            newest.map { sample.at.timestamp > $0 } ?? true
        }
        table[event.lease] = lease
        forget()
    }

    /// What lies before the span is not shown any more.
    private mutating func forget() {
        guard let end else { return }
        let start = end - span * 1000
        for lease in table.keys {
            table[lease]?.samples.removeAll { $0.at.timestamp.milliseconds < start }
        }
    }
}

extension TopBoard.Lease {
    init(_ series: LeaseSeriesDTO) {
        task = series.task
        attempt = series.attempt
        meteredS = series.meteredS
        charge = series.charge
        milliCPULimit = series.milliCPULimit
        memoryLimitBytes = series.memoryLimitBytes
        dropped = series.dropped
        devices = series.devices.map(\.device)
        leaving = series.leaving
        samples = series.at.indices.map { place in
            TimedSampleDTO(
                at: series.at[place], milliCPU: series.milliCPU.value(place),
                memoryBytes: series.memoryBytes.value(place),
                devices: series.devices.map { $0.sample(place) })
        }
    }

    init(_ event: SamplesEventDTO) {
        task = event.task
        attempt = event.attempt
        meteredS = event.meteredS
        charge = event.charge
        milliCPULimit = event.milliCPULimit
        memoryLimitBytes = event.memoryLimitBytes
        dropped = 0
        devices = event.devices
        leaving = event.leaving
        samples = []
    }
}

extension ColumnDTO {
    /// Nil also beyond its end.
    func value(_ place: Int) -> Int64? { place < mean.count ? mean[place] : nil }
}

extension DeviceColumnsDTO {
    func sample(_ place: Int) -> DeviceSampleDTO {
        DeviceSampleDTO(
            utilisationPercent: utilisationPercent.value(place).map { Int($0) },
            memoryUsedBytes: memoryUsedBytes.value(place),
            powerMilliwatts: powerMilliwatts.value(place),
            temperature: temperature.value(place).map { Int($0) },
            smClockMHz: smClockMHz.value(place).map { Int($0) },
            throttle: place < throttle.count ? throttle[place] : nil)
    }
}
