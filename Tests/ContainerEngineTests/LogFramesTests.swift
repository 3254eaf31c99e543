import NIOCore
import Testing

@testable import ContainerEngine

struct LogDemultiplexerTests {
    @Test func `frames come out whole, however the bytes arrive`() throws {
        let wire: [UInt8] = [1, 0, 0, 0, 0, 0, 0, 2, 65, 66, 2, 0, 0, 0, 0, 0, 0, 1, 67]
        for size in 1...wire.count {
            var frames = LogDemultiplexer()
            var found: [LogFrame] = []
            for start in stride(from: 0, to: wire.count, by: size) {
                frames.append(ByteBuffer(bytes: wire[start..<min(start + size, wire.count)]))
                while let frame = try frames.next() { found.append(frame) }
            }
            try frames.finish()
            #expect(
                found == [
                    LogFrame(source: .standardOutput, bytes: [65, 66]),
                    LogFrame(source: .standardError, bytes: [67]),
                ])
        }
    }

    @Test(arguments: [
        ([3, 0, 0, 0, 0, 0, 0, 0], LogDemultiplexer.Malformed.header),
        ([1, 0, 1, 0, 0, 0, 0, 0], .header),
        ([1, 0, 0, 0, 255, 255, 255, 255], .length(.max)),
    ])
    func `a header that is none is an error`(
        wire: [UInt8], expected: LogDemultiplexer.Malformed
    ) {
        var frames = LogDemultiplexer()
        frames.append(ByteBuffer(bytes: wire))
        #expect(throws: expected) { try frames.next() }
    }

    @Test func `an end inside a frame is an error`() throws {
        var frames = LogDemultiplexer()
        frames.append(ByteBuffer(bytes: [1, 0, 0, 0, 0, 0, 0, 9, 65]))
        #expect(try frames.next() == nil)
        #expect(throws: LogDemultiplexer.Malformed.truncated) { try frames.finish() }
    }

    @Test func `random bytes never trap`() {
        var generator = SplitMix(state: 42)
        for _ in 0..<2_000 {
            var frames = LogDemultiplexer()
            let count = Int.random(in: 0...40, using: &generator)
            let wire = (0..<count).map { _ in UInt8.random(in: 0...3, using: &generator) }
            frames.append(ByteBuffer(bytes: wire))
            do {
                while try frames.next() != nil {}
            } catch {
                #expect(error != .truncated)
            }
        }
    }
}

struct SplitMix: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
