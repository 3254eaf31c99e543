import Crypto
import Domain

/// What the parts of a score are worth to one another. One value, the market's; none of it is fitted
/// to a trace or a seed.
///
/// A score is a gain in millionths of a unit, where a whole device has 1,000 units. Each weight says
/// how many units of a device one unit of its part is worth.
package struct ScoreWeights: Hashable, Sendable {
    /// Units that no typical order could use any more, by kind and by the CPU beside them: the measure
    /// itself, so 1 (fragmentation gradient, Weng et al., USENIX ATC 2023).
    package var fragmentation: Int64 = 1
    /// Units of one device that its own rest will leave over even if every later order came at the
    /// best moment. Such units are lost for good, those of the first kind only for as long as the mix
    /// lasts: an order of magnitude more.
    package var residual: Int64 = 10
    /// Units beside which the CPU is missing that the mix would want for them. The device is lost and
    /// its price is not, so 2.
    package var stranding: Int64 = 2
    /// The share of a machine that is left free, so that of equal places the fullest is taken: 3 % of
    /// a device for a whole machine, less than any difference that the parts above can see.
    package var leftover: Int64 = 30
    /// A unit of a model that constrained orders will want, by the share of it that they will want
    /// and by how scarce it is now.
    package var scarcity: Int64 = 1

    /// What a unit that is lost costs the order that loses it, in 1/1024 of the unit's price: a lost
    /// device is not lost for good, and whoever pays wants the cheapest place first. 0: price alone.
    package var share: Int64 = 256

    package init() {}

    /// The market's.
    package static let standard = ScoreWeights()
    /// The cheapest offer, whatever becomes of the rest.
    package static let price: ScoreWeights = {
        var weights = ScoreWeights()
        weights.share = 0
        return weights
    }()

    /// One line, the same for equal weights and for no others.
    package var text: String {
        "score v2 fragmentation=\(fragmentation) residual=\(residual) stranding=\(stranding) "
            + "leftover=\(leftover) scarcity=\(scarcity) share=\(share)"
    }

    /// SHA-256 of `text`, 64 hexadecimal digits: what a measured figure was measured with.
    package var fingerprint: String {
        SHA256.hash(data: Array(text.utf8)).map { byte in
            (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }.joined()
    }

    // MARK: Money

    /// What one lost millionth of a unit costs where a device's hour is worth `value` micro-units: in
    /// 2⁻²⁶ micro-units.
    func price(of value: Int64) -> Int64 {
        let bounded = min(max(value, 0), Rate.limit)
        return (bounded << 26) / (DemandMix.one * Int64(OfferFigures.whole)) * share / 1_024
    }

    /// So many lost millionths at such a price, in 1/1024 micro-units, rounded down.
    static func cost(of loss: Int64, at price: Int64) -> Int64 {
        let (high, low) = loss.multipliedFullWidth(by: price)
        // Beyond 2⁵⁸ all is the same, so that sums of costs cannot overflow.
        guard (-1 << 10..<1 << 10).contains(high) else { return high < 0 ? -1 << 58 : 1 << 58 }
        return high << 48 | Int64(truncatingIfNeeded: low >> 16)
    }
}
