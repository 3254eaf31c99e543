import Domain
import Wire

@testable import ControlPlane

/// A series that keeps everything and computes naively: what the file must say, too.
struct SeriesOracle {
    let minutesKept: Int64
    private(set) var rows: [Int64: SeriesRow] = [:]
    private var last: Int64 = -1

    init(minutesKept: Int64) { self.minutesKept = minutesKept }

    var newest: Int64 { rows.keys.max() ?? -1 }

    /// Numbers that were not looked at before; seconds lie where the first batch put them.
    mutating func append(_ batch: SampleBatchDTO, arrival: Int64) {
        for sample in batch.samples where sample.second > last {
            last = sample.second
            let second = SeriesSamples.start + sample.second
            rows[second] = SeriesRow(sample, places: [0], second: second, arrival: arrival)
        }
    }

    func recent(_ range: Range<Int64>) -> [SeriesRow] {
        rows.keys.sorted().filter { range.contains($0) && $0 > newest - 3600 }.map { rows[$0]! }
    }

    func points(_ range: Range<Int64>, step: Int64) -> [SeriesPoint] {
        step < 60
            ? spans(recent(range).map { ($0.second, [$0]) }, step)
            : spans(minutes(range), step)
    }

    /// Each minute of which a part is asked for, whole.
    private func minutes(_ range: Range<Int64>) -> [(Int64, [SeriesRow])] {
        let asked = (range.lowerBound / 60)..<((range.upperBound + 59) / 60)
        let kept = Dictionary(grouping: rows.values, by: { $0.second / 60 }).filter {
            asked.contains($0.key) && $0.key > newest / 60 - minutesKept
        }
        return kept.keys.sorted().map { minute in (minute * 60, kept[minute] ?? []) }
    }

    /// The mean of the parts' means, each with the weight of the part's seconds.
    private func spans(_ parts: [(Int64, [SeriesRow])], _ step: Int64) -> [SeriesPoint] {
        let spans = Dictionary(grouping: parts, by: { $0.0 / step })
        return spans.keys.sorted().map { number in
            let parts = (spans[number] ?? []).map(\.1)
            let width = parts[0][0].values.count
            return SeriesPoint(
                second: number * step,
                values: (0..<width).map { stat(parts, $0) },
                throttle: (0..<parts[0][0].throttle.count).map { device in
                    let told = parts.flatMap { $0.compactMap { $0.throttle[device] } }
                    return told.isEmpty ? nil : told.reduce(0, |)
                })
        }
    }

    private func stat(_ parts: [[SeriesRow]], _ index: Int) -> SeriesStat? {
        let told = parts.compactMap { rows -> (mean: Int64, weight: Int64, all: [Int64])? in
            let values = rows.compactMap { $0.values[index] }
            guard !values.isEmpty else { return nil }
            return (Self.mean(values.reduce(0, +), values.count), Int64(rows.count), values)
        }
        guard !told.isEmpty else { return nil }
        let weight = told.reduce(0) { $0 + $1.weight }
        let all = told.flatMap(\.all)
        return SeriesStat(
            mean: Self.mean(told.reduce(0) { $0 + $1.mean * $1.weight }, Int(weight)),
            min: all.min()!, max: all.max()!)
    }

    private static func mean(_ sum: Int64, _ count: Int) -> Int64 {
        (2 * sum + Int64(count)) / (2 * Int64(count))
    }
}
