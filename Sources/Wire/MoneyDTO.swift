package import Domain

/// An amount as decimal text with six places, and its currency:
/// `{"amount":"1.200000","currency":"USD"}`.
package struct MoneyDTO: Hashable, Sendable {
    package static let currency = "USD"

    package let money: Money
    package let currency: String

    package init(_ money: Money, currency: String = MoneyDTO.currency) {
        self.money = money
        self.currency = currency
    }

    /// The price of one hour.
    package init(_ rate: Rate) {
        do {
            self.init(try Money(micro: rate.microPerHour))
        } catch {
            preconditionFailure("a rate's bounds lie within money's")
        }
    }

    package var amount: String { money.description }
}

extension MoneyDTO: Codable {
    private enum CodingKeys: String, CodingKey { case amount, currency }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let text = try container.decode(String.self, forKey: .amount)
        let isNegative = text.hasPrefix("-")
        guard let magnitude = Money(decimal: isNegative ? String(text.dropFirst()) : text) else {
            throw DecodingError.dataCorruptedError(
                forKey: .amount, in: container,
                debugDescription: "an amount is decimal text with at most six places")
        }
        money = isNegative ? magnitude.negated : magnitude
        currency = try container.decode(String.self, forKey: .currency)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(amount, forKey: .amount)
        try container.encode(currency, forKey: .currency)
    }
}
