import Crypto
package import Domain
import Foundation
import Glibc

/// What a node has signed, newest last: one a line, the receipt's bytes and its signature in base64 with a
/// space between. When the file is full it becomes `….1`, in the place of the one before.
package struct SignedFile {
    /// More than two thousand receipts.
    private static let mostBytes = 1 << 20

    package let path: String

    /// Of scrubs.
    static func scrubs(stateFolder folder: String) -> SignedFile {
        SignedFile(path: folder + "/scrubs")
    }

    /// The last receipts of leases that are over.
    package static func receipts(stateFolder folder: String) -> SignedFile {
        SignedFile(path: folder + "/receipts")
    }

    /// Returns when it is on disk. A receipt that is there already is not written again.
    func append(_ receipt: [UInt8], _ key: Curve25519.Signing.PrivateKey) throws {
        let bytes = Data(receipt)
        let known = try StateFile.read(path) ?? []
        let first = Array(bytes.base64EncodedString().utf8) + [UInt8(ascii: " ")]
        // What a crash tore off is no receipt, and ends in a line of its own.
        let whole = known.lastIndex(of: UInt8(ascii: "\n")).map { known[...$0] } ?? []
        let lines = whole.split(separator: UInt8(ascii: "\n"))
        guard !lines.contains(where: { $0.starts(with: first) }) else { return }
        if known.count > Self.mostBytes, rename(path, path + ".1") != 0 {
            throw FileFailure("rename", path)
        }
        let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw FileFailure("open", path) }
        defer { close(descriptor) }
        let isTorn = known.count > whole.count
        let signature = try key.signature(for: bytes).base64EncodedString()
        let line = (isTorn ? "\n" : "") + bytes.base64EncodedString() + " " + signature + "\n"
        try StateFile.write(Array(line.utf8), to: descriptor, path: path)
        guard fdatasync(descriptor) == 0 else { throw FileFailure("flush", path) }
    }

    /// All that can be read, the oldest first.
    package func read() throws -> [SignedReceipt] {
        try [path + ".1", path].flatMap { try StateFile.read($0) ?? [] }
            .split(separator: UInt8(ascii: "\n")).compactMap { line in
                let parts = line.split(separator: UInt8(ascii: " "))
                    .compactMap { Data(base64Encoded: Data($0)) }
                guard parts.count == 2 else { return nil }
                return SignedReceipt(bytes: Array(parts[0]), signature: Array(parts[1]))
            }
    }
}
