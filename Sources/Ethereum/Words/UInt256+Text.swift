extension UInt256: CustomStringConvertible {
    /// 32 bytes, the highest first.
    package var bytes: [UInt8] {
        [UInt8](unsafeUninitializedCapacity: 32) { buffer, count in
            for place in 0..<16 {
                buffer.initializeElement(
                    at: place, to: UInt8(truncatingIfNeeded: high >> (120 - 8 * place)))
                buffer.initializeElement(
                    at: 16 + place, to: UInt8(truncatingIfNeeded: low >> (120 - 8 * place)))
            }
            count = 32
        }
    }

    /// Without zeros in front; none for zero.
    package var minimalBytes: [UInt8] {
        Array(bytes.drop { $0 == 0 })
    }

    /// At most 32 bytes, the highest first.
    package init?(bytes: some Collection<UInt8>) {
        guard bytes.count <= 32 else { return nil }
        var high: UInt128 = 0
        var low: UInt128 = 0
        for byte in bytes {
            high = high << 8 | low >> 120
            low = low << 8 | UInt128(byte)
        }
        self.init(high: high, low: low)
    }

    package var description: String { decimal }

    package var decimal: String {
        var rest = self
        var groups: [String] = []
        let group: UInt256 = 1_000_000_000_000_000_000
        repeat {
            let (quotient, remainder) = rest.quotientAndRemainder(dividingBy: group)
            let digits = String(remainder.low)
            let padding = quotient == .zero ? 0 : 18 - digits.utf8.count
            groups.append(String(repeating: "0", count: padding) + digits)
            rest = quotient
        } while rest != .zero
        return groups.reversed().joined()
    }

    /// One or more decimal digits and nothing else.
    package init?(decimal: some StringProtocol) {
        guard !decimal.isEmpty, decimal.utf8.count <= 96 else { return nil }
        var value = UInt256.zero
        for digit in decimal.utf8 {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit),
                let shifted = try? value.multiplied(by: 10),
                let next = try? shifted.adding(UInt256(UInt64(digit - UInt8(ascii: "0"))))
            else { return nil }
            value = next
        }
        self = value
    }

    /// As JSON-RPC writes quantities: `0x0`, `0x41`; no zeros in front.
    package var quantity: String {
        var digits = Hex.text(of: minimalBytes).dropFirst(2)
        if digits.first == "0" { digits = digits.dropFirst() }
        return "0x" + (digits.isEmpty ? "0" : digits)
    }

    /// `0x` and 1 to 64 digits. Zeros in front are taken, for not every endpoint leaves them out.
    package init?(hexadecimal text: some StringProtocol) {
        let digits = text.utf8.dropFirst(2)
        guard text.hasPrefix("0x"), (1...64).contains(digits.count) else { return nil }
        var high: UInt128 = 0
        var low: UInt128 = 0
        for digit in digits {
            guard let value = Hex.value(of: digit) else { return nil }
            high = high << 4 | low >> 124
            low = low << 4 | UInt128(value)
        }
        self.init(high: high, low: low)
    }
}
