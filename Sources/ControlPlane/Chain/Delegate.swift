import Domain
import Ethereum
import Marketplace

/// Signs vouchers in the name of users who have authorised the market's own key in the vault, up to their caps. It
/// is the market's word then what they owe: custodial, as far as each cap goes.
struct Delegate: Sendable {
    private static let mostPairs = 1_000
    let configuration: ChainConfiguration
    let store: any Store

    /// - Throws: where the store fails. What a user's cap does not cover is left unsigned.
    func sign() async throws {
        let read = Read.unsignedPairs(limit: Self.mostPairs)
        let own = ChainAddress(configuration.key.address)
        for pair in try await store.read([read]).pairs(read) {
            let user = pair.parties.user
            let rows = try await store.read([.vaultUser(user)])
            guard rows.vaultUser(user)?.keys.contains(where: { $0.address == own }) == true else {
                continue
            }
            do {
                try await store.perform(.takeVoucher(try voucher(for: pair, by: own)))
            } catch Refusal.voucherWrong {
                continue
            }
        }
    }

    private func voucher(
        for pair: VoucherPair, by own: ChainAddress
    ) throws -> HeldVoucher {
        let root = pair.usageRoot.isEmpty ? [UInt8](repeating: 0, count: 32) : pair.usageRoot
        let unsigned = HeldVoucher(
            parties: pair.parties, sums: pair.owed, usageRoot: root, signer: own, signature: [])
        let digest = try unsigned.voucher(in: configuration.dollar.address)
            .digest(for: configuration.vault, on: configuration.chain)
        return HeldVoucher(
            parties: pair.parties, sums: pair.owed, usageRoot: root, signer: own,
            signature: configuration.key.sign(digest).bytes)
    }
}
