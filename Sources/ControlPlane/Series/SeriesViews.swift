import Domain
import Wire

/// Rows and points of a series in the units of the interface.
extension SeriesExcerpt {
    /// - Parameter step: of the points; a single second has no least and most.
    func column(_ index: Int, step: Int64, scale: Int64 = 1, offset: Int64 = 0) -> ColumnDTO {
        func shown(_ pick: (SeriesStat) -> Int64) -> [Int64?] {
            points.map { $0.values[index].map { pick($0) * scale + offset } }
        }
        return ColumnDTO(
            mean: shown(\.mean), min: step > 1 ? shown(\.min) : nil,
            max: step > 1 ? shown(\.max) : nil)
    }

    func columns(of devices: [Device], step: Int64) -> [DeviceColumnsDTO] {
        devices.enumerated().map { place, device in
            let first = 2 + place * SeriesLayout.quantitiesOfDevice
            return DeviceColumnsDTO(
                device: DeviceDTO(device), utilisationPercent: column(first, step: step),
                memoryUsedBytes: column(first + 1, step: step, scale: 1024),
                powerMilliwatts: column(first + 2, step: step),
                temperature: column(first + 3, step: step, offset: -SeriesRow.coldest),
                smClockMHz: column(first + 4, step: step),
                throttle: points.map { $0.throttle[place].map(ThrottleReasons.init(rawValue:)) })
        }
    }

    var at: [TimeDTO] { points.map { TimeDTO(Timestamp(milliseconds: $0.second * 1000)) } }
}

extension SeriesRow {
    var sample: TimedSampleDTO {
        TimedSampleDTO(
            at: TimeDTO(Timestamp(milliseconds: second * 1000)), milliCPU: values[0],
            memoryBytes: values[1].map { $0 * 1024 },
            devices: throttle.indices.map { place in
                let first = 2 + place * SeriesLayout.quantitiesOfDevice
                return DeviceSampleDTO(
                    utilisationPercent: values[first].map { Int($0) },
                    memoryUsedBytes: values[first + 1].map { $0 * 1024 },
                    powerMilliwatts: values[first + 2],
                    temperature: values[first + 3].map { Int($0 - Self.coldest) },
                    smClockMHz: values[first + 4].map { Int($0) },
                    throttle: throttle[place].map(ThrottleReasons.init(rawValue:)))
            })
    }
}

extension LeaseSeriesDTO {
    init(_ lease: Lease, _ excerpt: SeriesExcerpt, step: Int64) {
        self.init(
            task: lease.task.index, attempt: lease.attempt, lease: lease.id, node: lease.node,
            meteredS: lease.billedSeconds, charge: MoneyDTO(lease.posted.net),
            milliCPULimit: lease.slice.milliCPU, memoryLimitBytes: lease.slice.memoryBytes,
            dropped: excerpt.dropped, at: excerpt.at, milliCPU: excerpt.column(0, step: step),
            memoryBytes: excerpt.column(1, step: step, scale: 1024),
            devices: excerpt.columns(of: lease.devices, step: step),
            leaving: lease.standingNotice.map(LeavingDTO.init))
    }
}

extension SamplesEventDTO {
    init(_ lease: Lease, _ news: SeriesNews) {
        self.init(
            task: lease.task.index, attempt: lease.attempt, lease: lease.id,
            meteredS: lease.billedSeconds, charge: MoneyDTO(lease.posted.net),
            milliCPULimit: lease.slice.milliCPU, memoryLimitBytes: lease.slice.memoryBytes,
            devices: lease.devices.map(DeviceDTO.init),
            leaving: lease.standingNotice.map(LeavingDTO.init), samples: news.rows.map(\.sample))
    }
}
