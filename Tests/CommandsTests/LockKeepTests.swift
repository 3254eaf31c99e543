import Domain
import Foundation
import Testing
import Wire

@testable import Commands

/// What a provider keeps of its locked leases, whatever a market shows later.
@Suite struct LockKeepTests {
    private static let address = ChainAddress(bytes: [UInt8](repeating: 1, count: 20))!
    private static let now: Int64 = 1_700_000_000

    private func lock(
        _ lease: String = "lse_1", seconds: Int64? = nil, elapsed: Int64 = 0,
        agreement: String? = nil, deadline: Int64 = now
    ) throws -> LockDTO {
        LockDTO(
            lease: try #require(LeaseID(lease)), job: try #require(JobID("job_1")),
            node: try #require(NodeID("nod_1")), payer: Self.address,
            payee: PayeeDTO(SignedPayee(address: Self.address, signature: [])),
            depositMicro: 1, microPerHour: 1, commissionBPS: 0, deadline: deadline,
            isWanted: false, id: nil, bill: nil,
            progress: seconds.map {
                ProgressDTO(seconds: $0, elapsed: elapsed, usageRoot: "", signature: "\($0)")
            }, agreement: agreement, receipt: nil)
    }

    private func merged(_ kept: [LockDTO], _ shown: [LockDTO]) -> [LockDTO] {
        LockKeep.merged(kept, shown, at: Self.now)
    }

    @Test func `what a market leaves out or shows less of stays`() throws {
        let early = try lock(seconds: 5)
        let late = try lock(seconds: 9)
        let last = try lock(seconds: 7, elapsed: 8)
        let agreed = try lock(seconds: 7, elapsed: 8, agreement: "0x")
        #expect(try merged([], [lock()]) == [lock()])
        #expect(merged([early], []) == [early])
        #expect(try merged([early], [lock()]) == [early])
        #expect(merged([early], [late]) == [late] && merged([late], [early]) == [late])
        #expect(merged([late], [last]) == [last], "a last word may say less than is kept")
        #expect(merged([last], [late]) == [last])
        #expect(merged([last], [agreed]) == [agreed] && merged([agreed], [last]) == [agreed])
        let other = try lock("lse_2")
        #expect(merged([other], [early]) == [early, other], "by lease")
    }

    @Test func `what was over a month ago is dropped`() throws {
        let old = try lock(deadline: Self.now - 30 * 86_400)
        let new = try lock("lse_2", deadline: Self.now - 30 * 86_400 + 1)
        #expect(merged([old, new], []) == [new])
    }
}
