/// Simulation: a whole market in one thread of virtual time, with everything that can go wrong.
///
/// It runs the product's own cores (`Market` over `MemoryTables`, `OrderBook`, `Sessions`, `Host`)
/// and replaces what surrounds them: clocks, network, containers, crashes, renters. It decides
/// nothing about money or leases itself; `Auditor` states anew, apart from the rules, what must
/// always be true, and the first thing that is not true ends a run. Same options, same run.
/// Never reads a clock, never does I/O.
/// Start reading at `Simulator`, then `World`, `Auditor`, `PlantedBug`.
package enum Simulator {
    /// Runs one world from its seed to its end, or to the first violation.
    package static func run(_ options: SimulationOptions) -> SimulationReport {
        let world = World(options)
        world.run()
        return world.report
    }

    /// Runs worlds of consecutive seeds until `mayGoOn` says no or one is violated.
    ///
    /// - Parameter mayGoOn: asked before each world with the worlds done so far.
    package static func campaign(
        from options: SimulationOptions, while mayGoOn: (Int) -> Bool
    ) -> CampaignReport {
        var campaign = CampaignReport(firstSeed: options.seed)
        var next = options
        while campaign.violation == nil, mayGoOn(campaign.worlds) {
            campaign.add(run(next))
            next.seed += 1
        }
        return campaign
    }
}
