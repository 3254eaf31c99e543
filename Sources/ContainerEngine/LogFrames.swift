package import NIOCore

/// A piece of a container's output.
package struct LogFrame: Hashable, Sendable {
    package enum Source: Hashable, Sendable { case standardOutput, standardError }

    package let source: Source
    package let bytes: [UInt8]
}

/// Cuts the engine's multiplexed stream into frames: a byte for the source, three zero bytes, the
/// length as a big-endian 32-bit number, then so many bytes (`POST /containers/{id}/attach`).
package struct LogDemultiplexer: Sendable {
    package enum Malformed: Error, Hashable, Sendable {
        /// The header is none: another source than 0…2, or padding that is not zero.
        case header
        /// A frame longer than `frameLimitBytes`.
        case length(UInt32)
        /// The stream ended inside a frame.
        case truncated
    }

    /// The longest frame that is accepted, 16 MiB.
    package static let frameLimitBytes: UInt32 = 16 << 20

    private var buffer = ByteBuffer()

    package init() {}

    /// Adds bytes as they came from the wire.
    package mutating func append(_ bytes: ByteBuffer) {
        buffer.discardReadBytes()
        buffer.writeImmutableBuffer(bytes)
    }

    /// The next whole frame, or nil until more bytes come. Frames of standard input are skipped.
    /// - Throws: `Malformed`, after which the stream cannot be followed any more.
    package mutating func next() throws(Malformed) -> LogFrame? {
        while true {
            let start = buffer.readerIndex
            guard let source = buffer.getInteger(at: start, as: UInt32.self),
                let length = buffer.getInteger(at: start + 4, as: UInt32.self)
            else { return nil }
            guard source & 0x00FF_FFFF == 0, source >> 24 <= 2 else { throw .header }
            guard length <= Self.frameLimitBytes else { throw .length(length) }
            guard let bytes = buffer.getBytes(at: start + 8, length: Int(length)) else {
                return nil
            }
            buffer.moveReaderIndex(forwardBy: 8 + Int(length))
            switch source >> 24 {
            case 1: return LogFrame(source: .standardOutput, bytes: bytes)
            case 2: return LogFrame(source: .standardError, bytes: bytes)
            default: continue
            }
        }
    }

    /// Says that no more bytes come.
    package func finish() throws(Malformed) {
        guard buffer.readableBytes == 0 else { throw .truncated }
    }
}
