package import Domain
import Foundation
import Glibc
import Synchronization

/// When somebody last used this machine's keyboard or pointer: from the kernel's own input devices,
/// so whatever draws the desktop. That something came is noted, never what.
///
/// A thread of its own waits for it. Devices that are plugged in later are found within seconds.
package final class DesktopWatch: Sendable {
    /// Why nobody can tell.
    package enum Unavailable: Error, Hashable, Sendable {
        /// The folder shows no keyboard and no pointer.
        case absent(String)
        /// There is one, which cannot be opened, and why by `errno`.
        case unreadable(String, Int32)
    }

    /// Where the kernel shows its input devices, and what it says of each.
    package struct Place: Sendable {
        package static let ofMachine = Place(devices: "/dev/input", classes: "/sys/class/input")

        package let devices: String
        package let classes: String

        package init(devices: String, classes: String) {
            self.devices = devices
            self.classes = classes
        }
    }

    private struct State {
        var open: [String: Int32] = [:]
        var usedAt: BootTime?
    }

    static let mostDevices = 64
    private static let lookAgainMilliseconds: Int32 = 1_000
    private static let findAgainEvery = 5

    private let place: Place
    private let now: @Sendable () -> BootTime
    private let state = Mutex(State())

    /// - Throws: `Unavailable` where there is no keyboard and no pointer, or none may be read.
    package init(at place: Place, now: @escaping @Sendable () -> BootTime) throws(Unavailable) {
        self.place = place
        self.now = now
        let refusal = find()
        guard state.withLock({ !$0.open.isEmpty }) else {
            throw refusal ?? .absent(place.devices)
        }
        // It ends with this value.
        let thread = Thread { [weak self] in
            var passes = 0
            while let self, self.look(passes: passes) { passes += 1 }
        }
        thread.name = "orban-desktop"
        thread.start()
    }

    deinit {
        for descriptor in state.withLock({ $0.open.values.sorted() }) { close(descriptor) }
    }

    /// Nanoseconds since the last use that was seen; for ever before the first.
    package func idle() -> Int64 {
        let now = now()
        return state.withLock { $0.usedAt }.map { max(0, now.nanosecondsSince($0)) } ?? .max
    }

    // MARK: Devices

    /// Opens what is not open yet.
    ///
    /// - Returns: why one of them cannot be, where that is so.
    @discardableResult
    private func find() -> Unavailable? {
        let names =
            ((try? FileManager.default.contentsOfDirectory(atPath: place.devices)) ?? [])
            .filter { $0.hasPrefix("event") && isOfPeople($0) }.sorted()
        var refusal: Unavailable?
        for name in names.prefix(Self.mostDevices) {
            guard state.withLock({ $0.open[name] == nil }) else { continue }
            let path = "\(place.devices)/\(name)"
            let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
            guard descriptor >= 0 else {
                refusal = .unreadable(path, errno)
                continue
            }
            state.withLock { $0.open[name] = descriptor }
        }
        return refusal
    }

    /// Whether it has letters, or moves a pointer; a power button and a lid do not count.
    private func isOfPeople(_ name: String) -> Bool {
        func words(_ kind: String) -> [UInt64] {
            let path = "\(place.classes)/\(name)/device/capabilities/\(kind)"
            guard let bytes = try? StateFile.read(path) else { return [] }
            return String(decoding: bytes.prefix(4096), as: UTF8.self)
                .split(whereSeparator: \.isWhitespace).compactMap { UInt64($0, radix: 16) }
        }
        let hasLetters = words("key").last.map { $0 & (1 << Self.letterA) != 0 } ?? false
        return hasLetters || (words("rel") + words("abs")).contains { $0 != 0 }
    }

    /// `KEY_A` of linux/input-event-codes.h.
    private static let letterA: UInt64 = 30

    // MARK: Looking

    /// - Returns: whether to go on.
    private func look(passes: Int) -> Bool {
        if passes % Self.findAgainEvery == 0 { find() }
        let known = state.withLock { $0.open.sorted { $0.key < $1.key } }
        var waits = known.map { pollfd(fd: $0.value, events: Int16(POLLIN), revents: 0) }
        let count = poll(&waits, nfds_t(waits.count), Self.lookAgainMilliseconds)
        guard count > 0 else { return true }
        for (device, wait) in zip(known, waits) where wait.revents != 0 {
            switch drain(device.value) {
            case .used: note()
            case .gone:
                close(device.value)
                state.withLock { $0.open[device.key] = nil }
            case .quiet: break
            }
        }
        return true
    }

    private func note() {
        let now = now()
        state.withLock { $0.usedAt = now }
    }

    private enum Drained { case used, quiet, gone }

    /// Reads what came, and forgets it; no more at once than a busy pointer leaves in a second.
    private func drain(_ descriptor: Int32) -> Drained {
        var drained = Drained.quiet
        var buffer = [UInt8](repeating: 0, count: 24 * 64)
        for _ in 0..<64 {
            let count = read(descriptor, &buffer, buffer.count)
            if count > 0 {
                drained = .used
            } else if count < 0, errno == EAGAIN || errno == EINTR {
                return drained
            } else {
                return .gone
            }
        }
        return drained
    }
}
