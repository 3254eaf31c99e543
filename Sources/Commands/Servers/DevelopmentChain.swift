import Ethereum
import Foundation
import Glibc
import NodeAgent
import ServiceLifecycle
import Wire

/// Which chain `orban up` has beside it.
enum ChainWord: String, CaseIterable, Sendable {
    /// A fresh one for development; its money is worth nothing.
    case devnet
}

extension Option where Value == ChainWord {
    static let chain = Option("chain", "devnet", .optionChain, .word())
}

extension Option where Value == String {
    static let devnetProgram = Option("devnet-program", "FILE", .optionDevnetProgram, .text)
}

/// A chain for development as a child of this process: it begins with it and ends with it.
struct DevelopmentChain: Service {
    private struct Line: Decodable {
        let url: String
        let contracts: [String: String]
        let chain: UInt64

        private enum CodingKeys: String, CodingKey {
            case url = "rpc_url"
            case chain = "chain_id"
            case contracts
        }
    }

    private struct Secret: Decodable {
        let secret: String

        private enum CodingKeys: String, CodingKey {
            case secret = "private_key"
        }
    }

    /// Where `script/devnet` stands in the repository.
    private static let standardProgram = "script/devnet"

    let url: String
    let deployment: Deployment
    /// Of accounts with coin for gas: the market's, and others to try things with.
    let keysPath: String
    private let child: ChildChain

    /// - Throws: `WireError.fileNotFound` where the program is not; `.chainUnreachable` where it ends before it is
    ///   ready.
    static func start(_ session: Session, folder: String) async throws -> DevelopmentChain {
        let program = session.surroundings.absolute(
            try session.arguments.value(Option<String>.devnetProgram) ?? standardProgram)
        guard access(program, X_OK) == 0 else { throw WireError.fileNotFound(program) }
        try StateFile.makeFolder(folder)
        let keys = "\(folder)/devnet-keys-\(getpid()).json"
        let child = ChildChain(program, keys: keys)
        let text = try await Blocking.run { try child.firstLine() }
        let line = try WireJSON.decode(Line.self, from: Array(text.utf8))
        let contracts = line.contracts.map { "\"\($0)\":\"\($1)\"" }.joined(separator: ",")
        let deployment = try Deployment.read(
            "{\"chain_id\":\(line.chain),\(contracts)}", in: session.surroundings)
        return DevelopmentChain(
            url: line.url, deployment: deployment, keysPath: keys, child: child)
    }

    /// The first account's: nobody else on this machine uses it.
    func marketKey() throws -> PrivateKey {
        guard let bytes = try StateFile.read(keysPath),
            let first = try WireJSON.decode([Secret].self, from: bytes).first,
            var secret = Ethereum.Hex.bytes(of: first.secret)
        else { throw FileFailure("read", keysPath) }
        return try PrivateKey(wiping: &secret)
    }

    func run() async throws {
        defer { end() }
        do { try await gracefulShutdown() } catch is CancellationError {}
    }

    /// Its keys open nothing any more.
    func end() {
        child.end()
        unlink(keysPath)
    }
}

/// The program itself.
private final class ChildChain: Sendable {
    private let process = Process()
    private let output = Pipe()

    init(_ program: String, keys: String) {
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = [
            "--port", "0", "--deploy", "--block-time", "1", "--keys", keys, "--with-parent",
        ]
        process.standardOutput = output
        process.standardInput = FileHandle.nullDevice
    }

    func firstLine() throws -> String {
        try process.run()
        var line: [UInt8] = []
        let handle = output.fileHandleForReading
        while line.last != UInt8(ascii: "\n") {
            guard let byte = try handle.read(upToCount: 1), let first = byte.first else {
                throw WireError.chainUnreachable(.endpointAway, ["endpoint": "devnet"])
            }
            line.append(first)
        }
        return String(decoding: line, as: UTF8.self)
    }

    func end() {
        guard process.isRunning else { return }
        // It keeps nothing; and it was begun with this thread's signals blocked.
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }
}
