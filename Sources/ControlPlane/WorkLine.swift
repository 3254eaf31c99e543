import Marketplace

/// Works of the session machine that wait for the store, in the order in which they were asked for.
struct WorkLine {
    struct Asked {
        let work: SessionWork
        /// Resumed when it is done, and all before it.
        let done: CheckedContinuation<Void, Never>?
    }

    private var waiting: [Asked] = []
    private var isOver = false

    /// - Parameter done: resumed when all of `works` are done, or never will be.
    mutating func add(_ works: [SessionWork], then done: CheckedContinuation<Void, Never>?) {
        guard !isOver, let last = works.last else {
            done?.resume()
            return
        }
        waiting += works.dropLast().map { Asked(work: $0, done: nil) }
        waiting.append(Asked(work: last, done: done))
    }

    /// The first works, together at most so many commands, but at least one; nil when none waits.
    mutating func next(atMost limit: Int) -> [Asked]? {
        guard !waiting.isEmpty else { return nil }
        var commands = 0
        let count = waiting.prefix { asked in
            commands += asked.work.commands.count
            return commands <= limit
        }.count
        let first = Array(waiting.prefix(max(count, 1)))
        waiting.removeFirst(first.count)
        return first
    }

    /// Nothing is performed any more: nobody waits.
    mutating func end() {
        isOver = true
        for asked in waiting { asked.done?.resume() }
        waiting = []
    }
}
