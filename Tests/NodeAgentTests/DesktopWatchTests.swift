import ContainerEngine
import Domain
import Foundation
import Testing

@testable import NodeAgent

/// Keyboard and pointer, as the kernel shows them: pipes in their place here.
struct DesktopWatchTests {
    /// A folder of input devices and what is said of them.
    private final class Desk {
        let folder: String

        init() throws {
            folder = NSTemporaryDirectory() + "desk-\(UUID().uuidString)"
            for part in ["devices", "classes"] {
                try FileManager.default.createDirectory(
                    atPath: "\(folder)/\(part)", withIntermediateDirectories: true)
            }
        }

        deinit { try? FileManager.default.removeItem(atPath: folder) }

        var place: DesktopWatch.Place {
            DesktopWatch.Place(devices: folder + "/devices", classes: folder + "/classes")
        }

        /// - Returns: a writer, held open: a device that nobody holds is gone.
        func plug(
            _ name: String, key: String = "0", rel: String = "0", abs: String = "0"
        ) throws -> FileHandle {
            let about = "\(folder)/classes/\(name)/device/capabilities"
            try FileManager.default.createDirectory(
                atPath: about, withIntermediateDirectories: true)
            for (kind, bits) in [("key", key), ("rel", rel), ("abs", abs)] {
                try Data("\(bits)\n".utf8).write(to: URL(fileURLWithPath: "\(about)/\(kind)"))
            }
            let path = "\(folder)/devices/\(name)"
            #expect(mkfifo(path, 0o600) == 0)
            let descriptor = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC)
            return FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        }
    }

    private static func watch(_ desk: Desk) throws(DesktopWatch.Unavailable) -> DesktopWatch {
        try DesktopWatch(at: desk.place, now: { BootTime(nanoseconds: BootClock.now()) })
    }

    private static let letters = "1000000000007 ff800000000007ff febeffdff3cfffff fffffffffffffffe"
    private static let event = Data(repeating: 1, count: 24)

    @Test(arguments: [
        ("keyboard", letters, "0", "0"), ("mouse", "1f0000 0 0 0 0", "943", "0"),
        ("touchpad", "e520 10000 0 0 0 0", "0", "2608000 3"),
    ])
    func `a press or a move is seen, and time passes since then`(
        name: String, key: String, rel: String, abs: String
    ) async throws {
        let desk = try Desk()
        let device = try desk.plug("event3", key: key, rel: rel, abs: abs)
        let watch = try Self.watch(desk)
        #expect(watch.idle() == .max, "nothing was seen yet")
        try device.write(contentsOf: Self.event)
        try await eventually { watch.idle() < 5_000_000_000 }
        let first = watch.idle()
        try await eventually { watch.idle() > first }
    }

    @Test func `a power button, a lid and an empty folder are no desktop`() throws {
        let desk = try Desk()
        #expect(throws: DesktopWatch.Unavailable.self) { try Self.watch(desk) }
        let button = try desk.plug("event0", key: "10000000000000 0")
        let lid = try desk.plug("event1")
        do {
            _ = try Self.watch(desk)
            Issue.record("it watches nothing")
        } catch {
            #expect(error == .absent(desk.place.devices))
        }
        withExtendedLifetime((button, lid)) {}
    }

    @Test func `one that is unplugged is let go, and one plugged in later is found`() async throws {
        let desk = try Desk()
        let first = try desk.plug("event0", key: Self.letters)
        let watch = try Self.watch(desk)
        try first.close()
        try FileManager.default.removeItem(atPath: desk.folder + "/devices/event0")
        let second = try desk.plug("event1", rel: "3")
        try await eventually(within: .seconds(30)) {
            try? second.write(contentsOf: Self.event)
            return watch.idle() < 5_000_000_000
        }
    }

    private func eventually(
        within limit: Duration = .seconds(10), _ isSo: () -> Bool
    ) async throws {
        let clock = ContinuousClock()
        let end = clock.now + limit
        while clock.now < end {
            if isSo() { return }
            try await clock.sleep(for: .milliseconds(20))
        }
        Issue.record("not within \(limit)")
    }
}
