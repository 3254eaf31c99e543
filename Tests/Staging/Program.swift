import Glibc
import Synchronization

/// A program that runs, or ran. What it says lies in files, so it never waits for a reader.
package final class Program: Sendable {
    package enum Ending: Hashable {
        case exited(Int32)
        case killed(signal: Int32)

        /// From the status of `waitpid`.
        package init(status: Int32) {
            let signal = status & 0x7f
            self = signal == 0 ? .exited(status >> 8 & 0xff) : .killed(signal: signal)
        }
    }

    package let name: String
    package let pid: Int32
    private let outPath: String
    private let errPath: String
    private let ended = Mutex<Ending?>(nil)

    /// Starts it.
    init(_ name: String, _ spawn: Spawn) throws {
        self.name = name
        outPath = spawn.outPath
        errPath = spawn.errPath
        pid = try spawn.start()
    }

    /// Nil while it runs.
    package var ending: Ending? {
        ended.withLock { ended in
            if ended != nil { return ended }
            var status: Int32 = 0
            if waitpid(pid, &status, WNOHANG) == pid { ended = Ending(status: status) }
            return ended
        }
    }

    package var out: String { String(decoding: contents(outPath), as: UTF8.self) }
    package var err: String { String(decoding: contents(errPath), as: UTF8.self) }

    /// The end of what it said, for a failure's message.
    package var lastWords: String {
        "\(name): out: \(out.suffix(1500)) err: \(err.suffix(3000))"
    }

    /// Nothing happens when it has ended: its id may be somebody else's.
    package func signal(_ number: Int32) {
        if ending == nil { kill(pid, number) }
    }

    package func end(within limit: Duration = .seconds(30)) async throws -> Ending {
        do {
            return try await eventually("\(name) ends", within: limit) { ending }
        } catch is TimedOut {
            throw TimedOut(description: "\(name) did not end within \(limit); \(lastWords)")
        }
    }

    /// `kill -9`, and its end.
    package func killNow() async throws {
        signal(SIGKILL)
        _ = try await end()
    }
}

/// A program that ran to its end.
package struct Ended: CustomStringConvertible {
    package let status: Int32
    package let out: String
    package let err: String

    package init(status: Int32, out: String, err: String) {
        self.status = status
        self.out = out
        self.err = err
    }

    package var description: String { "status \(status)\nout: \(out)\nerr: \(err)" }
}
