import Foundation
import Wire

/// One event of a `text/event-stream` (WHATWG HTML §9.2).
struct ServerEvent: Hashable, Sendable {
    let name: String
    /// The last id seen, this event's own or an earlier one's.
    let id: String
    let data: String
}

/// Reads events out of bytes however they are cut; comments are dropped.
struct EventReader {
    /// An event may not be larger.
    static let limitBytes = 4 << 20

    struct TooLarge: Error {}

    private var line: [UInt8] = []
    private var name = ""
    private var id = ""
    private var data: [String] = []
    private var size = 0

    /// - Throws: `TooLarge`.
    mutating func read(_ bytes: some Sequence<UInt8>) throws(TooLarge) -> [ServerEvent] {
        var events: [ServerEvent] = []
        for byte in bytes {
            guard byte == UInt8(ascii: "\n") else {
                line.append(byte)
                size += 1
                guard size <= Self.limitBytes else { throw TooLarge() }
                continue
            }
            if line.last == UInt8(ascii: "\r") { line.removeLast() }
            if let event = take(String(decoding: line, as: UTF8.self)) { events.append(event) }
            line = []
        }
        return events
    }

    private mutating func take(_ line: String) -> ServerEvent? {
        if line.isEmpty {
            defer {
                name = ""
                data = []
                size = 0
            }
            guard !data.isEmpty else { return nil }
            return ServerEvent(name: name, id: id, data: data.joined(separator: "\n"))
        }
        let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        var value = parts.count == 2 ? parts[1] : ""
        if value.hasPrefix(" ") { value = value.dropFirst() }
        switch parts[0] {
        case "event": name = String(value)
        case "id": id = String(value)
        case "data": data.append(String(value))
        default: break
        }
        return nil
    }
}
