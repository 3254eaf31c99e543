package import Domain
import Glibc
import Hummingbird
import HummingbirdCore
package import Logging
import NIOCore
import Wire

/// Where a node's metrics are served.
package struct MetricsAddress: Hashable, Sendable {
    package let host: String
    /// 0 lets the system choose.
    package let port: Int

    /// `127.0.0.1:9400`, `[::1]:9400`.
    package init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"),
            let port = UInt16(text[text.index(after: colon)...])
        else { return nil }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            return nil
        }
        guard !host.isEmpty, host.utf8.allSatisfy({ (33...126).contains($0) }) else { return nil }
        self.host = String(host)
        self.port = Int(port)
    }
}

/// `GET /metrics` for the owner's own monitoring: nothing of who rents or what runs, nothing secret.
package struct MetricsServer: Sendable {
    private static let mostConnections = 64

    private let telemetry: Telemetry
    private let address: MetricsAddress
    private let now: @Sendable () -> BootTime
    private let logger: Logger

    package init(
        _ telemetry: Telemetry, at address: MetricsAddress, now: @escaping @Sendable () -> BootTime,
        logger: Logger
    ) {
        self.telemetry = telemetry
        self.address = address
        self.now = now
        self.logger = logger
    }

    /// As the kernel has it: nobody is asked.
    private static var hostName: String {
        var name = [CChar](repeating: 0, count: 256)
        guard gethostname(&name, name.count - 1) == 0 else { return "localhost" }
        let bytes = name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Serves until it is cancelled.
    ///
    /// - Throws: `ListenFailure` where the address cannot be had.
    package func run() async throws {
        let (telemetry, now, logger) = (telemetry, now, logger)
        let host = Self.hostName
        let router = Router()
        router.get("metrics") { _, _ in
            let page = PrometheusPage(telemetry.reading(at: now()), host: host)
            return Response(
                status: .ok, headers: [.contentType: PrometheusPage.mediaType],
                body: .init(byteBuffer: ByteBuffer(string: page.text)))
        }
        let application = Application(
            router: router,
            configuration: .init(
                address: .hostname(address.host, port: address.port), serverName: "orban",
                availableConnectionsDelegate: MaximumAvailableConnections(Self.mostConnections)),
            onServerRunning: { channel in
                logger.info(
                    "metrics served",
                    metadata: ["port": "\(channel.localAddress?.port ?? 0)"])
            },
            logger: Logger(label: "metrics") { _ in SwiftLogNoOpLogHandler() })
        do { try await application.run() } catch let error as IOError {
            throw ListenFailure.Cause(errno: error.errnoCode).map(failure) ?? error as any Error
        } catch is SocketAddressError.UnknownHost {
            throw failure(.unknownHost)
        }
    }

    private func failure(_ cause: ListenFailure.Cause) -> ListenFailure {
        ListenFailure(.metrics, at: address.host, port: address.port, cause)
    }
}
