import Ethereum
import Foundation

func environment(_ name: String) -> String? { ProcessInfo.processInfo.environment[name] }

/// Other people's vectors (ethers, ethereum/tests), which are not part of this repository: in the folder that
/// ORBAN_VECTORS names, or `../shared/data/vectors` beside it.
enum Vectors {
    static let folder: URL = {
        if let path = environment("ORBAN_VECTORS") { return URL(fileURLWithPath: path) }
        var root = URL(fileURLWithPath: #filePath)
        for _ in 0..<4 { root.deleteLastPathComponent() }
        return root.appendingPathComponent("../shared/data/vectors")
    }()

    static let absence: String = "no vectors at \(folder.path): set ORBAN_VECTORS"

    static func isThere(_ name: String) -> Bool {
        FileManager.default.fileExists(atPath: folder.appendingPathComponent(name).path)
    }

    static func bytes(_ name: String) throws -> [UInt8] {
        let url = folder.appendingPathComponent(name)
        guard name.hasSuffix(".gz") else { return Array(try Data(contentsOf: url)) }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/gzip")
        process.arguments = ["-dc", url.path]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw CocoaError(.fileReadCorruptFile) }
        return Array(data)
    }

    /// With the module's own reader, which is thereby read with 30 MB of other people's JSON.
    static func json(_ name: String) throws -> JSON {
        let bounds = JSON.Bounds(bytes: 1 << 26, depth: 64, values: 1 << 22)
        return try JSON(parsing: try bytes(name), within: bounds)
    }

    static func cases(_ name: String) throws -> [JSON] {
        guard let cases = try json(name).asArray else { throw CocoaError(.fileReadCorruptFile) }
        return cases
    }

    /// What the run shows: how many cases of a file were held against us.
    static func report(_ name: String, _ count: Int) { print("vectors \(name): \(count) passed") }
}

extension JSON {
    func text(_ name: String) -> String { self[name]?.asString ?? "" }
    func bytesOf(_ name: String) -> [UInt8]? { self[name]?.asString.flatMap { Hex.bytes(of: $0) } }

    /// Of a number or of text in hexadecimal digits; nothing is zero.
    func numberOf(_ name: String) -> UInt256? {
        switch self[name] {
        case .number(let text)?: UInt256(decimal: text)
        case .string(let text)?: UInt256(hexadecimal: text)
        case nil: .zero
        default: nil
        }
    }
}
