import Domain
import Foundation
import Glibc
import Wire

/// Reads a container's log file as it grows: lines `<RFC 3339 time> <stdout|stderr> <F|P> <bytes>`
/// (CRI's k8s-file form). The engine begins a new file under the same name when one is full; what
/// the old one held is read to its end first. Every call blocks.
struct LogTail {
    /// Where the next line begins, kept across restarts of the node.
    struct Position: Codable, Hashable, Sendable {
        var inode: UInt64
        var offset: Int64

        static let start = Position(inode: 0, offset: 0)
    }

    private static let chunkBytes = 256 << 10
    /// A longer line is cut; the engine writes at most 8 KiB into one.
    private static let mostLineBytes = 128 << 10

    private let path: String
    private var file: PlainFile?
    private(set) var position: Position

    init(path: String, from position: Position) {
        self.path = path
        self.position = position
    }

    /// A line, and where the one after it begins.
    struct Read: Hashable, Sendable {
        let line: LogLineDTO
        let next: Position
    }

    /// The whole lines that came since the last call, a limited number at a time; empty when there
    /// is nothing new.
    mutating func next() throws -> [Read] {
        guard let file = try current() else { return [] }
        let bytes = try file.read(Self.chunkBytes, at: position.offset)
        if let end = bytes.lastIndex(of: UInt8(ascii: "\n")) {
            var reads: [Read] = []
            for text in bytes[..<end].split(
                separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            {
                position.offset += Int64(text.count + 1)
                if let line = Self.line(text) { reads.append(Read(line: line, next: position)) }
            }
            return reads
        }
        if bytes.count > Self.mostLineBytes { position.offset += Int64(bytes.count) }
        if bytes.isEmpty, try Self.inode(at: path).map({ $0 != position.inode }) ?? false {
            self.file = nil
            return try next()
        }
        return []
    }

    /// The open file; when none is, the one at the path, from the kept position if it is the same.
    private mutating func current() throws -> PlainFile? {
        if let file { return file }
        guard let inode = try Self.inode(at: path) else { return nil }
        if inode != position.inode { position = Position(inode: inode, offset: 0) }
        file = try PlainFile(reading: path)
        return file
    }

    private static func inode(at path: String) throws -> UInt64? {
        var status = stat()
        if lstat(path, &status) == 0 { return UInt64(status.st_ino) }
        guard errno == ENOENT else { throw FileFailure("look at", path) }
        return nil
    }

    /// The line's text keeps its line feed; output that was flushed without one has none, so that
    /// the lines put together are the bytes that were written.
    static func line(_ bytes: ArraySlice<UInt8>) -> LogLineDTO? {
        let parts = bytes.split(
            separator: UInt8(ascii: " "), maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count == 4, let at = time(String(decoding: parts[0], as: UTF8.self)) else {
            return nil
        }
        var text = Array(parts[3])
        if parts[2].first == UInt8(ascii: "F") { text.append(UInt8(ascii: "\n")) }
        return LogLineDTO(
            stream: parts[1].elementsEqual("stderr".utf8) ? .err : .out, at: at,
            text: Data(text).base64EncodedString())
    }

    /// Of a time such as `2026-11-22T12:30:13.123456789+08:00`.
    private static func time(_ text: String) -> TimeDTO? {
        if text.hasSuffix("Z") { return TimeDTO(text) }
        let sign: Int64 = text.utf8.dropLast(5).last == UInt8(ascii: "-") ? -1 : 1
        let zone = text.suffix(5).split(separator: ":").map { Int64($0) }
        guard zone.count == 2, let hours = zone[0], let minutes = zone[1],
            let local = TimeDTO(String(text.dropLast(6)) + "Z")
        else { return nil }
        return TimeDTO(local.timestamp.advanced(seconds: -sign * (hours * 3_600 + minutes * 60)))
    }
}
