package import AsyncHTTPClient
import ContainerEngine

extension NodeConfiguration {
    /// What a client of the container engine must be made with.
    package static var engineHTTP: HTTPClient.Configuration { LibpodClient.configuration }
}

extension NodeConfiguration.Engine {
    /// An engine of the machine's nodes: the first that needs it starts it, all use it, and it
    /// outlives them. The OCI runtime is chosen by a self-test at its start.
    ///
    /// - Parameter folder: images and containers, kept across boots.
    package static func own(
        storedAt folder: String, environment: [String: String]
    ) -> NodeConfiguration.Engine? {
        guard let runtime = OCIRuntime.found().first else { return nil }
        return .own(
            EngineService.Settings(
                storePath: folder, runPath: "/run/orban/containers",
                socketPath: "/run/orban/engine.sock", statePath: folder + ".engine",
                podmanPath: "/usr/bin/podman", runtime: runtime, environment: environment))
    }
}
