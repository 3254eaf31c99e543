import Foundation
import Glibc

/// Programs that the node starts and that have nothing of it but what they are given.
enum ChildProcess {
    /// What a child has as standard input and output; nil is an empty one. Its errors go nowhere.
    struct Files {
        static let none = Files(input: nil, output: nil)

        let input: Int32?
        let output: Int32?
    }

    /// Starts `command` followed by `words` in a session of its own, with nothing else open.
    /// - Returns: its process id, which the caller reaps; nil for an empty command.
    static func spawn(
        _ command: [String], _ words: [String], _ files: Files, _ environment: [String]
    ) throws -> pid_t? {
        guard let program = command.first else { return nil }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        let standard = [files.input, files.output, nil]
        for (number, descriptor) in zip(Int32(0)..., standard) {
            if let descriptor {
                posix_spawn_file_actions_adddup2(&actions, descriptor, number)
            } else {
                posix_spawn_file_actions_addopen(&actions, number, "/dev/null", O_RDWR, 0)
            }
        }
        // Sockets of the program's libraries are not all closed by themselves; a child that
        // held a listener would keep the next run of the program from its port.
        for name in try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd") {
            guard let descriptor = Int32(name), descriptor > 2 else { continue }
            posix_spawn_file_actions_addclose(&actions, descriptor)
        }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        setSignals(&attributes)

        let arguments: [UnsafeMutablePointer<CChar>?] = (command + words).map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        let lines: [UnsafeMutablePointer<CChar>?] = environment.map { strdup($0) } + [nil]
        defer { for line in lines { free(line) } }
        var pid: pid_t = 0
        let code = posix_spawn(&pid, program, &actions, &attributes, arguments, lines)
        guard code == 0 else {
            errno = code
            throw FileFailure("start", program)
        }
        return pid
    }

    /// As at boot.
    private static func setSignals(_ attributes: inout posix_spawnattr_t) {
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        let flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | newSession
        posix_spawnattr_setflags(&attributes, Int16(flags))
    }

    /// `POSIX_SPAWN_SETSID` of <spawn.h>, which the C library shows only to GNU sources.
    private static let newSession: Int32 = 0x80
}
