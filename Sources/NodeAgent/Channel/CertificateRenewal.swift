package import Crypto
package import Foundation
package import Logging
import ServiceLifecycle

/// Keeps a node's certificate young: asks for the next one at half of its life, and again each
/// minute while the market does not answer.
package struct CertificateRenewal: Service {
    private static let lookEvery = Duration.seconds(60)

    private let folder: String
    private let signer: Curve25519.Signing.PrivateKey
    private let clock: any Clock<Duration>
    private let now: @Sendable () -> Date
    private let log: Logger

    /// - Parameter now: UTC, as certificates mean it.
    package init(
        stateFolder: String, signer: Curve25519.Signing.PrivateKey, clock: any Clock<Duration>,
        now: @escaping @Sendable () -> Date, log: Logger
    ) {
        folder = stateFolder
        self.signer = signer
        self.clock = clock
        self.now = now
        self.log = log
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                await renewIfDue()
                do { try await clock.sleep(for: Self.lookEvery) } catch { return }
            }
        }
    }

    private func renewIfDue() async {
        do {
            guard let identity = try NodeIdentity.load(stateFolder: folder),
                now() >= identity.renewAt
            else { return }
            _ = try await Enrollment.renew(identity, signer: signer, stateFolder: folder)
            log.info("certificate renewed", metadata: ["node.id": "\(identity.place.node)"])
        } catch {
            log.warning("certificate not renewed", metadata: ["error": "\(error)"])
        }
    }
}
