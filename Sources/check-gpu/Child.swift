import Glibc

/// A program that this one started and waits for. Its standard error is ours.
struct Child {
    enum Reading: Hashable {
        case bytes([UInt8])
        /// It closed its output: it is ending.
        case ended
        /// Nothing came in that time.
        case nothing
    }

    /// Why it was not started: the system's number and word.
    struct NotStarted: Error, CustomStringConvertible {
        let code: Int32
        var description: String { String(cString: strerror(code)) }
    }

    private let pid: pid_t
    private let input: Int32
    private let output: Int32

    /// A name without a slash is looked for in PATH.
    init(_ program: String, _ arguments: [String]) throws(NotStarted) {
        signal(SIGPIPE, SIG_IGN)
        let (toChild, fromChild) = (try Self.pipe(), try Self.pipe())
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, toChild.read, STDIN_FILENO)
        posix_spawn_file_actions_adddup2(&actions, fromChild.write, STDOUT_FILENO)
        var words = ([program] + arguments).map { strdup($0) } + [nil]
        defer { for word in words { free(word) } }
        var pid: pid_t = 0
        let code = posix_spawnp(&pid, program, &actions, nil, &words, environ)
        close(toChild.read)
        close(fromChild.write)
        guard code == 0 else {
            close(toChild.write)
            close(fromChild.read)
            throw NotStarted(code: code)
        }
        self.pid = pid
        input = toChild.write
        output = fromChild.read
    }

    private struct Ends { let read, write: Int32 }

    private static func pipe() throws(NotStarted) -> Ends {
        var ends: [Int32] = [0, 0]
        guard Glibc.pipe(&ends) == 0 else { throw NotStarted(code: errno) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return Ends(read: ends[0], write: ends[1])
    }

    /// What it wrote next, waited for at most so long.
    func read(within milliseconds: Int64) -> Reading {
        var wanted = pollfd(fd: output, events: Int16(POLLIN), revents: 0)
        guard poll(&wanted, 1, Int32(clamping: max(0, milliseconds))) > 0 else { return .nothing }
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = Glibc.read(output, &buffer, buffer.count)
        if count < 0 && errno == EINTR { return .nothing }
        return count > 0 ? .bytes(Array(buffer.prefix(count))) : .ended
    }

    func write(_ text: String) { Output.write(text, to: input) }

    func kill() { Glibc.kill(pid, SIGKILL) }

    /// Waits for its end. Its exit code; 128 and the signal where a signal ended it.
    func wait() -> Int32 {
        close(input)
        close(output)
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0 && errno == EINTR {}
        let signal = status & 0x7F
        return signal == 0 ? (status >> 8) & 0xFF : 128 + signal
    }

    /// All that a program writes, at most 64 KiB, and its exit code; it is killed when it is late.
    struct Run {
        let code: Int32
        let text: String
    }

    static func run(
        _ program: String, _ arguments: [String], within seconds: Double
    ) throws(NotStarted) -> Run {
        let child = try Child(program, arguments)
        let start = Clock.now()
        var bytes: [UInt8] = []
        while true {
            let rest = Int64((seconds - Clock.seconds(since: start)) * 1000)
            let reading = child.read(within: rest)
            if case .bytes(let more) = reading { bytes += more }
            if reading == .ended { break }
            if rest <= 0 || bytes.count > 65_536 {
                child.kill()
                break
            }
        }
        return Run(code: child.wait(), text: String(decoding: bytes, as: UTF8.self))
    }
}
