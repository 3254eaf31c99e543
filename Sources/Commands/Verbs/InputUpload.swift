import Domain
import Foundation
import NodeAgent
import Wire

/// The inputs of a job as blobs: a file as it is, a folder as an archive.
struct InputUpload {
    let session: Session
    let market: MarketClient

    /// Uploads what the market does not have yet.
    ///
    /// - Throws: `WireError.fileNotFound`, `FolderArchive.Refused`, and what the market says.
    func upload(_ source: JobSource) async throws -> [InputDTO] {
        var inputs: [InputDTO] = []
        for input in source.spec.inputs {
            inputs.append(try await upload(input, under: source.folder))
        }
        return inputs
    }

    private func upload(_ input: JobSpec.Input, under folder: String) async throws -> InputDTO {
        guard let from = input.from else {
            guard let digest = input.digest else { throw WireError.fileNotFound(input.path) }
            return InputDTO(path: input.path, digest: digest, form: .file)
        }
        let path = from.hasPrefix("/") ? from : folder + "/" + from
        let (bytes, form) = try await Blocking.run { try Self.source(path) }
        let digest = try await Blocking.run { try bytes.digest() }
        let size = Quantity.bytes(bytes.size)
        session.terminal.progress(session.told(.runUploading, ["path": from, "size": size]))
        switch try await BlobTransfer(client: market).upload(bytes, as: digest) {
        case .sent(let sent):
            let size = Quantity.bytes(sent)
            session.terminal.progress("✓ " + session.told(.runUploaded, ["size": size]))
        case .alreadyStored:
            session.terminal.progress("✓ " + session.told(.runAlreadyStored, ["path": from]))
        }
        return InputDTO(path: input.path, digest: digest, form: form)
    }

    private static func source(_ path: String) throws -> (ByteSource, BlobForm) {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw WireError.fileNotFound(path)
        }
        if isFolder.boolValue {
            return (try FolderArchive(folder: path).source, .folder)
        }
        return (try ByteSource(LocalFile(reading: path)), .file)
    }
}
