import Glibc

/// A watcher as a child in a session of its own, which the death of the node's program leaves alone.
enum WatcherProcess {
    /// Starts `command` followed by `words`, with nothing open but an empty input and output.
    /// - Returns: its process id, which the caller reaps; nil for an empty command.
    static func spawn(_ command: [String], _ words: [String]) throws -> Int32? {
        // No backtraces of a crash: nobody reads them, and writing them takes memory.
        try ChildProcess.spawn(
            command, words, .none, ["SWIFT_BACKTRACE=enable=no", "MALLOC_ARENA_MAX=1"])
    }

    enum End { case done, failed }

    /// Takes note of its end, so that it leaves no zombie; nil while it lives.
    static func reap(_ pid: Int32) -> End? {
        var status: Int32 = 0
        let ended = waitpid(pid, &status, WNOHANG)
        if ended == 0 { return nil }
        return ended == pid && status != 0 ? .failed : .done
    }
}
