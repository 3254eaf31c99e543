import Foundation
import Hostile
import Testing

@testable import ContainerEngine

/// A container behind the filter, in namespaces that lead nowhere else.
extension EngineTests {
    private static let job = """
        for a in 93.184.215.14 169.254.169.254 10.0.0.1 93.184.0.1; do
            if busybox nc -w 3 $a 443 < /dev/null; then echo $a open; else echo $a shut; fi
        done
        if [ -s /etc/resolv.conf ]; then echo names; else echo no names; fi
        """

    @Test(
        .disabled(if: EgressStage.missing != nil, Comment(rawValue: EgressStage.missing ?? "")))
    func `a container that asked for it reaches what is public, and nothing that is denied`()
        async throws
    {
        let policy = EgressPolicy(
            EgressOwnerFile(), hostAddresses: [try #require(IPAddress("93.184.0.1"))])
        try await EgressStage.run(policy) { stage in
            let open = EgressStage.Probe(.tcp, 443, "93.184.215.14")
            #expect(try stage.seen(of: [open]).hasConnected(open), "the world listens")
            try await Engine.run { engine in
                var spec = try engine.boundSpec(Self.job, name: "egress")
                spec.isolation.network = .filtered(policy)
                let isolation = spec.isolation
                let audit = IsolationAudit(tree: engine.tree)
                func found(_ id: ContainerID, _ process: Int32) throws -> [IsolationDeviation]? {
                    try audit.deviations(
                        of: id, firstProcess: process, from: isolation,
                        at: try #require(StartGate(of: id)).moment)
                }
                try await engine.initialized(spec) { id, process in
                    let network = "/proc/\(process)/ns/net"
                    let bare = try found(id, process)?.map(\.code)
                    #expect(Set(bare ?? []) == [.network], "no link and no filter yet")
                    try stage.otherLink.make(policy, in: network)
                    let whole = try found(id, process)
                    #expect(whole == [])
                    try await engine.client.start(id)
                    _ = try await engine.client.wait(id, intervalMilliseconds: 5)
                    let said = try await engine.output(id, .standardOutput)
                    #expect(
                        said == """
                            93.184.215.14 open
                            169.254.169.254 shut
                            10.0.0.1 shut
                            93.184.0.1 shut
                            no names

                            """)
                }
            }
        }
    }
}
