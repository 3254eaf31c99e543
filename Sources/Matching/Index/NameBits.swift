/// Names as bits of a word: the first 63 have one each, all others share the last.
///
/// So a word of bits may say yes where the names say no, and never the other way.
struct NameBits: Sendable {
    static let shared: UInt64 = 1 << 63

    /// Looked up, never walked.
    private var bits: [String: UInt64] = [:]

    /// Names that have a bit of their own.
    var count: Int { bits.count }

    /// The name's bit, given to it now where it had none.
    mutating func bit(of name: String) -> UInt64 {
        if let known = bits[name] { return known }
        guard bits.count < 63 else { return Self.shared }
        let bit: UInt64 = 1 << UInt64(bits.count)
        bits[name] = bit
        return bit
    }

    /// The bit of a name that has one; the shared one otherwise.
    func known(_ name: String) -> UInt64 { bits[name] ?? Self.shared }

    /// The bits of these names; a name that nobody has on offer has none, unless some share one.
    func bits(of names: [String]) -> UInt64 {
        let others = bits.count < 63 ? 0 : Self.shared
        return names.reduce(0) { $0 | (bits[$1] ?? others) }
    }
}
