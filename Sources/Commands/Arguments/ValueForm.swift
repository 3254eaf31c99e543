import Domain
import NodeAgent
import Transparency
import Wire

/// How the value of an option or of an operand is read, and what it has to be: one place for both, so
/// that a refusal names the bounds that were asked for.
struct ValueForm<Value: Sendable>: Sendable {
    let expected: ExpectedValue
    /// Nil: the text is no such value.
    let read: @Sendable (String) -> Value?

    init(_ expected: ExpectedValue, read: @escaping @Sendable (String) -> Value?) {
        self.expected = expected
        self.read = read
    }

    init(_ form: Message, read: @escaping @Sendable (String) -> Value?) {
        self.init(ExpectedValue(form), read: read)
    }

    /// - Throws: `UsageFault.valueRefused`.
    func value(_ text: String, of name: String) throws(UsageFault) -> Value {
        guard let value = read(text) else {
            throw .valueRefused(option: name, text, expected)
        }
        return value
    }

    func map<Other>(_ transform: @escaping @Sendable (Value) -> Other?) -> ValueForm<Other> {
        ValueForm<Other>(expected) { [read] in read($0).flatMap(transform) }
    }
}

/// What a value has to be, in words.
struct ExpectedValue: Hashable, Sendable {
    private let form: Message
    private let words: String
    /// From the least to the most, where it has bounds.
    private let bounds: [String]

    init(_ form: Message, words: [String] = [], bounds: [String] = []) {
        self.form = form
        self.words = words.joined(separator: ", ")
        self.bounds = bounds
    }

    func text(in language: Language) -> String {
        let text = form.text(in: language, ["words": words])
        guard let low = bounds.first, let high = bounds.last else { return text }
        return Message.expectBetween.text(
            in: language, ["expected": text, "low": low, "high": high])
    }
}

extension ValueForm {
    private init(
        _ form: Message, _ bounds: ClosedRange<Value>, shown: (Value) -> String,
        read: @escaping @Sendable (String) -> Value?
    ) where Value: Comparable {
        let ends = [shown(bounds.lowerBound), shown(bounds.upperBound)]
        self.init(ExpectedValue(form, bounds: ends)) { text in
            read(text).flatMap { bounds.contains($0) ? $0 : nil }
        }
    }
}

extension ValueForm where Value == Int64 {
    static func cpus(_ bounds: ClosedRange<Int64>) -> ValueForm {
        ValueForm(
            .expectCPU, bounds, shown: { Quantity.cpus(milli: $0) },
            read: { SpecUnits.leastMilliCPU($0) })
    }

    static func size(_ bounds: ClosedRange<Int64>) -> ValueForm {
        ValueForm(
            .expectSize, bounds, shown: { Quantity.bytes($0) },
            read: { SpecUnits.leastBytes($0) })
    }

    /// Seconds.
    static func duration(_ bounds: ClosedRange<Int64>) -> ValueForm {
        ValueForm(
            .expectDuration, bounds, shown: { Quantity.duration(seconds: $0) },
            read: { SpecUnits.seconds($0) })
    }
}

extension ValueForm where Value: FixedWidthInteger {
    static func whole(_ bounds: ClosedRange<Value>) -> ValueForm {
        ValueForm(.expectWhole, bounds, shown: { String($0) }, read: { Value($0) })
    }
}

extension ValueForm where Value: CaseIterable & RawRepresentable, Value.RawValue == String {
    /// One of the type's own words.
    static func word() -> ValueForm {
        let words = Value.allCases.map(\.rawValue)
        return ValueForm(ExpectedValue(.expectOneOf, words: words)) { Value(rawValue: $0) }
    }
}

extension ValueForm where Value == String {
    static let text = ValueForm(.expectSomething) { $0.isEmpty ? nil : $0 }

    /// As a market takes it from a node that joins.
    static let nodeName = ValueForm(.expectNodeName) { text in
        let isPlain = text.unicodeScalars.allSatisfy { $0.value >= 32 && $0.value != 127 }
        return (1...64).contains(text.utf8.count) && isPlain ? text : nil
    }

    /// The name under which a market signs its log.
    static let marketName = ValueForm(.expectMarketName) { text in
        let isName = (1...255).contains(text.utf8.count) && isNoteName(text)
        return isName ? text : nil
    }

    /// ISO 3166-1 alpha-2.
    static let region = ValueForm(.expectCountry) { text in
        text.utf8.count == 2 && text.utf8.allSatisfy { (65...90).contains($0) } ? text : nil
    }
}

extension ValueForm where Value == Money {
    /// `5`, `5 USD`: above zero.
    static let amount = ValueForm(.expectAmountOrNumber) { Money(written: $0) }
}

extension ValueForm where Value == AccountID {
    static let account = ValueForm(.expectAccount) { AccountID($0) }
}
