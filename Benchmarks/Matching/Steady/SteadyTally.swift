import Domain

/// What is counted while a run goes on. Devices are thousandths of whole ones, times milliseconds.
struct SteadyTally {
    enum Ending { case finished, lost }

    private let world: SteadyWorld
    private let weights: [[Int64]]
    private var now: Int64 = 0
    private var offeredNow: Int64
    private var leasedNow: Int64 = 0
    /// Jobs for devices that wait now.
    private var waitingNow = 0
    private var isOn: [Set<Int>]

    /// Within the time in which jobs arrive.
    private(set) var offered: Int64 = 0
    private(set) var leased: Int64 = 0
    /// The same while jobs for devices wait.
    private(set) var offeredInNeed: Int64 = 0
    private(set) var leasedInNeed: Int64 = 0
    private(set) var reworked: Int64 = 0
    private(set) var losses = 0
    private(set) var finished = 0
    private(set) var refusals = 0
    /// Of each job: milliseconds in which it waited, again after each loss too.
    private(set) var waited: [Int64]
    /// Of each job when it was done.
    private(set) var finishedAt: [Int64?]
    /// Device-milliseconds that each tenant's jobs had in the time in which jobs arrive, lost ones
    /// too.
    private(set) var served = [Int64](repeating: 0, count: SteadyWorld.tenants)
    /// Micro-units for all leases, those that were lost too.
    private(set) var paid: Int64 = 0

    init(_ world: SteadyWorld) {
        self.world = world
        weights = world.nodes.map(\.weights)
        offeredNow = world.nodes.reduce(0) { $0 + $1.weights.reduce(0, +) }
        isOn = world.nodes.map { _ in [] }
        waited = world.jobs.map { _ in 0 }
        finishedAt = world.jobs.map { _ in nil }
    }

    private func needsDevices(_ job: Int) -> Bool {
        world.kinds[world.jobs[job].kind].devices > 0
    }

    private func weight(_ lease: SteadyLease) -> Int64 {
        weights[lease.node].enumerated().reduce(0) { sum, device in
            lease.devices >> UInt64(device.offset) & 1 == 1 ? sum + device.element : sum
        }
    }

    /// In ascending order.
    func jobs(on node: Int) -> [Int] { isOn[node].sorted() }

    mutating func advance(to moment: Int64) {
        let span = min(moment, world.horizon) - now
        now = moment
        guard span > 0 else { return }
        offered += offeredNow * span
        leased += leasedNow * span
        guard waitingNow > 0 else { return }
        offeredInNeed += offeredNow * span
        leasedInNeed += leasedNow * span
    }

    mutating func waits(_ job: Int) { if needsDevices(job) { waitingNow += 1 } }

    mutating func backsOff(_ job: Int, _ milliseconds: Int64) { waited[job] += milliseconds }

    mutating func starts(_ lease: SteadyLease, waited milliseconds: Int64) {
        waited[lease.job] += milliseconds
        if needsDevices(lease.job) { waitingNow -= 1 }
        leasedNow += weight(lease)
        isOn[lease.node].insert(lease.job)
    }

    mutating func ends(
        _ lease: SteadyLease, since: Int64, at moment: Int64, _ ending: Ending
    ) {
        let weight = weight(lease)
        leasedNow -= weight
        isOn[lease.node].remove(lease.job)
        let charge = Int128(lease.rate.microPerHour) * Int128(moment - since)
        paid += Int64(clamping: (charge + 3_599_999) / 3_600_000)
        served[world.jobs[lease.job].tenant] +=
            weight * max(min(moment, world.horizon) - min(since, world.horizon), 0)
        switch ending {
        case .finished:
            finished += 1
            finishedAt[lease.job] = moment
        case .lost:
            losses += 1
            reworked += weight * (moment - since)
        }
    }

    mutating func refused(_ job: Int) {
        refusals += 1
        if needsDevices(job) { waitingNow -= 1 }
    }

    mutating func leaves(_ node: Int) { offeredNow -= weights[node].reduce(0, +) }

    mutating func joins(_ node: Int) { offeredNow += weights[node].reduce(0, +) }
}
