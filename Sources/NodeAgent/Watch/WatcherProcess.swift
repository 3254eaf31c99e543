import Foundation
import Glibc

/// A watcher as a child in a session of its own, which the death of the node's program leaves alone.
enum WatcherProcess {
    /// Starts `command` followed by `words`, with nothing open but an empty input and output.
    /// - Returns: its process id, which the caller reaps; nil for an empty command.
    static func spawn(_ command: [String], _ words: [String]) throws -> Int32? {
        guard let program = command.first else { return nil }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for descriptor: Int32 in 0...2 {
            posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_RDWR, 0)
        }
        // Sockets of the program's libraries are not all closed by themselves; a watcher that
        // held a listener would keep the next run of the program from its port.
        for name in try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd") {
            guard let descriptor = Int32(name), descriptor > 2 else { continue }
            posix_spawn_file_actions_addclose(&actions, descriptor)
        }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        let flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | newSession
        posix_spawnattr_setflags(&attributes, Int16(flags))

        let arguments: [UnsafeMutablePointer<CChar>?] = (command + words).map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        // No backtraces of a crash: nobody reads them, and writing them takes memory.
        let environment: [UnsafeMutablePointer<CChar>?] = [
            strdup("SWIFT_BACKTRACE=enable=no"), strdup("MALLOC_ARENA_MAX=1"), nil,
        ]
        defer { for line in environment { free(line) } }
        var pid: pid_t = 0
        let code = posix_spawn(&pid, program, &actions, &attributes, arguments, environment)
        guard code == 0 else {
            errno = code
            throw FileFailure("start", program)
        }
        return pid
    }

    enum End { case done, failed }

    /// Takes note of its end, so that it leaves no zombie; nil while it lives.
    static func reap(_ pid: Int32) -> End? {
        var status: Int32 = 0
        let ended = waitpid(pid, &status, WNOHANG)
        if ended == 0 { return nil }
        return ended == pid && status != 0 ? .failed : .done
    }

    /// `POSIX_SPAWN_SETSID` of <spawn.h>, which the C library shows only to GNU sources.
    private static let newSession: Int32 = 0x80
}
