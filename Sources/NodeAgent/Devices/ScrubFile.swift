import Crypto
import Domain
import Foundation
import Glibc

/// The signed receipts of a node's scrubs, newest last: one a line, the receipt's bytes and its
/// signature in base64 with a space between. When the file is full it becomes `scrubs.1`, in the place
/// of the one before.
struct ScrubFile {
    /// More than two thousand receipts.
    private static let mostBytes = 1 << 20

    let path: String

    init(stateFolder folder: String) { path = folder + "/scrubs" }

    /// Returns when it is on disk. A receipt that is there already is not written again.
    func append(_ receipt: ScrubReceipt, _ key: Curve25519.Signing.PrivateKey) throws {
        let bytes = Data(receipt.bytes)
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
}
