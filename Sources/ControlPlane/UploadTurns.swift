import Synchronization
import Wire

/// Whose turn it is to write each upload: the part that began last, and nobody while it is checked.
///
/// A connection that was given up may still hold bytes, and its writer an open file: without turns
/// it could write into an upload that somebody goes on with, or into a blob that was verified.
final class UploadTurns: Sendable {
    /// One upload that somebody writes or checks. Its lock is held while bytes are written.
    fileprivate final class Place: Sendable {
        struct State {
            var turn: Int64 = 0
            var isChecked = false
        }

        let state = Mutex(State())
    }

    private struct Entry {
        let place: Place
        var users: Int
    }

    private let entries = Mutex<[String: Entry]>([:])

    /// The right to write to one upload, until another part begins or the check does.
    struct Turn: Sendable {
        fileprivate let place: Place
        fileprivate let number: Int64

        /// Runs `body` if the turn has not passed on.
        ///
        /// - Throws: `WireError.unavailable` when it has, and what `body` throws.
        func using<Value>(_ body: () throws -> Value) throws -> Value {
            try place.state.withLock { state in
                guard state.turn == number, !state.isChecked else { throw WireError.unavailable }
                return try body()
            }
        }
    }

    /// Runs `body` with the next turn at the upload at `path`.
    ///
    /// - Throws: `WireError.unavailable` while it is checked, and what `body` throws.
    func writing<Value>(
        _ path: String, _ body: (Turn) async throws -> Value
    ) async throws -> Value {
        let place = enter(path)
        defer { leave(path) }
        let number = try place.state.withLock { state throws(WireError) in
            guard !state.isChecked else { throw .unavailable }
            state.turn += 1
            return state.turn
        }
        return try await body(Turn(place: place, number: number))
    }

    /// Runs `body` while nobody writes to the upload at `path`.
    ///
    /// - Throws: `WireError.unavailable` while another check of it runs, and what `body` throws.
    func checking<Value>(_ path: String, _ body: () throws -> Value) throws -> Value {
        let place = enter(path)
        defer { leave(path) }
        try place.state.withLock { state throws(WireError) in
            guard !state.isChecked else { throw .unavailable }
            state.turn += 1
            state.isChecked = true
        }
        defer { place.state.withLock { $0.isChecked = false } }
        return try body()
    }

    /// Runs `body` if nobody is at the upload at `path`, and lets nobody come meanwhile.
    ///
    /// - Throws: `WireError.unavailable` when somebody is, and what `body` throws.
    func idle<Value>(_ path: String, _ body: () throws -> Value) throws -> Value {
        try entries.withLock { entries in
            guard entries[path] == nil else { throw WireError.unavailable }
            return try body()
        }
    }

    private func enter(_ path: String) -> Place {
        entries.withLock { entries in
            var entry = entries[path] ?? Entry(place: Place(), users: 0)
            entry.users += 1
            entries[path] = entry
            return entry.place
        }
    }

    private func leave(_ path: String) {
        entries.withLock { entries in
            guard let users = entries[path]?.users else { return }
            if users > 1 { entries[path]?.users -= 1 } else { entries[path] = nil }
        }
    }
}
