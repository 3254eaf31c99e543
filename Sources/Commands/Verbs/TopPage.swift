import Domain
import Wire

/// A job's use as a person reads it: a row for each task, then one for each of their GPUs.
struct TopPage {
    /// Tasks shown; `-o json` has more.
    private static let mostTasks = 50

    let board: TopBoard
    let language: Language

    var lines: [String] {
        let head = "\(board.name)  \(board.job)  \(JobTable.state(board.state, language))"
        let leases = board.leases
        guard let buckets = board.buckets else { return [head, told(.topEmpty)] }
        let shown = leases.prefix(Self.mostTasks)
        var table = Table([
            .init(told(.headingTask), .right), .init(told(.headingMetered), .right),
            .init(told(.headingCharge), .right), .init(told(.headingCPU)),
            .init(told(.headingMemory)),
        ])
        table.rows = shown.map { row(of: $0, buckets) }
        return [head] + table.lines + devices(of: shown, buckets) + notes(leases)
    }

    private func row(of lease: TopBoard.Lease, _ buckets: TimeBuckets) -> [String] {
        let times = lease.samples.map(\.at.timestamp.milliseconds)
        let cpu = lease.samples.map(\.milliCPU)
        let memory = lease.samples.map(\.memoryBytes)
        return [
            String(lease.task), String(lease.meteredS), Quantity.money(lease.charge.money),
            Self.cell(buckets.means(of: cpu, at: times), most: lease.milliCPULimit)
                + (cpu.last ?? nil).map { Quantity.cpus(milli: $0) }.orDash
                + "/" + Quantity.cpus(milli: lease.milliCPULimit),
            Self.cell(buckets.means(of: memory, at: times), most: lease.memoryLimitBytes)
                + Quantity.part(memory.last ?? nil, of: lease.memoryLimitBytes),
        ]
    }

    private func devices(
        of leases: ArraySlice<TopBoard.Lease>, _ buckets: TimeBuckets
    ) -> [String] {
        var table = Table(
            [.init(told(.headingTask), .right), .init(told(.headingDevices))]
                + DeviceCells.columns(language))
        for lease in leases {
            let times = lease.samples.map(\.at.timestamp.milliseconds)
            for (place, device) in lease.devices.enumerated() {
                let cells = DeviceCells(
                    device: device, samples: lease.samples.map { $0.devices[place] },
                    times: times, buckets: buckets, language: language
                ).cells
                table.rows.append([String(lease.task), device.model] + cells)
            }
        }
        return table.rows.isEmpty ? [] : table.lines
    }

    static func cell(_ means: [Int64?], most: Int64) -> String {
        Sparkline.of(means, most: most) + " "
    }

    private func notes(_ leases: [TopBoard.Lease]) -> [String] {
        let dropped = leases.reduce(0) { $0 + $1.dropped }
        let hidden = leases.count - Self.mostTasks
        let leaving = leases.compactMap { lease in
            lease.leaving.map { "! \(told(.headingTask)) \(lease.task)  \($0.text(in: language))" }
        }
        return leaving + (dropped > 0 ? ["! " + told(.topDropped, ["count": String(dropped)])] : [])
            + (hidden > 0 || board.hasMore
                ? [told(.moreFollows, ["command": "orban top \(board.name)/N"])] : [])
    }

    private func told(_ message: Message, _ values: [String: String] = [:]) -> String {
        message.text(in: language, values)
    }
}

/// What one GPU does, as cells of a row.
struct DeviceCells {
    let device: DeviceDTO
    let samples: [DeviceSampleDTO]
    /// Milliseconds, one of each sample.
    let times: [Int64]
    let buckets: TimeBuckets
    let language: Language

    static func columns(_ language: Language) -> [Table.Column] {
        let headings: [Message] = [
            .headingUtilisation, .headingVRAM, .headingTemperature, .headingPower, .headingClock,
        ]
        return headings.map { Table.Column($0.text(in: language)) }
    }

    var cells: [String] {
        let last = samples.last ?? .nothing
        let power = samples.map(\.powerMilliwatts)
        return [
            spark(samples.map { $0.utilisationPercent.map(Int64.init) }, most: 100)
                + last.utilisationPercent.map { "\($0) %" }.orDash,
            spark(samples.map(\.memoryUsedBytes), most: device.vramBytes)
                + Quantity.part(last.memoryUsedBytes, of: device.vramBytes),
            spark(samples.map { $0.temperature.map(Int64.init) }, most: 100)
                + last.temperature.map { "\($0) °C" }.orDash,
            // How much it may draw is not known: the highest bar is the most that was seen.
            spark(power, most: power.compactMap(\.self).max() ?? 1)
                + last.powerMilliwatts.map { "\(($0 + 500) / 1000) W" }.orDash,
            last.smClockMHz.map { "\($0) MHz" }.orDash + slowdown(last),
        ]
    }

    private func spark(_ values: [Int64?], most: Int64) -> String {
        TopPage.cell(buckets.means(of: values, at: times), most: most)
    }

    /// Why its clocks are low, unless that is because it has nothing to do.
    private func slowdown(_ sample: DeviceSampleDTO) -> String {
        let words = (sample.throttle?.words ?? []).filter { $0 != "idle" }
        guard !words.isEmpty else { return "" }
        return " ! " + words.map { Message.throttle($0, in: language) }.joined(separator: ", ")
    }
}

extension Quantity {
    /// `21.4/24.0 GB`, `0/200 MB`: both in the unit of the whole, cut to a tenth.
    static func part(_ part: Int64?, of whole: Int64) -> String {
        let isLarge = whole >= 1_000_000_000
        let (unit, name): (Int64, String) = isLarge ? (1_000_000_000, "GB") : (1_000_000, "MB")
        func text(_ bytes: Int64) -> String {
            isLarge ? "\(bytes / unit).\(bytes % unit / (unit / 10))" : "\(bytes / unit)"
        }
        return "\(part.map(text) ?? "–")/\(text(whole)) \(name)"
    }
}

extension String? {
    /// Something stands in every cell.
    var orDash: String { self ?? "–" }
}
