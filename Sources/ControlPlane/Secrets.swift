package import Crypto
import Foundation

/// The market's own keys, made at first start, each in a file of its own with mode 0600.
package struct MarketSecrets: Sendable {
    /// Signs the heads of the log.
    package let logKey: Curve25519.Signing.PrivateKey
    /// Seals every row of the store, so that a changed byte is found.
    package let sealKey: [UInt8]
    /// Derives the bearer tokens of leases.
    package let tokenKey: SymmetricKey

    /// - Throws: when a file cannot be made, or another user may read it.
    package init(folder: String) throws {
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        logKey = try Curve25519.Signing.PrivateKey(
            rawRepresentation: try SecretFile.bytes(in: folder, named: "log.key") {
                Array(Curve25519.Signing.PrivateKey().rawRepresentation)
            })
        sealKey = try SecretFile.bytes(in: folder, named: "seal.key", make: SecretFile.random)
        tokenKey = SymmetricKey(
            data: try SecretFile.bytes(in: folder, named: "token.key", make: SecretFile.random))
    }
}

/// A small secret in a file that only its owner may read.
package enum SecretFile {
    package struct Exposed: Error, CustomStringConvertible {
        package let path: String
        package var description: String {
            "cannot use \(path): others may read it; run chmod 600 \(path)"
        }
    }

    /// Reads the file, or makes it with `make` when it is absent.
    package static func bytes(
        in folder: String, named name: String, make: () -> [UInt8]
    ) throws -> [UInt8] {
        let path = folder + "/" + name
        if let data = FileManager.default.contents(atPath: path) {
            let attributes = try FileManager.default.attributesOfItem(atPath: path)
            let mode = (attributes[.posixPermissions] as? NSNumber)?.intValue ?? 0o777
            guard mode & 0o077 == 0 else { throw Exposed(path: path) }
            return Array(data)
        }
        let secret = make()
        try write(secret, to: path)
        return secret
    }

    /// Writes a file that is 0600 from its first byte, and in place at once or not at all.
    package static func write(_ bytes: [UInt8], to path: String) throws {
        let temporary = path + ".new"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw POSIXError(.init(rawValue: errno) ?? .EIO) }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        try handle.write(contentsOf: Data(bytes))
        try handle.synchronize()
        try handle.close()
        guard rename(temporary, path) == 0 else { throw POSIXError(.init(rawValue: errno) ?? .EIO) }
    }

    /// 32 bytes from the system's generator.
    package static func random() -> [UInt8] { RandomBytes.make(32) }
}

/// Bytes from the system's cryptographic generator.
package enum RandomBytes {
    package static func make(_ count: Int) -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    }
}
