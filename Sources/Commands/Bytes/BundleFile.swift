import Domain
import Foundation
import Glibc
import NodeAgent
import Wire

/// What people name where a bundle is wanted: a file, a pipe, `-` for standard input, or a job.
struct BundleFile {
    /// No market writes a larger one.
    private static let mostBytes = 1 << 30
    private static let step = 1 << 20

    let name: String
    let path: String

    init(_ name: String, in surroundings: Surroundings) {
        self.name = name
        path = surroundings.absolute(name)
    }

    /// Whether it could be a job's name or id: what has any other letter is a path and nothing else.
    var mayBeJob: Bool {
        name != "-"
            && name.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                    UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                    true
                default: false
                }
            }
    }

    /// All that it holds, also of a pipe; nil when no file is meant.
    ///
    /// - Parameter standardInput: what `-` stands for.
    /// - Throws: `WireError.fileNotFound`, `.fileUnusable`.
    func bytes(standardInput: Int32 = STDIN_FILENO) throws -> [UInt8]? {
        if name == "-" { return try read(standardInput) }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if mayBeJob, errno == ENOENT { return nil }
            throw WireError.fileNotFound(name)
        }
        defer { close(descriptor) }
        var status = stat()
        if fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
            if mayBeJob { return nil }
            throw WireError.fileUnusable(path: name, .fileIsFolder, [:])
        }
        return try read(descriptor)
    }

    private func read(_ descriptor: Int32) throws -> [UInt8] {
        var bytes: [UInt8] = []
        while true {
            let part = try [UInt8](unsafeUninitializedCapacity: Self.step) { buffer, count in
                var got = Glibc.read(descriptor, buffer.baseAddress, Self.step)
                while got < 0, errno == EINTR {
                    got = Glibc.read(descriptor, buffer.baseAddress, Self.step)
                }
                guard got >= 0 else { throw FileFailure("read", name) }
                count = got
            }
            if part.isEmpty { return bytes }
            bytes += part
            guard bytes.count <= Self.mostBytes else {
                throw WireError.fileUnusable(
                    path: name, .fileIsTooLarge,
                    ["limit": Quantity.bytes(Int64(Self.mostBytes))])
            }
        }
    }
}
