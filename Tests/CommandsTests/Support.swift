import Domain
import Foundation
import NodeAgent
import Synchronization
import Wire

@testable import Commands

/// A terminal that keeps what it was told.
final class RecordedTerminal: Sendable {
    private let state = Mutex((output: [UInt8](), error: [UInt8]()))
    private let answer: String?

    init(answer: String? = nil) { self.answer = answer }

    var output: String { String(decoding: state.withLock { $0.output }, as: UTF8.self) }
    var error: String { String(decoding: state.withLock { $0.error }, as: UTF8.self) }

    /// - Parameter isInteractive: whether a person sits at all three streams.
    func terminal(isInteractive: Bool = false) -> Terminal {
        Terminal(
            isOutputTerminal: isInteractive, isErrorTerminal: isInteractive,
            isInputTerminal: isInteractive,
            send: { stream, bytes in
                self.state.withLock { state in
                    if stream == .output { state.output += bytes } else { state.error += bytes }
                }
            }, readLine: { self.answer })
    }
}

/// A folder that is gone with its last reference.
final class ScratchFolder: Sendable {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "orban-commands-" + FreshKey.make()
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ text: String, to name: String) throws {
        let place = path + "/" + name
        let folder = String(place[..<place.lastIndex(of: "/")!])
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        try Data(text.utf8).write(to: URL(fileURLWithPath: place))
    }

    func text(_ name: String) -> String? {
        FileManager.default.contents(atPath: path + "/" + name).map {
            String(decoding: $0, as: UTF8.self)
        }
    }
}

/// Runs the program's words in a folder of its own, without any market.
struct Program {
    let folder: ScratchFolder
    let environment: [String: String]

    init(_ more: [String: String] = [:]) throws {
        folder = try ScratchFolder()
        let own = [
            "XDG_CONFIG_HOME": folder.path + "/config", "XDG_STATE_HOME": folder.path + "/state",
            "XDG_CACHE_HOME": folder.path + "/cache", "HOME": folder.path,
        ]
        environment = own.merging(more) { _, new in new }
    }

    func run(
        _ words: [String], isInteractive: Bool = false, answer: String? = nil
    ) async -> (code: Int32, output: String, error: String) {
        let terminal = RecordedTerminal(answer: answer)
        let code = await OrbanCommandLine.run(
            words,
            surroundings: Surroundings(
                environment: environment,
                terminal: terminal.terminal(isInteractive: isInteractive), folder: folder.path))
        return (code, terminal.output, terminal.error)
    }
}

extension ByteSource {
    init(_ bytes: [UInt8]) {
        self.init(size: Int64(bytes.count)) { count, offset in
            let start = Int(min(offset, Int64(bytes.count)))
            return Array(bytes[start..<min(bytes.count, start + count)])
        }
    }

    func all() throws -> [UInt8] { try read(Int(size), 0) }
}
