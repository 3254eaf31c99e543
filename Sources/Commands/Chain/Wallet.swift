import Ethereum
import Glibc
import NodeAgent
import Wire

extension Option where Value == String {
    static let wallet = Option("wallet", "FILE", .optionWallet)
}

extension Option where Value == Int32 {
    static let passwordDescriptor = Option(
        "password-fd", "N", .optionPasswordFD, .whole(0...1023))
    static let keyDescriptor = Option("key-fd", "N", .optionKeyFD, .whole(0...1023))
}

/// A key of this user in a Web3 keystore (version 3) that a password opens.
struct Wallet: Sendable {
    static let options = [Option<String>.wallet.form, Option.passwordDescriptor.form]

    let path: String

    /// `--wallet`, or `wallet.json` beside the user's other settings.
    init(_ session: Session) throws {
        path =
            try session.arguments.value(Option<String>.wallet).map(session.surroundings.absolute)
            ?? session.settings.walletPath
    }

    /// - Throws: `WireError.walletUnusable`.
    func keystore() throws -> Keystore {
        do {
            return try KeyFile.read(path)
        } catch {
            throw trouble(error)
        }
    }

    /// - Throws: `WireError.walletUnusable` where the password is another one.
    func open(_ session: Session) async throws -> PrivateKey {
        let keystore = try keystore()
        let password = try session.password(again: false)
        return try await Blocking.run {
            do {
                return try keystore.open(password)
            } catch {
                throw self.trouble(error)
            }
        }
    }

    /// Never over one that is there.
    func keep(_ key: PrivateKey, _ session: Session) async throws {
        guard access(path, F_OK) != 0 else { throw trouble(KeyFile.Failure.exists) }
        let password = try session.password(again: true)
        try await Blocking.run {
            var generator = SystemRandomNumberGenerator()
            let keystore = try Keystore(sealing: key, password, .standard, using: &generator)
            do {
                try StateFile.makeFolder(self.folder)
                try KeyFile.write(keystore, to: self.path)
            } catch {
                throw self.trouble(error)
            }
        }
    }

    /// An address that the keystore does not say is told by its key alone.
    func address(_ session: Session) async throws -> Address {
        if let address = try keystore().address { return address }
        return try await open(session).address
    }

    private var folder: String {
        let slash = path.lastIndex(of: "/") ?? path.startIndex
        return String(path[..<slash])
    }

    func trouble(_ error: any Error) -> any Error {
        let why: Message
        var values: [String: String] = [:]
        switch error {
        case KeyFile.Failure.exists: why = .walletExists
        case KeyFile.Failure.open(let mode):
            why = .walletExposed
            values["mode"] = String(mode, radix: 8)
        case KeyFile.Failure.system(_, ENOENT): why = .walletMissing
        case KeyFile.Failure.system(_, let code):
            why = .fileFails
            values["reason"] = String(cString: strerror(code))
        case KeyFile.Failure.notAKey, is PrivateKey.Refusal: why = .walletNotAKey
        case Keystore.Refusal.wrongPassword: why = .walletWrongPassword
        case is Keystore.Refusal, is KeyFile.Failure: why = .walletUnreadable
        default: return error
        }
        return WireError.walletUnusable(path: path, why, values)
    }
}

extension Settings {
    var walletPath: String {
        let slash = configPath.lastIndex(of: "/") ?? configPath.startIndex
        return configPath[..<slash] + "/wallet.json"
    }
}

extension Session {
    /// From `--password-fd`, or asked for on the terminal without showing it.
    ///
    /// - Parameter again: whether it is new, and asked for twice.
    /// - Throws: `UsageFault.valueMissing` where nobody can be asked.
    func password(again: Bool) throws -> [UInt8] {
        if let descriptor = try arguments.value(Option.passwordDescriptor) {
            return try SecretInput.line(from: descriptor)
        }
        guard canAsk else { throw UsageFault.valueMissing("--password-fd") }
        let first = try SecretInput.ask(told(.walletPassword), terminal)
        if again, try SecretInput.ask(told(.walletPasswordAgain), terminal) != first {
            throw WireError.walletUnusable(
                path: "–", .walletPasswordsDiffer, [:])
        }
        return first
    }
}

/// Secrets that come by a descriptor or a terminal: never by an argument or the environment.
enum SecretInput {
    private static let mostBytes = 4_096

    /// All up to the end or the first line's end.
    static func line(from descriptor: Int32) throws -> [UInt8] {
        var bytes: [UInt8] = []
        var byte: UInt8 = 0
        while bytes.count < mostBytes {
            let count = read(descriptor, &byte, 1)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw FileFailure("read", "descriptor \(descriptor)") }
            if count == 0 || byte == UInt8(ascii: "\n") { break }
            bytes.append(byte)
        }
        if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
        return bytes
    }

    static func ask(_ question: String, _ terminal: Terminal) throws -> [UInt8] {
        try terminal.send(.error, Array((question + " ").utf8))
        var before = termios()
        let isTerminal = tcgetattr(STDIN_FILENO, &before) == 0
        if isTerminal {
            var silent = before
            silent.c_lflag &= ~tcflag_t(ECHO)
            tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent)
        }
        defer {
            if isTerminal { tcsetattr(STDIN_FILENO, TCSAFLUSH, &before) }
            terminal.note("")
        }
        return try line(from: STDIN_FILENO)
    }
}
