import NodeAgent
import Wire

/// What a node's owner has to know at its start.
struct NodeStanding: Sendable {
    /// What the machine's software is open to.
    var findings: [SecurityFloor.Finding] = []
    /// Why it offers no network, though it was told to.
    var networkObstacle: NetworkObstacle?

    var advisories: [String] { findings.map(\.advisory) }
}

extension Session {
    /// What a person reads beside a node's ready line.
    func lines(of standing: NodeStanding) -> [String] {
        let floors = standing.findings.map {
            told(
                .nodeBelowFloor,
                [
                    "advisory": $0.advisory, "component": $0.component.rawValue,
                    "version": $0.version, "fixed": $0.fixedIn,
                ])
        }
        guard let obstacle = standing.networkObstacle else { return floors }
        let why = Message.networkObstacle(obstacle.code, obstacle.detail, in: language)
        return floors + [told(.nodeWithoutNetwork, ["why": why])]
    }

    /// What containers of this machine may reach, by its owner's words.
    ///
    /// - Throws: `UsageFault`, `WireError.egressPolicyInvalid`, `.fileNotFound`.
    func egressPermission() throws -> EgressPermission {
        guard let file = try arguments.value(Option<String>.egressPolicy) else {
            return EgressPermission()
        }
        guard arguments.has(.egress) else { throw UsageFault.egressPolicyAlone }
        do throws(EgressPermission.Fault) {
            return try EgressPermission(file: surroundings.absolute(file))
        } catch {
            guard let why = Message.egressFaults[error.code] else {
                throw WireError.fileNotFound(file)
            }
            throw WireError.egressPolicyInvalid(path: file, why, error.values)
        }
    }
}
