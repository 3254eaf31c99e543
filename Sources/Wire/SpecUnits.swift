package import Domain

/// Reads the quantities of a job spec; nil means: not one.
package enum SpecUnits {
    private static let sizes: [String: Int64] = [
        "B": 1, "kB": 1000, "KB": 1000, "MB": 1_000_000, "GB": 1_000_000_000,
        "TB": 1_000_000_000_000, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "TiB": 1 << 40,
    ]

    /// `512 MiB`, `2GB`, `1.5GB`: whole bytes after multiplying, rounded down, and
    /// `Int64.max` for what is more; the unit is needed.
    package static func bytes(_ text: String) -> Int64? {
        let digits = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        var unit = text.dropFirst(digits.count)
        if unit.first == " " { unit.removeFirst() }
        guard let factor = sizes[String(unit)], let value = thousandths(digits) else { return nil }
        let (product, overflow) = value.multipliedReportingOverflow(by: factor)
        return overflow ? .max : product / 1000
    }

    /// `2GB..` and `2GB+` ask for at least that much, as `2GB` does.
    package static func leastBytes(_ text: String) -> Int64? { bytes(withoutOpenEnd(text)) }

    /// Thousandths of a CPU from `2`, `0.5`, `2..` or `2+`.
    package static func leastMilliCPU(_ text: String) -> Int64? {
        thousandths(Substring(withoutOpenEnd(text)))
    }

    /// 10⁹ operations a second from `20`, `82.6`: TFLOPS.
    static func gigaflops(_ text: String) -> Int64? { thousandths(Substring(text)) }

    /// Seconds of `8s`, `90m`, `1h30m`, `2d`.
    package static func seconds(_ text: String) -> Int64? {
        let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
        var total: Int64 = 0
        var rest = Substring(text)
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isASCII && $0.isNumber }
            rest = rest.dropFirst(digits.count)
            guard digits.utf8.count <= 9, let number = Int64(digits),
                let unit = rest.popFirst().flatMap({ units[$0] })
            else { return nil }
            total += number * unit  // at most 10⁹ × 86 400 per part, and a spec is ≤ 1 MiB: fits
        }
        return text.isEmpty ? nil : total
    }

    /// Microseconds of `80ms`, `1.5ms`, `0.5s`; `Int64.max` for what is more.
    package static func microseconds(_ text: String) -> Int64? {
        guard text.hasSuffix("s") else { return nil }
        let isMilli = text.hasSuffix("ms")
        guard let number = thousandths(text.dropLast(isMilli ? 2 : 1)) else { return nil }
        let (product, overflow) = number.multipliedReportingOverflow(by: isMilli ? 1 : 1_000)
        return overflow ? .max : product
    }

    /// `5 USD`, `0.05 USD`.
    package static func money(_ text: String) -> Money? {
        amount(text, suffix: " " + MoneyDTO.currency)
    }

    /// `0.35 USD/h`; within a rate's bounds.
    package static func rate(_ text: String) -> Rate? {
        guard let money = amount(text, suffix: " \(MoneyDTO.currency)/h") else { return nil }
        do {
            return try Rate(microPerHour: money.micro)
        } catch {
            return nil
        }
    }

    /// `5%` of `count`, rounded down.
    package static func part(_ text: String, of count: Int) -> Int? {
        guard text.hasSuffix("%"), text.utf8.count <= 4, let percent = whole(text.dropLast()),
            percent <= 100
        else { return nil }
        return Int(percent) * count / 100
    }

    /// `99.5%:25%`: the share of its time that a lease gets at least, and of its charge that goes back where it
    /// was less; nil for a text that promises nothing.
    package static func serviceLevel(_ text: String) -> ServiceLevel? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let availability = points(parts[0]), let credit = points(parts[1])
        else { return nil }
        return ServiceLevel(availability: availability, credit: credit)
    }

    /// `0%` to `100%`, with at most two places.
    private static func points(_ text: Substring) -> BasisPoints? {
        let places = text.drop { $0 != "." }.utf8.count - 2  // without point and sign
        guard text.hasSuffix("%"), text.utf8.count <= 7, places <= 2,
            let number = thousandths(text.dropLast())
        else { return nil }
        return BasisPoints(number / 10)
    }

    static func whole(_ text: Substring, digits: Int = 9) -> Int64? {
        guard (1...digits).contains(text.utf8.count),
            text.utf8.allSatisfy({ (48...57).contains($0) })
        else { return nil }
        return Int64(text)
    }

    private static func amount(_ text: String, suffix: String) -> Money? {
        guard text.hasSuffix(suffix) else { return nil }
        return Money(decimal: String(text.dropLast(suffix.count)))
    }

    private static func withoutOpenEnd(_ text: String) -> String {
        if text.hasSuffix("..") { return String(text.dropLast(2)) }
        return text.hasSuffix("+") ? String(text.dropLast()) : text
    }

    /// `12`, `0.5`, `1.125` in thousandths; at most 15 digits before and 3 after the point.
    private static func thousandths(_ text: Substring) -> Int64? {
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, let whole = whole(first, digits: 15) else { return nil }
        guard parts.count == 2 else { return whole * 1000 }
        guard parts[1].utf8.count <= 3, let fraction = self.whole(parts[1]) else { return nil }
        let scale: Int64 = [100, 10, 1][parts[1].utf8.count - 1]
        return whole * 1000 + fraction * scale
    }
}
