import Glibc

/// How much of each disk was free before an image is fetched, and what it may take of it.
struct ImageRoom: Sendable {
    enum Standing: Hashable, Sendable { case enough, tooLarge, diskFull }

    private let limit: Int64
    /// A fetch that leaves a disk less is stopped.
    private let reserve: Int64
    private let before: [(folder: String, free: Int64)]
    private let free: @Sendable (String) -> Int64?

    init(
        limit: Int64, reserve: Int64 = Self.reserveBytes, folders: [String],
        free: @escaping @Sendable (String) -> Int64?
    ) {
        self.limit = limit
        self.reserve = reserve
        self.free = free
        before = folders.compactMap { folder in free(folder).map { (folder, $0) } }
    }

    /// Less is not left to anybody: a fetch that would take it is stopped.
    static let reserveBytes: Int64 = 1 << 30

    /// Whether images should go before another one comes.
    static func isShort(_ folder: String) -> Bool {
        freeBytes(folder).map { $0 < 2 * reserveBytes } ?? false
    }

    static func freeBytes(_ folder: String) -> Int64? {
        var disk = statvfs()
        guard statvfs(folder, &disk) == 0 else { return nil }
        let (bytes, overflow) = disk.f_bavail.multipliedReportingOverflow(by: disk.f_frsize)
        return overflow ? Int64.max : Int64(clamping: bytes)
    }

    func standing() -> Standing {
        for disk in before {
            guard let free = free(disk.folder) else { continue }
            if free < reserve { return .diskFull }
            if disk.free - free > limit { return .tooLarge }
        }
        return .enough
    }
}
