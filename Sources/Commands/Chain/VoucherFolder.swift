import Domain
import Ethereum
import Foundation
import NodeAgent
import Wire

/// What a user's machine keeps of one vault: a file for each job that was sent, and the book of what was counted
/// and signed. Jobs are added at any time; one program at a time signs.
struct VoucherFolder: Sendable {
    private let path: String

    init(chain: UInt64, vault: ChainAddress, user: ChainAddress, _ settings: Settings) {
        path = "\(settings.statePath)/vouchers/\(chain)-\(vault.text)-\(user.text)"
    }

    /// - Throws: `WireError.chainWrong` while another command signs.
    func lock(for user: ChainAddress) throws -> FileLock {
        try StateFile.makeFolder(path)
        guard let lock = try FileLock(path + "/lock") else {
            throw WireError.chainWrong(.chainAccountBusy, ["account": user.text])
        }
        return lock
    }

    // MARK: Jobs

    private var jobs: String { path + "/jobs" }

    /// Remembers that its user has sent a job; the first time stands.
    func accept(_ mandate: VoucherBook.Mandate) throws {
        try StateFile.makeFolder(jobs)
        let file = "\(jobs)/\(mandate.job).json"
        guard try StateFile.read(file) == nil else { return }
        try StateFile.replace(file, with: try WireJSON.encode(mandate))
    }

    private func accepted() throws -> [VoucherBook.Mandate] {
        guard FileManager.default.fileExists(atPath: jobs) else { return [] }
        let names = try FileManager.default.contentsOfDirectory(atPath: jobs).sorted()
        return try names.filter { $0.hasSuffix(".json") }.compactMap { name in
            try StateFile.read("\(jobs)/\(name)").map {
                try decoded(VoucherBook.Mandate.self, $0, "\(jobs)/\(name)")
            }
        }
    }

    // MARK: The book

    private var book: String { path + "/book.json" }

    /// With every job that was sent; empty where nothing was.
    ///
    /// - Throws: `WireError.fileUnusable` for what cannot be read: nothing is signed on a guess.
    func read() throws -> VoucherBook {
        var read = VoucherBook()
        if let bytes = try StateFile.read(book) {
            read = try decoded(VoucherBook.self, bytes, book)
        }
        for mandate in try accepted() { read.accept(mandate) }
        return read
    }

    /// Whole, or as it was.
    func write(_ changed: VoucherBook) throws {
        try StateFile.replace(book, with: try WireJSON.encode(changed))
    }

    private func decoded<Value: Decodable>(
        _ type: Value.Type, _ bytes: [UInt8], _ file: String
    ) throws -> Value {
        do {
            return try WireJSON.decode(type, from: bytes)
        } catch {
            throw WireError.fileUnusable(path: file, .voucherBookUnreadable, [:])
        }
    }
}
