import Glibc

/// Where a run reads and writes: data to standard output, everything else to standard error.
package struct Terminal: Sendable {
    package enum Stream: Sendable { case output, error }

    /// The reader of standard output went away.
    package struct OutputClosed: Error {
        package init() {}
    }

    /// Standard output took no more: a full disk, for example.
    package struct OutputFailed: Error, Hashable {
        package let code: Int32

        package init(code: Int32) { self.code = code }
    }

    let send: @Sendable (Stream, [UInt8]) throws -> Void
    /// A line from standard input without its end; nil at the end.
    let readLine: @Sendable () -> String?
    let isOutputTerminal: Bool
    let isErrorTerminal: Bool
    let isInputTerminal: Bool
    /// Of standard output, now; nil where that is no terminal.
    let size: @Sendable () -> TerminalSize?

    package init(
        isOutputTerminal: Bool, isErrorTerminal: Bool, isInputTerminal: Bool,
        send: @escaping @Sendable (Stream, [UInt8]) throws -> Void,
        readLine: @escaping @Sendable () -> String?,
        size: @escaping @Sendable () -> TerminalSize? = { nil }
    ) {
        self.isOutputTerminal = isOutputTerminal
        self.isErrorTerminal = isErrorTerminal
        self.isInputTerminal = isInputTerminal
        self.send = send
        self.readLine = readLine
        self.size = size
    }

    static func ofProcess() -> Terminal {
        Terminal(
            isOutputTerminal: isatty(STDOUT_FILENO) == 1,
            isErrorTerminal: isatty(STDERR_FILENO) == 1,
            isInputTerminal: isatty(STDIN_FILENO) == 1,
            send: { stream, bytes in
                try write(bytes, to: stream == .output ? STDOUT_FILENO : STDERR_FILENO)
            },
            readLine: { Swift.readLine(strippingNewline: true) },
            size: { TerminalSize.ofOutput() })
    }

    static func write(_ bytes: [UInt8], to descriptor: Int32) throws {
        var done = 0
        try bytes.withUnsafeBytes { buffer in
            while done < buffer.count {
                let rest = UnsafeRawBufferPointer(rebasing: buffer[done...])
                let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
                if count < 0, errno == EINTR || errno == EAGAIN { continue }
                guard count > 0 else {
                    let code = count < 0 ? errno : EIO
                    throw code == EPIPE ? OutputClosed() : OutputFailed(code: code) as any Error
                }
                done += count
            }
        }
    }

    /// Data.
    func write(_ text: String) throws { try send(.output, Array(text.utf8)) }

    func write(lines: [String]) throws {
        try write(lines.map { $0 + "\n" }.joined())
    }

    /// A line for people, on standard error; nobody there to read it is no failure.
    func note(_ line: String) { try? send(.error, Array((line + "\n").utf8)) }

    /// A line of progress: only when a person watches.
    func progress(_ line: String) {
        if isErrorTerminal { note(line) }
    }
}
