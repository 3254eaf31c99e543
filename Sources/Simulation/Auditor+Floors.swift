import Domain
import Hosting
import Marketplace
import Matching

// What was asked of devices and hours: nobody gets a device that is known to be able to do less, or a
// place that closes too soon, by what its node had said.
extension Auditor {
    mutating func noteFloors(_ evidence: Evidence) {
        switch evidence.command {
        case .advertise(let node, let terms): said[node] = terms
        case .submit(let submit):
            guard case .success(let answer) = evidence.outcome, let job = answer.job else { return }
            asked[job] = submit.terms.needs
        default: break  // nothing else tells of either
        }
    }

    mutating func checkFloors(_ lease: Lease) {
        guard let asked = asked[lease.task.job], let terms = said[lease.node] else { return }
        for device in lease.devices {
            let known = terms.devices.first { $0.id == device.id }?.power
            require(
                (known?.capability ?? 0) >= (asked.devices.power?.capability ?? 0)
                    && (known?.gigaflops ?? 0) >= (asked.devices.power?.gigaflops ?? 0),
                "a device can do what was asked", "\(lease.id): \(device.id)")
        }
        guard let stay = asked.stay, let end = terms.openUntil else { return }
        require(
            lease.placedAt.milliseconds + stay <= end.milliseconds,
            "a place stays open as long as was asked", "\(lease.id) on \(lease.node)")
    }
}

// Neither needs a draw of its own: it follows from what is drawn anyway.
extension World {
    private static let powers: [DevicePower?] = [
        DevicePower(capability: 90, gigaflops: 60_000), nil,
        DevicePower(capability: 80, gigaflops: nil),
        DevicePower(capability: 90, gigaflops: 20_000),
    ]

    /// The first node's devices, which can take everything, can do everything.
    static func power(of place: Int) -> DevicePower? { powers[place % powers.count] }

    static func floor(ofBid bid: Int64) -> DevicePower? {
        switch bid % 5 {
        case 0: DevicePower(capability: 90, gigaflops: nil)
        case 1: DevicePower(capability: nil, gigaflops: 30_000)
        case 2: DevicePower(capability: 80, gigaflops: 10_000)
        default: nil
        }
    }

    static func stay(ofBid bid: Int64) -> Int64? { bid % 4 == 0 ? 5_000 * (bid / 4 % 20) : nil }

    func noteFloors(of clearing: Clearing) {
        let asked = auditor.asked[clearing.task.job]
        if asked?.devices.power != nil { report.reached.count(.powerPlaced) }
        if asked?.stay != nil, auditor.said[clearing.node]?.openUntil != nil {
            report.reached.count(.stayPlaced)
        }
    }

    /// Every third node, never the first, is let for two and a half minutes of three, until all heals.
    func hours(of place: Int) -> ScheduleSight {
        guard place % 3 == 1, !isHealed else { return OwnerSight.none.schedule }
        let (cycle, open): (Int64, Int64) = (180_000_000_000, 150_000_000_000)
        let phase = (now.nanoseconds + Int64(place) * 7_000_000_000) % cycle
        let opensAt = now.timestamp.advanced(milliseconds: (cycle - phase) / 1_000_000)
        guard phase < open else { return .closed(opensAt: opensAt) }
        return .open(closesIn: open - phase, opensAt: opensAt)
    }
}
