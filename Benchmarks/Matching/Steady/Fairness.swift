/// How evenly tenants are served.
enum Fairness {
    /// Jain's index: 1 where all shares are equal, 1/n where one tenant has all (Jain, Chiu, Hawe, DEC
    /// TR-301, 1984). Tenants without a claim are left out.
    static func jain(_ served: [Int64], of claims: [Int64]) -> Double {
        let shares = zip(served, claims).filter { $0.1 > 0 }.map { Double($0.0) / Double($0.1) }
        let sum = shares.reduce(0, +)
        let squares = shares.reduce(0) { $0 + $1 * $1 }
        return squares > 0 ? sum * sum / (Double(shares.count) * squares) : 1
    }

    /// The max-min fair parts of what was served: nobody gets more than he asked for, and what one does
    /// not want is divided among the others.
    static func fairShares(of demands: [Int64], serving total: Int64) -> [Int64] {
        var shares = demands.map { _ in Int64(0) }
        var rest = total
        let ascending = demands.indices.sorted { (demands[$0], $0) < (demands[$1], $1) }
        for (place, tenant) in ascending.enumerated() {
            shares[tenant] = min(demands[tenant], rest / Int64(demands.count - place))
            rest -= shares[tenant]
        }
        return shares
    }

    /// What each tenant's jobs could have taken of devices while jobs arrive.
    static func demands(_ world: SteadyWorld) -> [Int64] {
        var demands = [Int64](repeating: 0, count: SteadyWorld.tenants)
        for job in world.jobs {
            let span = min(job.length, world.horizon - job.submitted)
            demands[job.tenant] += Int64(world.kinds[job.kind].devices) * 1_000 * max(span, 0)
        }
        return demands
    }
}
