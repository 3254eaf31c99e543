import Domain
import Foundation

/// The same machines as arrays, for the baselines: what is free, and what fits.
struct SteadyCluster {
    struct Shape {
        let milliCPU: Int64
        let memory: Int64
        let count: Int
    }

    let shapes: [Shape]
    /// By kind, then node: the devices that the kind accepts there, and its rate there.
    let accepted: [[UInt64]]
    let rates: [[Rate]]
    let weights: [[Int64]]
    private let slices: [Resources]
    private(set) var cpu: [Int64]
    private(set) var memory: [Int64]
    private(set) var free: [UInt64]
    private(set) var isThere: [Bool]
    /// How often each node has changed.
    private(set) var version: [Int]

    init(_ world: SteadyWorld) {
        shapes = world.kinds.map { kind in
            Shape(
                milliCPU: kind.needs.slice.milliCPU, memory: kind.needs.slice.memoryBytes,
                count: kind.devices)
        }
        slices = world.kinds.map(\.needs.slice)
        accepted = world.kinds.map { kind in
            world.nodes.map { node in
                node.offer.terms.devices.enumerated().reduce(0) { bits, device in
                    kind.needs.devices.accepts(device.element)
                        ? bits | 1 << UInt64(device.offset) : bits
                }
            }
        }
        rates = world.kinds.map { kind in
            world.nodes.map { node in
                node.offer.terms.rate(of: kind.needs.slice, deviceCount: kind.devices)
            }
        }
        weights = world.nodes.map(\.weights)
        cpu = world.nodes.map(\.offer.free.milliCPU)
        memory = world.nodes.map(\.offer.free.memoryBytes)
        free = world.nodes.map { node in
            node.weights.indices.reduce(0) { $0 | 1 << UInt64($1) }
        }
        isThere = world.nodes.map { _ in true }
        version = world.nodes.map { _ in 1 }
    }

    var nodes: Range<Int> { cpu.indices }

    func fits(_ kind: Int, _ node: Int) -> Bool {
        let shape = shapes[kind]
        return isThere[node] && cpu[node] >= shape.milliCPU && memory[node] >= shape.memory
            && (free[node] & accepted[kind][node]).nonzeroBitCount >= shape.count
    }

    /// The first devices that the kind accepts: on a divided machine the smallest.
    func devices(_ kind: Int, _ node: Int) -> UInt64 {
        var rest = free[node] & accepted[kind][node]
        var chosen: UInt64 = 0
        for _ in 0..<shapes[kind].count {
            let bit = rest & (~rest &+ 1)
            chosen |= bit
            rest ^= bit
        }
        return chosen
    }

    func weight(_ node: Int, _ devices: UInt64) -> Int64 {
        var (rest, sum) = (devices, Int64(0))
        while rest != 0 {
            sum += weights[node][rest.trailingZeroBitCount]
            rest &= rest - 1
        }
        return sum
    }

    mutating func take(_ kind: Int, _ node: Int, _ devices: UInt64) {
        cpu[node] -= shapes[kind].milliCPU
        memory[node] -= shapes[kind].memory
        free[node] &= ~devices
        version[node] += 1
    }

    mutating func give(_ kind: Int, _ node: Int, _ devices: UInt64) {
        cpu[node] += shapes[kind].milliCPU
        memory[node] += shapes[kind].memory
        free[node] |= devices
        version[node] += 1
    }

    mutating func set(_ node: Int, isThere: Bool) {
        self.isThere[node] = isThere
        version[node] += 1
    }
}
