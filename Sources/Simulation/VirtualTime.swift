import Domain

/// Virtual time since the start of a run, in nanoseconds; never negative, below 2⁵⁵.
struct Moment: Hashable, Comparable {
    static let start = Moment(nanoseconds: 0)

    let nanoseconds: Int64

    func after(milliseconds: Int64) -> Moment {
        Moment(nanoseconds: nanoseconds + milliseconds * 1_000_000)
    }
    func after(nanoseconds delta: Int64) -> Moment {
        Moment(nanoseconds: nanoseconds + delta)
    }

    func millisecondsSince(_ earlier: Moment) -> Int64 {
        (nanoseconds - earlier.nanoseconds) / 1_000_000
    }

    var seconds: Int64 { nanoseconds / 1_000_000_000 }

    /// By the market's clock, which is true in the simulation.
    var timestamp: Timestamp {
        Timestamp(milliseconds: 1_750_000_000_000 + nanoseconds / 1_000_000)
    }

    static func < (left: Moment, right: Moment) -> Bool { left.nanoseconds < right.nanoseconds }
}

/// A machine's boot-time clock, which starts anew with each boot and runs fast or slow.
struct BootClock {
    let bootedAt: Moment
    /// What it read at `bootedAt`.
    let offset: Int64
    /// Nanoseconds gained in each millisecond of true time.
    let drift: Int64

    func reading(at moment: Moment) -> BootTime {
        let elapsed = moment.nanoseconds - bootedAt.nanoseconds
        return BootTime(nanoseconds: offset + elapsed + elapsed / 1_000_000 * drift)
    }

    /// The first moment, within a microsecond, at which it reads `time` or more.
    func moment(of time: BootTime) -> Moment {
        let read = Int128(max(0, time.nanoseconds - offset))
        let elapsed = read * 1_000_000 / Int128(1_000_000 + drift)
        return bootedAt.after(nanoseconds: Int64(elapsed) + 1_000_000)
    }
}

/// What will happen, by time and, at one time, in the order in which it was scheduled.
struct EventQueue {
    struct Item {
        let at: Moment
        let sequence: UInt64
        let event: Event

        func isBefore(_ other: Item) -> Bool {
            at == other.at ? sequence < other.sequence : at < other.at
        }
    }

    private var heap: [Item] = []
    private var scheduled: UInt64 = 0

    var isEmpty: Bool { heap.isEmpty }

    mutating func schedule(_ event: Event, at moment: Moment) {
        scheduled += 1
        heap.append(Item(at: moment, sequence: scheduled, event: event))
        rise(from: heap.count - 1)
    }

    mutating func next() -> Item? {
        guard let first = heap.first, let last = heap.popLast() else { return nil }
        if !heap.isEmpty {
            heap[0] = last
            sink()
        }
        return first
    }

    private mutating func rise(from start: Int) {
        var place = start
        while place > 0 {
            let parent = (place - 1) / 2
            guard heap[place].isBefore(heap[parent]) else { return }
            heap.swapAt(place, parent)
            place = parent
        }
    }

    private mutating func sink() {
        var place = 0
        while true {
            var least = place
            for child in [2 * place + 1, 2 * place + 2] where child < heap.count {
                if heap[child].isBefore(heap[least]) { least = child }
            }
            guard least != place else { return }
            heap.swapAt(place, least)
            place = least
        }
    }
}
