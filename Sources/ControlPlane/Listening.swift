import NIOCore
import ServiceLifecycle
import Wire

/// Something that listens: that its port cannot be had is said as such.
struct Listening: Service {
    let service: ListenFailure.Service
    let host: String
    let port: Int
    let body: @Sendable () async throws -> Void

    /// - Throws: `ListenFailure`; what `body` throws.
    func run() async throws {
        do { try await body() } catch let error as IOError {
            throw ListenFailure.Cause(errno: error.errnoCode).map(failure) ?? error as any Error
        } catch is SocketAddressError.UnknownHost {
            throw failure(.unknownHost)
        }
    }

    private func failure(_ cause: ListenFailure.Cause) -> ListenFailure {
        ListenFailure(service, at: host, port: port, cause)
    }
}
