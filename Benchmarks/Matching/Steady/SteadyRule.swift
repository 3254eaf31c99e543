import Domain
import Foundation

/// Where the baselines put a job: the rules of `BaselineCluster` for whole devices and MIG instances,
/// and the cheapest place. Scores are whole numbers; equal ones go to the first node.
struct SteadyRule {
    enum Name: String, CaseIterable { case fgd, bestfit, cheapest }

    private struct Typical {
        let kind: Int
        let share: Double
    }

    private struct Known {
        var score: Int
        var version: Int
    }

    let name: Name
    private let typical: [Typical]
    /// By kind and node, with the version of the node that it is of.
    private var known: [[Known]]

    init(_ name: Name, _ world: SteadyWorld) {
        self.name = name
        typical = Self.typical(world)
        known = world.kinds.map { _ in world.nodes.map { _ in Known(score: -1, version: 0) } }
    }

    /// The kinds that make up 95 % of all jobs, those without devices too.
    private static func typical(_ world: SteadyWorld) -> [Typical] {
        var counts = world.kinds.map { _ in 0 }
        for job in world.jobs { counts[job.kind] += 1 }
        let sorted = counts.indices.sorted { (counts[$1], $0) < (counts[$0], $1) }
        var sum = 0
        let chosen = sorted.prefix { kind in
            defer { sum += counts[kind] }
            return Double(sum) < 0.95 * Double(world.jobs.count)
        }
        let total = Double(chosen.reduce(0) { $0 + counts[$1] })
        return chosen.map { Typical(kind: $0, share: Double(counts[$0]) / total) }
    }

    mutating func node(for kind: Int, in cluster: SteadyCluster) -> Int? {
        var best: (score: Int, node: Int)?
        for node in cluster.nodes {
            if known[kind][node].version != cluster.version[node] {
                known[kind][node] = Known(
                    score: score(kind, node, cluster), version: cluster.version[node])
            }
            let score = known[kind][node].score
            if score >= 0, score > best?.score ?? -1 { best = (score, node) }
        }
        return best?.node
    }

    /// −1 where it does not fit.
    private func score(_ kind: Int, _ node: Int, _ cluster: SteadyCluster) -> Int {
        guard cluster.fits(kind, node) else { return -1 }
        let devices = cluster.devices(kind, node)
        let rest = cluster.free[node] & ~devices
        let cpu = cluster.cpu[node] - cluster.shapes[kind].milliCPU
        switch name {
        case .cheapest: return Int(Int32.max) - Int(cluster.rates[kind][node].microPerHour)
        case .bestfit:
            let units = Double(cluster.weight(node, rest))
            return Int((1 - 0.5 * Double(cpu) / 128_000 - 0.5 * units / 8_000) * 100)
        case .fgd:
            let before = fragmentation(node, cluster.cpu[node], cluster.free[node], cluster)
            let after = fragmentation(node, cpu, rest, cluster)
            return Int(100 / (1 + exp(-(before - after) / 1_000)))
        }
    }

    private func fragmentation(
        _ node: Int, _ cpu: Int64, _ free: UInt64, _ cluster: SteadyCluster
    ) -> Double {
        let total = Double(cluster.weight(node, free))
        guard total > 0 else { return 0 }
        var sum = 0.0
        for kind in typical {
            let shape = cluster.shapes[kind.kind]
            let usable = free & cluster.accepted[kind.kind][node]
            let fits =
                shape.count > 0 && cpu >= shape.milliCPU && usable.nonzeroBitCount >= shape.count
            sum += kind.share * (fits ? total - Double(cluster.weight(node, usable)) : total)
        }
        return sum
    }
}
