import ContainerEngine
import Domain

extension ImageStore {
    /// The id of the image with that manifest, pulled if it is not there.
    /// - Throws: `StartFailure`, `EngineError` when the engine is not there, `CancellationError`.
    func pulled(_ image: RegistryImage) async throws -> String {
        guard let transport = registries.transport(to: image.host) else {
            throw StartFailure(.imageRefused, "\(image.host) is not a registry of this node")
        }
        return try await once("manifest-\(image.digest.text.dropFirst(7))") {
            try await accepted(pull(image, transport)).id
        }
    }

    private func pull(
        _ image: RegistryImage, _ transport: RegistryPolicy.Transport
    ) async throws -> ImageRecord {
        guard let pinned = PinnedImage(image.description) else {
            throw StartFailure(.imageInvalid, "\(image)")
        }
        do {
            return try await watching("\(image)", late: .imagePull) {
                try await client.pull(
                    pinned, transport: transport == .plain ? .unverified : .verifiedTLS)
            }
        } catch let error as EngineError where error.isDiskFull {
            throw StartFailure(.diskFull, "\(error): \(error.detail)")
        } catch let error as EngineError where error.category == .imageDiffers {
            throw StartFailure(.imageInvalid, "\(error): \(error.detail)")
        } catch let error as EngineError where error.category != .unreachable {
            throw StartFailure(.imagePull, "\(error): \(error.detail)")
        }
    }
}
