package import Domain

/// Amounts as people read them; exact or rounded as said, never through floating point.
package enum Quantity {
    /// `8 GB`, `512 MiB`, `1.5 GB`: exact where fewer than 10 000 of a unit make it,
    /// else decimal units cut to two places.
    package static func bytes(_ count: Int64) -> String {
        let decimal: [(Int64, String)] = [
            (1_000_000_000_000, "TB"), (1_000_000_000, "GB"), (1_000_000, "MB"), (1000, "kB"),
        ]
        let binary: [(Int64, String)] = [
            (1 << 40, "TiB"), (1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB"),
        ]
        for (unit, name) in decimal + binary
        where count >= unit && count % unit == 0 && count / unit < 10_000 {
            return "\(count / unit) \(name)"
        }
        for (unit, name) in decimal where count >= unit {
            return decimalText(count / (unit / 100), scale: 2, atLeast: 0) + " \(name)"
        }
        return "\(count) B"
    }

    /// `4 CPU · 8 GB`; nothing is less than none.
    package static func machine(_ resources: Resources) -> String {
        cpus(milli: max(0, resources.milliCPU)) + " CPU · " + bytes(max(0, resources.memoryBytes))
    }

    /// `2`, `0.5`: exact.
    package static func cpus(milli: Int64) -> String { decimalText(milli, scale: 3, atLeast: 0) }

    /// `0.10 USD`, `1.200001 USD`: exact, at least two places.
    package static func money(_ money: Money) -> String {
        decimalText(money.micro, scale: 6, atLeast: 2) + " " + MoneyDTO.currency
    }

    /// What is still missing of `needed`, as `money` says it. Amounts are at most 10¹⁸, so that their
    /// difference is in range.
    static func missing(of needed: Money, _ available: Money) -> String {
        let micro = max(0, needed.micro - available.micro)
        return decimalText(micro, scale: 6, atLeast: 2) + " " + MoneyDTO.currency
    }

    /// `0.10 USD/h`.
    package static func rate(_ rate: Rate) -> String {
        decimalText(rate.microPerHour, scale: 6, atLeast: 2) + " \(MoneyDTO.currency)/h"
    }

    /// `1h30m`, `45s`: the job spec's own notation, exact.
    package static func duration(seconds: Int64) -> String {
        guard seconds > 0 else { return "0s" }
        let units: [(Int64, String)] = [(86_400, "d"), (3600, "h"), (60, "m"), (1, "s")]
        var rest = seconds
        var text = ""
        for (unit, name) in units where rest >= unit {
            text += "\(rest / unit)\(name)"
            rest %= unit
        }
        return text
    }

    /// The same, rounded up to whole seconds.
    package static func duration(milliseconds: Int64) -> String {
        duration(seconds: milliseconds / 1_000 + (milliseconds % 1_000 > 0 ? 1 : 0))
    }

    /// `8.9`, `9.0`, as NVIDIA writes it.
    package static func capability(tenths: Int) -> String {
        decimalText(Int64(tenths), scale: 1, atLeast: 1)
    }

    /// `82.6`, exact.
    package static func teraflops(gigaflops: Int64) -> String {
        decimalText(gigaflops, scale: 3, atLeast: 0)
    }

    /// `99.2 %`, of a count of thousandths.
    package static func percent(perMille: Int64) -> String {
        decimalText(perMille, scale: 1, atLeast: 1) + " %"
    }

    /// `99.5 %`, of hundredths of a percent.
    package static func percent(_ points: Int64) -> String {
        decimalText(points, scale: 2, atLeast: 0) + " %"
    }

    /// `80ms`, `1.5ms`: the job spec's own notation, exact.
    package static func latency(microseconds: Int64) -> String {
        decimalText(microseconds, scale: 3, atLeast: 0) + "ms"
    }

    /// `value / 10^scale` without trailing zeros beyond `atLeast` places.
    private static func decimalText(_ value: Int64, scale: Int, atLeast: Int) -> String {
        let digits = String(value.magnitude)
        let padded = String(repeating: "0", count: max(0, scale + 1 - digits.utf8.count)) + digits
        let whole = padded.dropLast(scale)
        var fraction = padded.suffix(scale)
        while fraction.utf8.count > atLeast, fraction.last == "0" { fraction.removeLast() }
        let sign = value < 0 ? "-" : ""
        return sign + whole + (fraction.isEmpty ? "" : "." + fraction)
    }
}
