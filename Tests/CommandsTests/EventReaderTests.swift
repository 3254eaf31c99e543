import Testing
import Wire

@testable import Commands

@Suite struct EventReaderTests {
    private static let text =
        ": ping\n\nid: lse_A:1\nevent: line\ndata: {\"a\":1}\n\nid: lse_A:2\r\nevent: end\r\n"
        + "data: {\ndata: }\r\n\r\ndata:bare\n\n"

    private static let events = [
        ServerEvent(name: "line", id: "lse_A:1", data: "{\"a\":1}"),
        ServerEvent(name: "end", id: "lse_A:2", data: "{\n}"),
        ServerEvent(name: "", id: "lse_A:2", data: "bare"),
    ]

    @Test(arguments: [1, 2, 3, 7, 1000])
    func `events are the same however the bytes are cut`(size: Int) throws {
        var reader = EventReader()
        var events: [ServerEvent] = []
        let bytes = Array(Self.text.utf8)
        for first in stride(from: 0, to: bytes.count, by: size) {
            events += try reader.read(bytes[first..<min(bytes.count, first + size)])
        }
        #expect(events == Self.events)
    }

    @Test func `an event without an end is no event`() throws {
        var reader = EventReader()
        #expect(try reader.read(Array("data: x\n".utf8)).isEmpty)
    }

    @Test func `an event beyond the bound is refused`() {
        var reader = EventReader()
        let bytes = [UInt8](repeating: 65, count: EventReader.limitBytes + 1)
        #expect(throws: EventReader.TooLarge.self) { try reader.read(bytes) }
    }
}

@Suite struct JobTargetTests {
    @Test(
        arguments: [
            ("a", "a", nil), ("job_1", "job_1", nil), ("a/7", "a", 7),
        ] as [(String, String, Int?)])
    func `a job and its task are told apart`(text: String, job: String, task: Int?) throws {
        let target = try JobTarget(text)
        #expect(target.job == job && target.task == task)
    }

    @Test(arguments: ["", "/1", "a/", "a/0", "a/-1", "a/x", "a/1/2"])
    func `what names no job is refused`(text: String) {
        #expect(throws: UsageFault.jobPathNeeded(text)) { try JobTarget(text) }
    }
}
