import Foundation

/// Which image of the engine's store each digest of a job stands for: a file `<digest>.id` each.
struct ImageNotes: Sendable {
    let folder: String

    /// Their files, those that were wanted longest ago first.
    func files() throws -> [String] {
        let names = try FileManager.default.contentsOfDirectory(atPath: folder)
        let dated = try names.filter { $0.hasSuffix(".id") }.map { name in
            let path = "\(folder)/\(name)"
            let attributes = try FileManager.default.attributesOfItem(atPath: path)
            return (attributes[.modificationDate] as? Date ?? .distantPast, path)
        }
        return dated.sorted { ($0.0, $0.1) < ($1.0, $1.1) }.map(\.1)
    }

    func ids() throws -> Set<String> {
        Set(try files().map { String(decoding: try StateFile.read($0) ?? [], as: UTF8.self) })
    }
}
