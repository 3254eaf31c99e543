/// A series in one line of small bars.
enum Sparkline {
    static let width = 8
    private static let bars: [Character] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]

    /// As many bars as there are values; a gap where nothing is known.
    ///
    /// - Parameter most: what the highest bar stands for; 0 is the lowest.
    static func of(_ values: [Int64?], most: Int64) -> String {
        String(
            values.map { value in
                guard let value else { return " " }
                let steps = Int64(bars.count - 1)
                let height = (min(max(value, 0), most) * steps + most / 2) / max(most, 1)
                return bars[Int(min(max(height, 0), steps))]
            })
    }
}

/// Equal parts of a span of time, and what is known of each.
struct TimeBuckets: Hashable, Sendable {
    /// Milliseconds; the end is not included.
    let start: Int64
    let end: Int64
    let count: Int

    init(start: Int64, end: Int64, count: Int) {
        self.start = start
        self.end = end
        self.count = count
    }

    /// As many bars as a line has, or fewer where one would stand for less than `leastSeconds`.
    init(from start: Int64, to end: Int64, leastSeconds: Int64) {
        let most = Int(clamping: (end - start) / (leastSeconds * 1000))
        self.init(start: start, end: end, count: min(max(most, 1), Sparkline.width))
    }

    /// The mean of the values that fall into each part.
    func means(of values: [Int64?], at times: [Int64]) -> [Int64?] {
        var sums = [Int64](repeating: 0, count: count)
        var numbers = [Int64](repeating: 0, count: count)
        for (time, value) in zip(times, values) where (start..<end).contains(time) {
            guard let value else { continue }
            let place = min(Int((time - start) * Int64(count) / (end - start)), count - 1)
            sums[place] += value
            numbers[place] += 1
        }
        return zip(sums, numbers).map { $1 > 0 ? ($0 + $1 / 2) / $1 : nil }
    }
}
