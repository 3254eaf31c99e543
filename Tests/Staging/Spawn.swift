import Glibc

/// A call of the system that failed.
package struct SystemFailure: Error, CustomStringConvertible {
    package let doing: String
    package let code: Int32
    package var description: String { "cannot \(doing): \(String(cString: strerror(code)))" }

    package init(_ doing: String, _ code: Int32 = errno) {
        self.doing = doing
        self.code = code
    }
}

/// What a child process is started with.
struct Spawn {
    var executable: String
    var words: [String]
    var environment: [String: String]
    /// Files that take what it says; both may be one.
    var outPath: String
    var errPath: String

    /// Starts the child with no input and every signal as at boot.
    ///
    /// - Returns: its process id, which the caller reaps.
    /// - Throws: `SystemFailure`.
    func start() throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        let write = O_WRONLY | O_CREAT | O_APPEND
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, outPath, write, 0o600)
        posix_spawn_file_actions_addopen(&actions, 2, errPath, write, 0o600)

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        let flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP
        posix_spawnattr_setflags(&attributes, Int16(flags))

        let arguments = Self.strings([executable] + words)
        defer { Self.release(arguments) }
        let variables = Self.strings(environment.sorted { $0.key < $1.key }.map { "\($0)=\($1)" })
        defer { Self.release(variables) }
        var pid: pid_t = 0
        let code = posix_spawn(&pid, executable, &actions, &attributes, arguments, variables)
        guard code == 0 else { throw SystemFailure("start \(executable)", code) }
        return pid
    }

    private static func strings(_ texts: [String]) -> [UnsafeMutablePointer<CChar>?] {
        texts.map { strdup($0) } + [nil]
    }

    private static func release(_ strings: [UnsafeMutablePointer<CChar>?]) {
        for string in strings { free(string) }
    }
}

/// All that a file holds now; nothing of one that is not there.
package func contents(_ path: String) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return [] }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 64 << 10)
    while true {
        let count = read(descriptor, &part, part.count)
        guard count > 0 else { return bytes }
        bytes += part[..<count]
    }
}

/// Runs a script of `sh` with arguments to its end.
///
/// - Returns: what it said.
@discardableResult
package func shell(_ script: String, _ arguments: String...) -> String {
    var template = Array("/tmp/orban-e2e-shell-XXXXXX".utf8CString)
    let descriptor = mkstemp(&template)
    guard descriptor >= 0 else { return "\(SystemFailure("make a file"))" }
    close(descriptor)
    let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    defer { unlink(path) }
    let spawn = Spawn(
        executable: "/bin/sh", words: ["-c", script, "sh"] + arguments,
        environment: Stage.ownEnvironment, outPath: path, errPath: path)
    do {
        let pid = try spawn.start()
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0 && errno == EINTR {}
    } catch {
        return "\(error)"
    }
    return String(decoding: contents(path), as: UTF8.self)
}
