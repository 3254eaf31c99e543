import Glibc

/// A program of the host that is waited for: its input a text, its output read.
package struct HostCommand: Sendable {
    package struct Failure: Error, Hashable, Sendable, CustomStringConvertible {
        let words: [String]
        /// Of the program; of the system, negative, when it could not be started.
        let code: Int32
        /// What it wrote, the first part of it.
        let said: String

        package var description: String { "\(words.prefix(8).joined(separator: " ")): \(said)" }
    }

    private static let mostBytes = 4 << 20

    /// Where programs of the machine are looked for, whatever this program's own environment says.
    private static let folders = ["/usr/sbin", "/usr/bin", "/sbin", "/bin"]

    /// - Returns: nil where there is none of that name; a path stands for itself.
    static func path(of program: String) -> String? {
        if program.contains("/") { return access(program, X_OK) == 0 ? program : nil }
        return folders.lazy.map { "\($0)/\(program)" }.first { access($0, X_OK) == 0 }
    }

    let words: [String]

    package init(words: [String]) { self.words = words }

    /// Runs it to its end. Its output and its errors are one text.
    @discardableResult
    package func run(input: String = "") throws -> String {
        let files = (input: try Self.file(holding: input), output: try Self.file(holding: ""))
        defer {
            close(files.input)
            close(files.output)
        }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, files.input, 0)
        posix_spawn_file_actions_adddup2(&actions, files.output, 1)
        posix_spawn_file_actions_adddup2(&actions, files.output, 2)
        let arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        let lines = ["PATH=\(Self.folders.joined(separator: ":"))", "LC_ALL=C"]
        let environment: [UnsafeMutablePointer<CChar>?] = lines.map { strdup($0) } + [nil]
        defer { for line in environment { free(line) } }
        var pid: pid_t = 0
        guard let path = Self.path(of: words[0]) else {
            throw Failure(words: words, code: -ENOENT, said: "not on this machine")
        }
        let started = posix_spawn(&pid, path, &actions, nil, arguments, environment)
        guard started == 0 else {
            throw Failure(words: words, code: -started, said: String(cString: strerror(started)))
        }
        let code = Self.wait(pid)
        let said = try Self.text(files.output)
        guard code == 0 else {
            throw Failure(words: words, code: code, said: String(said.prefix(2_000)))
        }
        return said
    }

    private static func wait(_ pid: pid_t) -> Int32 {
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0 && errno == EINTR {}
        return status & 0x7f == 0 ? status >> 8 & 0xff : 128 + status & 0x7f
    }

    /// A file without a name: what is in it needs no second thread to be written or read.
    private static func file(holding text: String) throws(SystemFailure) -> Int32 {
        let descriptor = open("/tmp", O_RDWR | 0o20200000 | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw HostFile.failure("make a file in", "/tmp") }
        let bytes = Array(text.utf8)
        guard write(descriptor, bytes, bytes.count) == bytes.count else {
            defer { close(descriptor) }
            throw HostFile.failure("write a file in", "/tmp")
        }
        lseek(descriptor, 0, SEEK_SET)
        return descriptor
    }

    private static func text(_ descriptor: Int32) throws(SystemFailure) -> String {
        try HostFile.read("/proc/self/fd/\(descriptor)", limit: mostBytes)
    }
}
