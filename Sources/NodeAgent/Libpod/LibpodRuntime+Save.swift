package import Domain
import Foundation
import Glibc
package import Hosting
import Logging
import Synchronization
import Wire

extension LibpodRuntime {
    /// Outputs and log travel at the same time; the outputs decide.
    package func save(_ dispatch: Dispatch) async throws -> SaveResult {
        follow(dispatch)
        state.withLock { $0.watches[dispatch.lease]?() }
        let shipper = state.withLock { $0.shippers[dispatch.lease] }
        async let log = shipper?.finish() ?? .lost
        do {
            try await saveOutputs(of: dispatch)
        } catch let error where !(error is CancellationError) {
            warn("outputs are lost", dispatch.lease, error)
            _ = await log
            return .outputsLost
        }
        let outcome = await log
        try Task.checkCancellation()
        switch outcome {
        case .complete: return .complete
        case .lost: return .logsLost
        }
    }

    private func saveOutputs(of dispatch: Dispatch) async throws {
        guard !dispatch.workload.outputs.isEmpty else { return }
        var saved: [OutputDTO] = []
        for (index, path) in dispatch.workload.outputs.enumerated() {
            let folder = folders.output(dispatch.lease, index)
            let archive = folders.archive(dispatch.lease, index)
            guard FileManager.default.fileExists(atPath: folder) else { continue }
            let file = try await Blocking.run { try TarWriter.pack(folder: folder, to: archive) }
            let digest = try await Blocking.run { try file.digest() }
            try await parts.market.upload(file, digest, token: dispatch.token)
            let size = try await Blocking.run { try file.size() }
            saved.append(OutputDTO(path: path, digest: digest, size: size))
            unlink(archive)
        }
        try await parts.market.putOutputs(
            OutputsDTO(outputs: saved), of: dispatch.lease, token: dispatch.token)
    }
}
