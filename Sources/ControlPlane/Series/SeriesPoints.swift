/// What stands for a span of time in an answer: pure aggregation of rows and of minutes.
struct SeriesPoint: Hashable, Sendable {
    /// UTC; the beginning of its span.
    let second: Int64
    let values: [SeriesStat?]
    let throttle: [UInt16?]
}

enum SeriesPoints {
    /// The whole minute of these rows, which are all of it; nil without any.
    static func minute(_ number: Int64, of rows: [SeriesRow]) -> SeriesMinute? {
        guard let first = rows.first else { return nil }
        let values = first.values.indices.map { index in
            merged(rows.compactMap { row in row.values[index].map { (stat(of: $0), 1) } })
        }
        return SeriesMinute(
            minute: number, count: rows.count, values: values,
            throttle: reasons(rows.map(\.throttle)))
    }

    /// Rows in ascending order, by spans of `step` seconds that begin at whole multiples of it.
    static func points(of rows: [SeriesRow], step: Int64) -> [SeriesPoint] {
        groups(rows) { $0.second / step }.compactMap { number, rows in
            minute(number, of: rows).map {
                SeriesPoint(second: number * step, values: $0.values, throttle: $0.throttle)
            }
        }
    }

    /// Minutes in ascending order, by spans of `step` seconds, a whole number of minutes.
    static func points(of minutes: [SeriesMinute], step: Int64) -> [SeriesPoint] {
        groups(minutes) { $0.minute * 60 / step }.map { number, minutes in
            let count = minutes.first?.values.count ?? 0
            let values = (0..<count).map { index in
                merged(
                    minutes.compactMap { minute in
                        minute.values[index].map { ($0, Int64(minute.count)) }
                    })
            }
            return SeriesPoint(
                second: number * step, values: values,
                throttle: reasons(minutes.map(\.throttle)))
        }
    }

    private static func stat(of value: Int64) -> SeriesStat {
        SeriesStat(mean: value, min: value, max: value)
    }

    private static func merged(_ parts: [(stat: SeriesStat, weight: Int64)]) -> SeriesStat? {
        let weight = parts.reduce(0) { $0 + $1.weight }
        guard weight > 0, let least = parts.map(\.stat.min).min(),
            let most = parts.map(\.stat.max).max()
        else { return nil }
        let sum = parts.reduce(0) { $0 + $1.stat.mean * $1.weight }
        return SeriesStat(mean: (sum + weight / 2) / weight, min: least, max: most)
    }

    private static func reasons(_ rows: [[UInt16?]]) -> [UInt16?] {
        (0..<(rows.first?.count ?? 0)).map { device in
            let told = rows.compactMap { $0[device] }
            return told.isEmpty ? nil : told.reduce(0, |)
        }
    }

    private static func groups<Element>(
        _ elements: [Element], by key: (Element) -> Int64
    ) -> [(Int64, [Element])] {
        var groups: [(Int64, [Element])] = []
        for element in elements {
            let number = key(element)
            if groups.last?.0 == number {
                groups[groups.count - 1].1.append(element)
            } else {
                groups.append((number, [element]))
            }
        }
        return groups
    }
}
