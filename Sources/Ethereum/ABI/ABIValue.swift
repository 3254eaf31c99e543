/// A value of an `ABIType`.
package indirect enum ABIValue: Hashable, Sendable {
    case uint(UInt256)
    case int(Int256)
    case address(Address)
    case bool(Bool)
    case fixedBytes([UInt8])
    case bytes([UInt8])
    case string(String)
    /// Of both kinds of arrays.
    case array([ABIValue])
    case tuple([ABIValue])
}

/// Why values and types, or bytes and types, do not go together.
package enum ABIRefusal: Error, Hashable {
    /// A value of another kind than its type.
    case kind(wanted: ABIType)
    /// A number, or a count of bytes or elements, that the type has no room for.
    case range(wanted: ABIType)
    /// The type is larger than anything that is taken.
    case type
    /// The bytes end before the value does, or an offset or length leads out of them.
    case ended
    /// Bits that must be zero are not, a truth is neither 0 nor 1, text is not UTF-8.
    case notCanonical
    /// Parts of the encoding are used for several values: it would grow without bound.
    case shared
    /// Not as many bytes as the encoding begins with or needs.
    case form
}
