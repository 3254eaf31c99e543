import Domain
import Ethereum
import Wire

/// Amounts of a token with six decimals, as people write and read them.
enum TokenAmount {
    /// `12.340000 USDC`; of any size.
    static func text(_ micro: String, _ symbol: String) -> String {
        let padded = String(repeating: "0", count: max(7 - micro.count, 0)) + micro
        return padded.dropLast(6) + "." + padded.suffix(6) + " " + symbol
    }

    static func text(_ amount: Money, _ symbol: String) -> String {
        text(String(amount.micro), symbol)
    }

    /// Of seconds since 1970, as far as anybody counts.
    static func moment(_ seconds: UInt64) -> String {
        let milliseconds = Int64(clamping: min(seconds, UInt64(Timestamp.limit) / 1_000)) * 1_000
        return TimeDTO(Timestamp(milliseconds: milliseconds)).description
    }
}
