import Glibc

/// A program started in a session of its own, so that it outlives the one that starts it.
struct ChildProcess {
    let path: String
    let arguments: [String]
    let environment: [String: String]
    let folder: String
    /// Receives standard output and error, appended.
    let outputFile: String

    /// Starts the program: standard input empty, no other descriptor of ours open, all signals at
    /// their defaults and unblocked, no controlling terminal.
    /// - Returns: its process id.
    func spawn() throws -> Int32 {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(
            &actions, 1, outputFile, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        for descriptor in try Self.openDescriptors() where descriptor > 2 {
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
        let flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | Self.newSession
        posix_spawnattr_setflags(&attributes, Int16(flags))

        var pid: pid_t = 0
        let lines = environment.map { "\($0.key)=\($0.value)" }.sorted()
        let program = ["env", "--chdir=\(folder)", path] + arguments
        let code = Self.withCStrings(program) { arguments in
            Self.withCStrings(lines) { environment in
                posix_spawn(&pid, Self.launcher, &actions, &attributes, arguments, environment)
            }
        }
        guard code == 0 else {
            throw SystemFailure(operation: "start", path: path, code: code)
        }
        return pid
    }

    /// Changes the folder and becomes the program, under the same process id.
    private static let launcher = "/usr/bin/env"

    /// Most are closed by themselves; this is for those that were opened without `O_CLOEXEC`.
    /// Closing one that is gone by then is no error in posix_spawn(3) of the GNU C library.
    private static func openDescriptors() throws -> [Int32] {
        try HostFile.names(in: "/proc/self/fd").compactMap { Int32($0) }
    }

    /// `POSIX_SPAWN_SETSID` of <spawn.h>, which the C library shows only to GNU sources.
    private static let newSession: Int32 = 0x80

    private static func withCStrings<Result>(
        _ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
    ) -> Result {
        let pointers: [UnsafeMutablePointer<CChar>?] = strings.map { strdup($0) }
        defer { for pointer in pointers { free(pointer) } }
        return body(pointers + [nil])
    }
}
