import Domain

/// What the state of a machine leaves to the orders to come, in millionths of units of its devices.
///
/// One for each group of machines of the same models. It remembers what it has worked out: a market
/// sees the same few states over and over.
struct Outlook: Sendable {
    /// What a machine has free.
    struct State: Hashable, Sendable {
        let milliCPU: Int64
        let whole: Int
        let parts: SIMD8<Int16>
    }

    struct Value: Hashable, Sendable {
        /// Units that are lost to the mix, weighted: fragmentation and stranding.
        let lost: Int64
        /// The share of a large machine that is free, weighted.
        let left: Int64
    }

    private struct Memory {
        let state: State
        let value: Value
    }

    /// States that are remembered; a power of two.
    private static let memories = 1_024
    /// What a share is of: 128 CPUs, and eight devices.
    private static let large = (milliCPU: Int64(128_000), units: Int64(8_000))
    /// CPUs beyond these make no difference to any order.
    private static let mostCPU: Int64 = 1 << 36

    private let typical: [DemandMix.Typical]
    /// Share of typical orders that none of these machines' devices is for.
    private let foreign: Int64
    private let cpuOfUnits: (milliCPU: Int64, units: Int64)
    private let waste: [Int64]
    private let weights: ScoreWeights
    private var memory: [Memory?] = []

    init(of models: UInt64, _ mix: DemandMix, _ weights: ScoreWeights) {
        typical = mix.typical.filter { $0.kind.count > 0 && $0.models & models != 0 }
        foreign =
            mix.typical.reduce(0) { $0 + $1.share } - typical.reduce(0) { $0 + $1.share }
        cpuOfUnits = mix.cpuOfUnits
        waste = mix.residual.waste
        self.weights = weights
    }

    mutating func value(_ state: State) -> Value {
        if memory.isEmpty { memory = [Memory?](repeating: nil, count: Self.memories) }
        var hash = UInt64(truncatingIfNeeded: state.milliCPU) &* 0x9E37_79B9_7F4A_7C15
        hash ^= UInt64(truncatingIfNeeded: state.whole) &* 0xC2B2_AE3D_27D4_EB4F
        if state.parts[0] != 0 {
            for part in 0..<8 {
                hash = (hash ^ UInt64(UInt16(bitPattern: state.parts[part]))) &* 0x0100_0000_01B3
            }
        }
        let place = Int((hash ^ hash >> 29) >> 7 & UInt64(Self.memories - 1))
        if let known = memory[place], known.state == state { return known.value }
        let value = worked(state)
        memory[place] = Memory(state: state, value: value)
        return value
    }

    private func worked(_ state: State) -> Value {
        let cpu = min(max(state.milliCPU, 0), Self.mostCPU)
        let units = Int64(state.whole) * Int64(OfferFigures.whole) + Int64(state.parts.wrappedSum())
        let lost =
            weights.fragmentation * fragmentation(state, cpu, units)
            + weights.stranding * stranding(units, cpu)
        let left =
            DemandMix.one * cpu / Self.large.milliCPU + DemandMix.one * units / Self.large.units
        return Value(lost: lost, left: weights.leftover * left)
    }

    /// Units that a typical order cannot use here, averaged over the mix: of each form as many fit as
    /// the devices hold and the CPU allows, parts of one counted as parts.
    private func fragmentation(_ state: State, _ cpu: Int64, _ units: Int64) -> Int64 {
        guard units > 0 else { return 0 }
        var unusable = foreign * units
        for form in typical {
            unusable += form.share * (units - Self.usable(form.kind, state, cpu))
        }
        return unusable
    }

    private static func usable(_ kind: OrderKind, _ state: State, _ cpu: Int64) -> Int64 {
        var fitting: Int64
        if kind.count == 1 {
            fitting = Int64(state.whole) * Int64(OfferFigures.whole / kind.units)
            if state.parts[0] != 0 {
                for part in 0..<OfferFigures.mostParts {
                    fitting += Int64(Int32(state.parts[part]) / kind.units)
                }
            }
        } else {
            fitting = Int64(state.whole / kind.count)
        }
        guard kind.milliCPU > 0 else { return fitting * kind.total }
        return min(fitting * kind.total, cpu * kind.total / kind.milliCPU)
    }

    /// Units beside which the mix's CPU is missing.
    private func stranding(_ units: Int64, _ cpu: Int64) -> Int64 {
        let ratio = cpuOfUnits
        guard ratio.milliCPU > 0 else { return 0 }
        let missing = units * ratio.milliCPU / ratio.units - cpu
        guard missing > 0 else { return 0 }
        return Int64(
            clamping: Int128(missing) * Int128(ratio.units) * Int128(DemandMix.one)
                / Int128(ratio.milliCPU))
    }

    /// What an order that fits takes away from later ones: millionths of units, less is better.
    mutating func loss(_ kind: OrderKind, _ offer: OfferFigures, lost: Int64) -> Int64 {
        guard kind.isDivided, offer.hasParts || offer.whole > 0 else {
            let after = value(
                State(
                    milliCPU: offer.free.milliCPU - kind.milliCPU, whole: offer.whole - kind.count,
                    parts: offer.parts))
            return after.lost + after.left - lost
        }
        return divided(kind, offer, lost: lost).loss
    }

    /// The same for a part of a device, and of which: of what was left of it before.
    mutating func divided(
        _ kind: OrderKind, _ offer: OfferFigures, lost: Int64
    ) -> (loss: Int64, device: Int32) {
        var best = (loss: Int64.max, device: OfferFigures.whole)
        var last: Int32 = 0
        for number in 0...OfferFigures.mostParts {
            let isWhole = number == OfferFigures.mostParts
            let units = isWhole ? OfferFigures.whole : Int32(offer.parts[number])
            if isWhole, offer.whole == 0 { continue }
            // Equal devices are worth the same: the first of them stands for all.
            guard units >= kind.units, units != last else { continue }
            last = units
            var rest = offer
            guard rest.take(kind, from: units) else { continue }
            let after = value(
                State(milliCPU: rest.free.milliCPU, whole: rest.whole, parts: rest.parts))
            let wasted = waste[Int(units - kind.units)] - waste[Int(units)]
            let loss = after.lost + after.left - lost + weights.residual * wasted
            if loss < best.loss { best = (loss, units) }
        }
        return best
    }
}
