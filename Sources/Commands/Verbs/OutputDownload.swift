import Domain
import Foundation
import NodeAgent
import Wire

/// One kept output as the market lists it.
struct KeptOutput: Codable, Hashable, Sendable {
    let task: Int
    let lease: LeaseID
    let path: String
    let digest: BlobDigest
    let size: Int64
}

/// Brings outputs of a job to folders of this machine.
struct OutputDownload {
    let session: Session
    let market: MarketClient

    /// What the latest attempt of each task left.
    func list(_ job: JobDTO) async throws -> [KeptOutput] {
        let all: ListDTO<KeptOutput> = try await market.get("/v1/jobs/\(job.id)/outputs")
        return all.data.filter { output in
            job.taskList.contains { $0.index == output.task && $0.lease == output.lease }
        }
    }

    /// Unpacks `outputs` into `folder`; those of an array into one folder for each task.
    func fetch(_ outputs: [KeptOutput], of job: JobDTO, into folder: String) async throws {
        var total = TarReader.Count()
        for output in outputs.sorted(by: { ($0.task, $0.path) < ($1.task, $1.path) }) {
            let place = job.tasks == 1 ? folder : "\(folder)/\(output.task)"
            let count = try await fetch(output, into: place)
            total.files += count.files
            total.bytes += count.bytes
        }
        session.terminal.progress(
            "✓ "
                + session.told(
                    .outputsSaved,
                    [
                        "count": String(total.files), "size": Quantity.bytes(total.bytes),
                        "path": folder,
                    ]))
    }

    private func fetch(
        _ output: KeptOutput, into folder: String
    ) async throws -> TarReader.Count {
        let cache = session.settings.cachePath + "/blobs"
        let partial = cache + "/" + output.digest.text.dropFirst("sha256:".count)
        let file = try await Blocking.run {
            for path in [cache, folder] {
                try FileManager.default.createDirectory(
                    atPath: path, withIntermediateDirectories: true)
            }
            return try LocalFile(writing: partial)
        }
        do {
            try await BlobTransfer(client: market).download(
                output.digest, size: output.size, to: file)
        } catch WireError.blobMismatch(let digest) {
            unlink(partial)
            throw WireError.blobMismatch(digest)
        }
        return try await Blocking.run {
            defer { unlink(partial) }
            return try TarReader.unpack(
                ByteSource(file), into: folder, for: .person, limitBytes: .max)
        }
    }
}
