/// What several endpoints say together: the rule, over answers alone. What is for money is believed when
/// enough of them say the same; who says otherwise is named.
package struct Quorum: Hashable, Sendable {
    package enum Answer<Value: Hashable & Sendable>: Hashable, Sendable {
        case value(Value)
        /// It did not answer, or with nothing that can be read.
        case failed
    }

    package struct Said<Value: Hashable & Sendable>: Hashable, Sendable {
        package let endpoint: String
        package let answer: Answer<Value>

        package init(_ endpoint: String, _ answer: Answer<Value>) {
            self.endpoint = endpoint
            self.answer = answer
        }
    }

    package struct Verdict<Value: Hashable & Sendable>: Hashable, Sendable {
        package let value: Value
        /// Who said something else: it lies, or is on another chain of blocks.
        package let dissenting: [String]
        package let failed: [String]
    }

    /// Not enough of them say the same.
    package struct Disagreement: Error, Hashable, CustomStringConvertible {
        package let needed: Int
        package let answered: [String]
        package let failed: [String]

        package var description: String {
            "\(needed) endpoints must agree; \(answered.count) answered, \(failed.count) did not"
        }
    }

    /// How many must say the same.
    package let needed: Int

    /// More than half of them: 2 of 3.
    package init(of endpoints: Int) {
        precondition(endpoints > 0, "nobody can be asked")
        needed = endpoints / 2 + 1
    }

    package func verdict<Value>(
        _ said: [Said<Value>]
    ) throws(Disagreement) -> Verdict<Value> {
        var counts: [Value: Int] = [:]
        for one in said {
            if case .value(let value) = one.answer { counts[value, default: 0] += 1 }
        }
        // More than half: there can be only one.
        guard let value = counts.first(where: { $0.value >= needed })?.key else {
            throw disagreement(said)
        }
        return Verdict(
            value: value,
            dissenting: said.filter { $0.answer != .value(value) && $0.answer != .failed }
                .map(\.endpoint),
            failed: failed(said))
    }

    /// How far enough of them have come.
    package struct Height: Hashable, Sendable {
        package let number: UInt64
        /// Behind by more than is allowed.
        package let lagging: [String]
        /// Ahead of what anybody else confirms by more than is allowed.
        package let ahead: [String]
        package let failed: [String]
    }

    /// - Parameter tolerance: blocks by which endpoints may differ without being named.
    package func height(
        _ said: [Said<UInt64>], tolerance: UInt64
    ) throws(Disagreement) -> Height {
        var heights: [(endpoint: String, number: UInt64)] = []
        for one in said {
            if case .value(let number) = one.answer { heights.append((one.endpoint, number)) }
        }
        guard heights.count >= needed else { throw disagreement(said) }
        let number = heights.map(\.number).sorted(by: >)[needed - 1]
        return Height(
            number: number,
            lagging: heights.filter { $0.number < number && number - $0.number > tolerance }
                .map(\.endpoint),
            ahead: heights.filter { $0.number > number && $0.number - number > tolerance }
                .map(\.endpoint),
            failed: failed(said))
    }

    private func failed<Value>(_ said: [Said<Value>]) -> [String] {
        said.filter { $0.answer == .failed }.map(\.endpoint)
    }

    private func disagreement<Value>(_ said: [Said<Value>]) -> Disagreement {
        Disagreement(
            needed: needed, answered: said.filter { $0.answer != .failed }.map(\.endpoint),
            failed: failed(said))
    }
}
