import Domain
import Matching

/// What one pod asks of one node: parts of a device are thousandths of it.
struct PodNeed: Hashable {
    static let whole = OfferFigures.whole

    let milliCPU: Int64
    let memory: Int64
    let count: Int
    let units: Int32
    /// As bits.
    let models: UInt64

    init(milliCPU: Int64, memory: Int64, count: Int, units: Int32, models: UInt64 = .max) {
        self.milliCPU = milliCPU
        self.memory = memory
        self.count = count
        self.units = count == 0 ? 0 : units
        self.models = count == 0 ? .max : models
    }

    func accepts(_ model: Int) -> Bool { models >> UInt64(model) & 1 == 1 }
}

struct PodNode: Hashable {
    let milliCPU: Int64
    let memory: Int64
    let devices: Int
    let model: Int
}

/// The market's engine as a policy for pods: the index of offers with nothing between it and the trace
/// but its free parts of devices, of which the market has none. Prices are all the same.
struct OpenBCluster {
    /// What a device's hour is worth here: a millionth of a unit is one step of a cost.
    private static let value: Int64 = 1_000_000_000

    private var index: OfferIndex
    /// By node, and nodes by handle.
    private var handles: [OfferIndex.Handle] = []
    private var nodes: [OfferIndex.Handle: Int] = [:]
    /// Units of each node's devices.
    private var free: [[Int32]]

    init(_ nodes: [PodNode], mix: [(need: PodNeed, count: Int64)]) throws {
        index = OfferIndex(
            mix: DemandMix(
                try mix.map { need, count in
                    DemandMix.Entry(try Self.kind(need), models: need.models, count: count)
                }))
        free = nodes.map { [Int32](repeating: PodNeed.whole, count: $0.devices) }
        for (number, node) in nodes.enumerated() {
            let size = Resources(
                milliCPU: node.milliCPU, memoryBytes: node.memory, diskBytes: 0)
            let handle = index.insert(
                OfferFigures(
                    capacity: size, free: size, models: 1 << UInt64(node.model),
                    devices: node.devices, whole: node.devices, ask: .least, value: Self.value,
                    tie: UInt64(number)))
            handles.append(handle)
            self.nodes[handle] = number
        }
    }

    private static func kind(_ need: PodNeed) throws -> OrderKind {
        try required(
            OrderKind(milliCPU: need.milliCPU, count: need.count, units: need.units), "pod")
    }

    /// Puts a pod in its place for good.
    mutating func place(_ need: PodNeed) throws -> (node: Int, devices: [Int])? {
        let order = OrderFigures(
            try Self.kind(need), memory: need.memory, models: need.models, bid: .least)
        guard let choice = index.best(for: order, where: { _ in true }),
            var offer = index[choice.handle], let node = nodes[choice.handle],
            offer.take(order, from: choice.device)
        else { return nil }
        index.update(choice.handle, offer)
        let fitting = free[node].indices.filter { free[node][$0] == choice.device }
        let devices = Array(fitting.prefix(need.count))
        for device in devices { free[node][device] -= need.units }
        return (node, devices)
    }
}
