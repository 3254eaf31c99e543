import Domain
import Ethereum
import Marketplace
import Staging
import Testing
import Wire

extension Ordeal {
    /// Link, a lock, a job, both sides' words, and the escrow's money: each once.
    func payByLock() async throws {
        let devnet = try #require(devnet)
        let (user, wealth) = (try devnet.address(Self.user), UInt256(3_000_000))
        let escrow = try devnet.escrow
        try await devnet.send(
            TestDollar(devnet.dollar.address).mint(wealth, for: user), by: Self.user)
        try await devnet.send(devnet.dollar.approve(escrow.address, wealth), by: Self.user)
        try await linkUser(devnet)
        var job = JobText("locked", "sleep 1.4; exit 0")
        job.image = Site.simulatedImage
        (job.cpu, job.memory, job.budget, job.pay) = ("0.02", "10MB", "0.50 USD", "lock")
        try await submit(job)
        let wanted = try await lock("is wanted") { $0.isWanted }
        let terms = try devnet.terms(of: wanted)
        try await devnet.send(escrow.openLease(terms), by: Self.user)
        let charged = try await over("locked").charged.money.micro
        #expect(charged > 0)
        let bill = try #require(try await lock("is billed") { $0.bill != nil }.bill)
        let voucher = LeaseVoucher(
            id: try terms.id(), seconds: UInt256(UInt64(bill.seconds)),
            elapsed: UInt256(UInt64(bill.elapsed)), usageRoot: .zero)
        let digest = try voucher.digest(for: escrow, on: ChainID(devnet.chain))
        func signature(_ account: Int) throws -> String {
            Hex.text(of: try devnet.key(account).sign(digest).bytes)
        }
        let path = "/v1/locks/\(wanted.lease)"
        let _: LockFileDTO = try await ask(
            "PUT", path + "/progress", as: .renter,
            body: ProgressDTO(
                seconds: bill.seconds, elapsed: bill.elapsed, usageRoot: "\(Hash256.zero)",
                signature: try signature(Self.user)))
        let _: LockFileDTO = try await ask(
            "PUT", path + "/agreement", as: .provider,
            body: AgreementDTO(signature: try signature(Self.payee)))
        try await steadily("the lease is closed") {
            let file: LockFileDTO = try site.api(.renter).get("/v1/locks")
            return file.locks.isEmpty ? true : nil
        }
        let owed = try await devnet.number(
            "\(escrow.address)", "db5a0aa1",
            [devnet.contracts["dollar"] ?? "", devnet.addresses[Self.payee]])
        #expect(owed == charged - bill.commissionMicro, "\(point.text): paid once")
    }

    private func lock(
        _ what: String, until isSo: (LockDTO) -> Bool
    ) async throws -> LockDTO {
        try await steadily("a lock \(what)") {
            let file: LockFileDTO = try site.api(.renter).get("/v1/locks")
            return file.locks.first(where: isSo)
        }
    }
}
