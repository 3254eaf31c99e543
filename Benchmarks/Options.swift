/// `--name value` pairs of a benchmark that takes no measures by name.
struct Options {
    private let values: [String: String]

    /// - Throws: `BadUsage` for anything that is not a pair of a known name.
    init(_ words: [String], of names: [String], _ usage: String) throws {
        guard words.count.isMultiple(of: 2) else { throw BadUsage(description: usage) }
        var values: [String: String] = [:]
        for place in stride(from: 0, to: words.count, by: 2) {
            guard names.contains(words[place]) else { throw BadUsage(description: usage) }
            values[words[place]] = words[place + 1]
        }
        self.values = values
    }

    subscript(name: String) -> String? { values[name] }

    /// `A-B`, or one alone.
    func seeds(_ name: String, _ otherwise: ClosedRange<UInt64>) throws -> ClosedRange<UInt64> {
        guard let text = values[name] else { return otherwise }
        let bounds = text.split(separator: "-", omittingEmptySubsequences: false).map {
            UInt64($0)
        }
        guard (1...2).contains(bounds.count), let first = bounds[0],
            let last = bounds[bounds.count - 1], first <= last
        else { throw BadUsage(description: "\(name) takes a number, or two as in 1-5") }
        return first...last
    }

    /// A whole number within bounds.
    func number(_ name: String, _ otherwise: Int, _ bounds: ClosedRange<Int>) throws -> Int {
        guard let text = values[name] else { return otherwise }
        guard let number = Int(text), bounds.contains(number) else {
            throw BadUsage(
                description: "\(name) takes \(bounds.lowerBound)…\(bounds.upperBound)")
        }
        return number
    }
}

struct BadUsage: Error, CustomStringConvertible {
    let description: String
}
