import Domain
import Glibc
import Hosting

/// A few numbers in a small file that one process writes and another reads while both live: 8 bytes
/// each and a check word, so that a reader never takes half of an old and half of a new value. Put
/// it where a reboot clears it.
struct NumberFile {
    private static let check: UInt64 = 0x6F72_6261_6E20_6E31

    let path: String

    func write(_ numbers: [Int64]) throws {
        let words = numbers.map { UInt64(bitPattern: $0) }
        let all = words + [words.reduce(Self.check, ^)]
        let bytes = all.flatMap { word in
            (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64($0 * 8)) }
        }
        let descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw FileFailure("open", path) }
        defer { close(descriptor) }
        guard pwrite(descriptor, bytes, bytes.count, 0) == bytes.count else {
            throw FileFailure("write", path)
        }
    }

    /// `count` numbers; nil when there are none yet.
    func read(_ count: Int) -> [Int64]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: (count + 1) * 8)
        for _ in 0..<3 {
            guard pread(descriptor, &bytes, bytes.count, 0) == bytes.count else { return nil }
            let words = (0...count).map { index in
                (0..<8).reduce(UInt64(0)) { $0 | UInt64(bytes[index * 8 + $1]) << UInt64($1 * 8) }
            }
            if words.dropLast().reduce(Self.check, ^) == words.last {
                return words.dropLast().map { Int64(bitPattern: $0) }
            }
        }
        return nil
    }

    func remove() { unlink(path) }
}

/// The files through which a node's program and a lease's watcher speak.
struct WatchFiles {
    /// Until when the lease may run unfrozen; the program writes it.
    let fence: NumberFile
    /// What the watcher has counted; the watcher writes it.
    let seen: NumberFile
    /// Held by the watcher as long as it lives.
    let lockPath: String

    init(folder: String, lease: LeaseID) {
        fence = NumberFile(path: "\(folder)/\(lease.text).fence")
        seen = NumberFile(path: "\(folder)/\(lease.text).seen")
        lockPath = "\(folder)/\(lease.text).lock"
    }

    func readFence() -> BootTime? {
        fence.read(1).map { BootTime(nanoseconds: $0[0]) }
    }

    func readSeen() -> Meter? {
        seen.read(3).map { numbers in
            Meter(
                countedNanoseconds: numbers[0], lastSeen: BootTime(nanoseconds: numbers[1]),
                sight: numbers[2] == 0 ? .running : .frozen)
        }
    }

    func writeSeen(_ meter: Meter) throws {
        try seen.write([
            meter.countedNanoseconds, meter.lastSeen.nanoseconds, meter.sight == .running ? 0 : 1,
        ])
    }

    func remove() {
        fence.remove()
        seen.remove()
        unlink(lockPath)
    }
}
