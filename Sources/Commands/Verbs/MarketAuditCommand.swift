import ControlPlane
import Domain
import NodeAgent
import Wire

extension LeafCommand {
    /// `orban market audit`: names every record of a market's folder that the market did not write.
    static let marketAudit = LeafCommand(
        "market audit", .helpMarketAudit, options: [Option.dataFolder.form]
    ) { session in
        let folder = session.surroundings.absolute(
            try session.arguments.value(Option<String>.dataFolder)
                ?? session.settings.statePath + "/market")
        let broken = try await Blocking.run { try MarketAudit.brokenRecords(in: folder) }
        try session.show(broken) {
            broken.isEmpty
                ? ["✓ " + session.told(.auditBooksSound)] : broken.map { "✗ " + $0 }
        }
        return broken.isEmpty ? ExitCode.done.rawValue : ExitCode.unverified.rawValue
    }
}
