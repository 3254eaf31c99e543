import Foundation
import Matching
import Simulation

/// The policies that ours is compared with, as their authors' simulator has them: whole scores from 0
/// to 100, equal ones to the node that is named first.
struct BaselineCluster {
    enum Policy: String, CaseIterable { case random, bestfit, fgd }

    private struct Typical {
        let cpu: Int64
        let count: Int
        let units: Int32
        let models: UInt64
        let share: Double
    }

    private let policy: Policy
    private let machines: [PodNode]
    private var cpu: [Int64]
    private var memory: [Int64]
    private var free: [[Int32]]
    private var typical: [Typical]
    private var version: [Int]
    private var random: Randomness
    /// By kind of pod: of each node its score, the device it is for, and the version that it is of.
    private var known: [PodNeed: [(score: Int, device: Int, version: Int)]] = [:]

    init(_ policy: Policy, _ machines: [PodNode], _ pods: [OpenBTrace.Pod], seed: UInt64) {
        self.policy = policy
        self.machines = machines
        cpu = machines.map(\.milliCPU)
        memory = machines.map(\.memory)
        free = machines.map { [Int32](repeating: PodNeed.whole, count: $0.devices) }
        version = machines.map { _ in 1 }
        random = Randomness(state: ~seed)
        typical = Self.typical(pods)
    }

    /// The kinds that make up 95 % of all pods, those without devices too.
    private static func typical(_ pods: [OpenBTrace.Pod]) -> [Typical] {
        struct Form: Hashable {
            let cpu: Int64
            let count: Int
            let units: Int32
            let models: UInt64
        }
        var counts: [Form: Int] = [:]
        for need in pods.map(\.need) {
            let form = Form(
                cpu: need.milliCPU, count: need.count, units: need.units, models: need.models)
            counts[form, default: 0] += 1
        }
        let sorted = counts.sorted { left, right in
            (left.value, left.key.cpu, left.key.units, left.key.count, "\(left.key.models)")
                > (right.value, right.key.cpu, right.key.units, right.key.count, "\(right.key.models)")
        }
        var sum = 0
        let chosen = sorted.prefix { entry in
            defer { sum += entry.value }
            return Double(sum) < 0.95 * Double(pods.count)
        }
        let total = Double(chosen.reduce(0) { $0 + $1.value })
        return chosen.map {
            Typical(
                cpu: $0.key.cpu, count: $0.key.count, units: $0.key.units, models: $0.key.models,
                share: Double($0.value) / total)
        }
    }

    mutating func place(_ need: PodNeed) -> (node: Int, devices: [Int])? {
        var row = known[need] ?? machines.map { _ in (0, -1, 0) }
        known[need] = nil
        defer { known[need] = row }
        var best: (score: Int, node: Int)?
        var equals = 0
        for node in machines.indices {
            if row[node].version != version[node] {
                let found = score(need, node)
                row[node] = (found.score, found.device, version[node])
            }
            let score = row[node].score
            guard score >= 0 else { continue }
            if score > best?.score ?? -1 {
                (best, equals) = ((score, node), 1)
            } else if policy == .random, score == best?.score {
                equals += 1
                if random.below(equals) == 0 { best = (score, node) }
            }
        }
        guard let node = best?.node else { return nil }
        return (node, take(need, node, row[node].device))
    }

    private mutating func take(_ need: PodNeed, _ node: Int, _ device: Int) -> [Int] {
        cpu[node] -= need.milliCPU
        memory[node] -= need.memory
        version[node] += 1
        let chosen: [Int]
        if need.count == 1, need.units < PodNeed.whole {
            chosen = [policy == .fgd ? device : sharedDevice(need, node)]
        } else {
            chosen = Array(
                free[node].indices.filter { free[node][$0] == PodNeed.whole }
                    .prefix(need.count))
        }
        for device in chosen { free[node][device] -= need.units }
        return chosen
    }

    private mutating func sharedDevice(_ need: PodNeed, _ node: Int) -> Int {
        let fitting = free[node].indices.filter { free[node][$0] >= need.units }
        if policy == .random { return fitting[random.below(fitting.count)] }
        return fitting.min { (free[node][$0], $0) < (free[node][$1], $1) } ?? 0
    }

    /// −1 where the pod does not fit.
    private func score(_ need: PodNeed, _ node: Int) -> (score: Int, device: Int) {
        guard cpu[node] >= need.milliCPU, memory[node] >= need.memory,
            need.accepts(machines[node].model) || need.count == 0,
            free[node].filter({ $0 >= need.units }).count >= need.count
        else { return (-1, -1) }
        switch policy {
        case .random: return (0, -1)
        case .bestfit:
            let units = Double(free[node].reduce(0, +)) - Double(need.count) * Double(need.units)
            let rest = 0.5 * Double(cpu[node] - need.milliCPU) / 128_000 + 0.5 * units / 8_000
            return (Int((1 - rest) * 100), -1)
        case .fgd: return fragmentationScore(need, node)
        }
    }

    private func fragmentationScore(_ need: PodNeed, _ node: Int) -> (score: Int, device: Int) {
        let before = fragmentation(node, cpu[node], free[node])
        func score(_ devices: [Int32]) -> Int {
            let after = fragmentation(node, cpu[node] - need.milliCPU, devices)
            return Int(100 / (1 + exp(-(before - after) / 1_000)))
        }
        var devices = free[node]
        guard need.count == 1, need.units < PodNeed.whole else {
            let whole = devices.indices.filter { devices[$0] == PodNeed.whole }
            for device in whole.prefix(need.count) { devices[device] = 0 }
            return (score(devices), -1)
        }
        var best = (score: -1, device: -1)
        for device in devices.indices where devices[device] >= need.units {
            devices[device] -= need.units
            let found = score(devices)
            if found > best.score { best = (found, device) }
            devices[device] += need.units
        }
        return best
    }

    private func fragmentation(_ node: Int, _ cpu: Int64, _ devices: [Int32]) -> Double {
        let total = Double(devices.reduce(0, +))
        guard total > 0 else { return 0 }
        var sum = 0.0
        for kind in typical {
            guard kind.count > 0, kind.models >> UInt64(machines[node].model) & 1 == 1, cpu >= kind.cpu else {
                sum += kind.share * total
                continue
            }
            var (fitting, rest) = (0, 0.0)
            for units in devices {
                if units >= kind.units { fitting += 1 } else { rest += Double(units) }
            }
            sum += kind.share * (fitting >= kind.count ? rest : total)
        }
        return sum
    }
}
