/// How the leases of one offer have gone: how much of what ran there had to be done again.
///
/// A lease is lost where its machine ended it: the node did not answer, a device failed, it could not be
/// started, or the owner wanted the machine. (Not where the market had asked it to make way, nor where the
/// container was killed: its program can bring that about.) What it ran until then was paid for, and
/// stands for nothing.
package struct TrackRecord: Hashable, Sendable, Codable {
    /// Seconds after which older ones count half: 1,000 hours of leases.
    private static let memory: Int64 = 3_600_000
    /// What is believed of a machine that nobody knows yet, as if it had been seen: a day of leases, of
    /// which a hundredth was lost.
    private static let believed = (seconds: Int64(86_400), lost: Int64(864))

    private static let leastLost: Int64 = 600

    /// Seconds of the whole machine that leases ran, and those of them that were lost.
    package private(set) var seconds: Int64 = 0
    package private(set) var lost: Int64 = 0

    package init() {}

    package var isEmpty: Bool { seconds == 0 }

    /// Notes a lease that is over, by the share of the machine that it had: many small ones weigh no more
    /// than what they take. One that its machine ended counts as ten minutes at least.
    ///
    /// - Parameters:
    ///   - ran: billed seconds; what is not positive is nothing, beyond 366 days is that.
    ///   - rate: the lease's, of the whole machine's `ask`.
    package mutating func note(ran: Int64, isLost: Bool, at rate: Rate, of ask: Rate) {
        let bounded = min(max(ran, isLost ? Self.leastLost : 0), 366 * 86_400)
        let share = Int128(min(rate, ask).microPerHour)
        let ran = Int64(Int128(bounded) * share / Int128(ask.microPerHour))
        seconds += ran
        if isLost { lost += ran }
        while seconds > 2 * Self.memory {
            seconds /= 2
            lost /= 2
        }
    }

    /// Seconds of work that stand, of a thousand that were paid for, rounded down: what `burden` comes from.
    package var usefulPerMille: Int64 {
        let all = seconds + Self.believed.seconds
        return max(all - lost - Self.believed.lost, 0) * 1_000 / all
    }

    /// Paid seconds for each second of work that stands, in 1/1024: at least 1024, at most 16 times
    /// that.
    package var burden: Int64 {
        let all = seconds + Self.believed.seconds
        let stands = max(all - lost - Self.believed.lost, 1)
        return min(max(all * 1_024 / stands, 1_024), 16 * 1_024)
    }
}

extension EndReason {
    /// Whether it is the machine's doing, so that the same task may well succeed on another one.
    package var isOfMachine: Bool {
        switch self {
        case .nodeLost, .deviceLost, .killed, .yielded: true
        case .startFailed(let code): !Self.ofJob.contains { code == $0 || code.hasPrefix($0 + "_") }
        case .exited, .outOfMemory, .overran, .budgetExhausted, .stopped: false
        }
    }

    /// Failed starts that fail anywhere as long as the spec is what it is.
    private static let ofJob: Set<String> = [
        "image_missing", "image_invalid", "image_pull", "image_refused", "image_too_large", "input",
        "container", "deadline",
    ]
}
