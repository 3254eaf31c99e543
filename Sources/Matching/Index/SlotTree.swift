/// What the offers in a range of slots have at best: over the slots a tree with eight children a node,
/// so that a search goes only where an order may find its place.
///
/// Level 0 holds the slots themselves; element i of a level sums up eight neighbours of the level
/// below, from 8i. One column after the other: a search reads eight neighbours of few columns a node.
struct SlotTree: Sendable {
    /// Children of a node: of a column's words one cache line.
    static let fan = 8
    /// No offer at all.
    static let noPrice = UInt64(Int64.max)

    /// Columns, in the order in which they lie; each is summed up by its own rule.
    enum Column {
        /// Least price per unit (`UnitPrice`): of CPU, for orders of no device; of a device, where at
        /// least 1, 2, 4, 8 are free.
        static let prices = 0..<5
        /// Most.
        static let milliCPU = 5
        static let memory = 6
        static let disk = 7
        static let tier = 8
        /// All (`NameBits`), and those of offers that give a network.
        static let regions = 9
        static let connectedRegions = 10
        static let count = 11
    }

    /// What a slot shows of its offer.
    struct Leaf: Hashable, Sendable {
        let cpuPrice: UInt64
        let devicePrice: UInt64
        let freeDevices: Int
        let milliCPU: Int64
        let memory: Int64
        let disk: Int64
        let tier: Int
        let regions: UInt64
        let isConnected: Bool
    }

    let capacity: Int
    /// The first element of each level, and behind them their number.
    let starts: [Int]
    /// Column c of element e is at c · `stride` + e.
    private(set) var words: [UInt64]

    var stride: Int { starts[starts.count - 1] }
    /// The level whose elements are the root's children.
    var top: Int { starts.count - 2 }

    /// - Parameter capacity: slots, rounded up to whole nodes.
    init(capacity: Int) {
        var level = max(1, (capacity + Self.fan - 1) / Self.fan) * Self.fan
        self.capacity = level
        var starts = [0, level]
        while level > Self.fan {
            level = (level / Self.fan + Self.fan - 1) / Self.fan * Self.fan
            starts.append(starts[starts.count - 1] + level)
        }
        self.starts = starts
        let stride = starts[starts.count - 1]
        words = [UInt64](repeating: 0, count: stride * Column.count)
        for place in 0..<Column.prices.count * stride { words[place] = Self.noPrice }
    }

    /// The tree as a search reads it: no references to count.
    struct Shape {
        let words: UnsafeBufferPointer<UInt64>
        let starts: UnsafeBufferPointer<Int>
        let stride: Int
        let top: Int
    }

    func withShape<Result>(_ body: (Shape) -> Result) -> Result {
        words.withUnsafeBufferPointer { words in
            starts.withUnsafeBufferPointer { starts in
                body(Shape(words: words, starts: starts, stride: stride, top: top))
            }
        }
    }

    /// The class of prices for an order of so many devices.
    static func priceClass(_ count: Int) -> Int {
        switch count {
        case ..<1: 0
        case 1: 1
        case 2...3: 2
        case 4...7: 3
        default: 4
        }
    }

    /// Writes a slot, and sums up as far as that changes anything.
    mutating func set(_ slot: Int, _ leaf: Leaf?) {
        write(leaf, at: slot)
        var element = slot
        for level in 1..<max(starts.count - 1, 1) {
            let first = starts[level - 1] + element / Self.fan * Self.fan
            element /= Self.fan
            guard sumUp(first, into: starts[level] + element) else { return }
        }
    }

    private mutating func write(_ leaf: Leaf?, at slot: Int) {
        for column in Column.prices {
            let needed = column == 0 ? 0 : 1 << (column - 1)
            let fits = leaf.map { $0.freeDevices >= needed } ?? false
            let price = column == 0 ? leaf?.cpuPrice : leaf?.devicePrice
            words[column * stride + slot] = fits ? price ?? Self.noPrice : Self.noPrice
        }
        words[Column.milliCPU * stride + slot] = UInt64(max(leaf?.milliCPU ?? 0, 0))
        words[Column.memory * stride + slot] = UInt64(max(leaf?.memory ?? 0, 0))
        words[Column.disk * stride + slot] = UInt64(max(leaf?.disk ?? 0, 0))
        words[Column.tier * stride + slot] = UInt64(max(leaf?.tier ?? 0, 0))
        let regions = leaf?.regions ?? 0
        words[Column.regions * stride + slot] = regions
        words[Column.connectedRegions * stride + slot] = leaf?.isConnected == true ? regions : 0
    }

    /// - Returns: whether the sum is another one now.
    private mutating func sumUp(_ first: Int, into element: Int) -> Bool {
        let stride = stride
        return words.withUnsafeMutableBufferPointer { words in
            var isNew = false
            for column in 0..<Column.count {
                let base = column * stride
                var sum = words[base + first]
                for child in 1..<Self.fan {
                    let word = words[base + first + child]
                    if column < Column.milliCPU {
                        sum = min(sum, word)
                    } else if column < Column.regions {
                        sum = max(sum, word)
                    } else {
                        sum |= word
                    }
                }
                if words[base + element] != sum {
                    words[base + element] = sum
                    isNew = true
                }
            }
            return isNew
        }
    }
}
