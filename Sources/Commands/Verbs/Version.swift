import ControlPlane
import Wire

extension LeafCommand {
    /// `orban version`: what this program is; asks no market.
    static let version = LeafCommand("version", .helpVersion) { session in
        let version = VersionDTO(name: "orban", version: ProductVersion.text, api: "v1")
        try session.show(version) { ["orban \(version.version) (api \(version.api))"] }
        return ExitCode.done.rawValue
    }
}
