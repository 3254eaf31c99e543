import Domain
import Ethereum
import Foundation
import Marketplace
import Staging
import Testing
import Wire

extension Ordeal {
    /// Deposit, link, a job, a voucher, and its money: each once.
    func payFromVault() async throws {
        let devnet = try #require(devnet)
        try await devnet.deposit(3_000_000, by: Self.user)
        try await linkUser(devnet)
        try await vault("has the deposit") { $0.deposit?.availableMicro == 3_000_000 }
        var job = JobText("paid", "sleep 1.4; exit 0")
        job.image = Site.simulatedImage
        (job.cpu, job.memory, job.budget, job.pay) = ("0.02", "10MB", "0.50 USD", "vault")
        try await submit(job)
        let charged = try await over("paid").charged.money.micro
        #expect(charged > 0)
        try await sign(devnet)
        let paid = try await vault("has paid") { $0.pairs.first?.redeemedMicro == charged }
        #expect(paid.deposit?.availableMicro == 3_000_000 - charged)
        #expect(paid.deposit?.heldMicro == 0)
        let owed = try await devnet.number(
            devnet.contracts["vault"] ?? "", "db5a0aa1",
            [devnet.contracts["dollar"] ?? "", devnet.addresses[Self.payee]])
        let commission = try #require(paid.pairs.first).commissionMicro
        #expect(owed == charged - commission, "\(point.text): paid once")
    }

    @discardableResult
    private func vault(_ what: String, until isSo: (VaultDTO) -> Bool) async throws -> VaultDTO {
        try await steadily("the vault \(what)") {
            let vault: VaultDTO = try site.api(.renter).get("/v1/vault")
            return isSo(vault) ? vault : nil
        }
    }

    func linkUser(_ devnet: Devnet) async throws {
        let vault = try await vault("is known") { _ in true }
        let text = LinkStatement(
            origin: vault.origin, account: try #require(AccountID("acc_renter")),
            chainID: vault.chainID, vault: vault.vault
        ).text
        let signature = try devnet.key(Self.user)
            .sign(PersonalMessage.digest(of: Array(text.utf8)))
        let linked: VaultDTO = try await ask(
            "PUT", "/v1/vault/address", as: .renter,
            body: LinkRequest(
                address: try #require(ChainAddress(devnet.addresses[Self.user].lowercased())),
                signature: Ethereum.Hex.text(of: signature.bytes)))
        #expect(linked.deposit != nil)
    }

    /// As any client of the user's may.
    private func sign(_ devnet: Devnet) async throws {
        let known = try await vault("names what is owed") { $0.pairs.first != nil }
        let pair = try #require(known.pairs.first)
        let voucher = Voucher(
            user: try devnet.address(Self.user), payee: try devnet.address(Self.payee),
            token: try devnet.dollar.address, cumulative: UInt256(UInt64(pair.owedMicro)),
            commission: UInt256(UInt64(pair.commissionMicro)), usageRoot: .zero)
        let digest = try voucher.digest(for: devnet.vault, on: ChainID(devnet.chain))
        let signature = try devnet.key(Self.user).sign(digest)
        let file = VoucherFileDTO(
            chainID: devnet.chain, vault: "\(try devnet.vault.address)",
            vouchers: [
                VoucherDTO(
                    user: "\(voucher.user)", payee: "\(voucher.payee)",
                    token: "\(voucher.token)", cumulative: "\(voucher.cumulative)",
                    commission: "\(voucher.commission)", usageRoot: "\(voucher.usageRoot)",
                    signature: Ethereum.Hex.text(of: signature.bytes))
            ])
        let _: VaultDTO = try await ask("PUT", "/v1/vault/vouchers", as: .renter, body: file)
    }
}
