/// What happens next in simulated time: a binary heap by moment, equal moments in the order in which
/// they were asked for.
struct EventQueue<Event> {
    private var heap: [(moment: Int64, number: Int, event: Event)] = []
    private var count = 0

    var next: Int64? { heap.first?.moment }

    mutating func add(_ event: Event, at moment: Int64) {
        heap.append((moment, count, event))
        count += 1
        var child = heap.count - 1
        while child > 0, isBefore(child, (child - 1) / 2) {
            heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    mutating func popFirst() -> Event? {
        guard let first = heap.first else { return nil }
        let last = heap.removeLast()
        guard !heap.isEmpty else { return first.event }
        heap[0] = last
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2]
            where child < heap.count && isBefore(child, least) {
                least = child
            }
            guard least != parent else { return first.event }
            heap.swapAt(parent, least)
            parent = least
        }
    }

    private func isBefore(_ left: Int, _ right: Int) -> Bool {
        (heap[left].moment, heap[left].number) < (heap[right].moment, heap[right].number)
    }
}
