import Foundation
import Testing

@testable import Ethereum

/// What is called and read in Swift is what `contracts/artifacts` says of the contracts.
struct ContractFormTests {
    private struct Entry: Hashable {
        let signature: String
        /// Of results, or for an event the place of each field.
        let detail: String
    }

    private static func entries(_ contract: String, _ kind: String) throws -> Set<Entry> {
        var root = URL(fileURLWithPath: #filePath)
        for _ in 0..<4 { root.deleteLastPathComponent() }
        let path = "contracts/artifacts/\(contract).json"
        let bounds = JSON.Bounds(bytes: 1 << 22, depth: 16, values: 1 << 16)
        let json = try JSON(
            parsing: Array(try Data(contentsOf: root.appending(path: path))), within: bounds)
        let all = json["abi"]?.asArray ?? []
        return Set(
            all.filter { $0["type"]?.asString == kind }.map { entry in
                let inputs = entry["inputs"]?.asArray ?? []
                let name = entry["name"]?.asString ?? ""
                let detail =
                    kind == "event"
                    ? inputs.map { $0["indexed"] == .bool(true) ? "topic" : "data" }
                    : (entry["outputs"]?.asArray ?? []).map(type)
                return Entry(
                    signature: "\(name)(\(inputs.map(type).joined(separator: ",")))",
                    detail: detail.joined(separator: ","))
            })
    }

    /// `tuple[]` with its members in its place.
    private static func type(_ item: JSON) -> String {
        let text = item["type"]?.asString ?? ""
        guard text.hasPrefix("tuple") else { return text }
        let members = (item["components"]?.asArray ?? []).map(type).joined(separator: ",")
        return "(\(members))" + text.dropFirst("tuple".count)
    }

    private func entry(_ event: ABIEvent) -> Entry {
        Entry(
            signature: event.signature,
            detail: event.fields.map { $0.place == .topic ? "topic" : "data" }
                .joined(separator: ","))
    }

    @Test func `every event of each contract is read, and no other`() throws {
        #expect(
            Set(VaultEvent.Kind.allCases.map { entry($0.event) })
                == (try Self.entries("Vault", "event")))
        #expect(
            Set(EscrowEvent.Kind.allCases.map { entry($0.event) })
                == (try Self.entries("LeaseEscrow", "event")))
        #expect([entry(UsageAnchor.anchored)] == (try Self.entries("UsageAnchor", "event")))
    }

    private static func selectors(_ contract: String) throws -> Set<[UInt8]> {
        Set(
            try entries(contract, "function").map {
                Array(Keccak256.hash($0.signature.utf8).bytes.prefix(4))
            })
    }

    @Test func `every call is of a function that its contract has`() throws {
        let (someone, hash) = (key(1).address, Hash256.zero)
        let signature = key(1).sign(hash)
        let voucher = Voucher(
            user: someone, payee: someone, token: someone, cumulative: 2, commission: 1,
            usageRoot: hash)
        let (vault, dollar) = (Vault(someone), ERC20(someone))
        let vaultCalls = [
            try vault.deposit(dollar, 1), try vault.authorise(someone, cap: 1, expiry: 1),
            try vault.revoke(someone), try vault.startExit(dollar), try vault.finishExit(dollar),
            try vault.withdraw(dollar, to: someone), try vault.redeem(voucher, signature.bytes),
            try vault.redeemBatch([SignedVoucher(voucher, signature)]),
        ]
        let of = try Self.selectors("Vault")
        for call in vaultCalls { #expect(of.contains(Array(call.data.prefix(4)))) }

        let escrow = LeaseEscrow(someone)
        let terms = Lease.terms(payer: someone, payee: someone, token: someone)
        let progress = LeaseVoucher(
            id: try terms.id(), seconds: 1, elapsed: 0, usageRoot: hash)
        let settlement = LeaseEscrow.Settlement(terms, progress, signature, agreement: nil)
        let escrowCalls = [
            try escrow.openLease(terms), try escrow.settle(settlement),
            try escrow.settleBatch([settlement]), try escrow.stop(terms),
            try escrow.claimUnsigned(terms, seconds: 1, evidence: hash, signature.bytes),
            try escrow.dispute(terms), try escrow.refund(terms),
            try escrow.withdraw(dollar, to: someone),
        ]
        let ofEscrow = try Self.selectors("LeaseEscrow")
        for call in escrowCalls { #expect(ofEscrow.contains(Array(call.data.prefix(4)))) }
        let anchoring = try UsageAnchor(someone).anchor(size: 1, root: hash, uri: "")
        #expect(try Self.selectors("UsageAnchor").contains(Array(anchoring.data.prefix(4))))
    }
}

/// Terms for tests.
enum Lease {
    static func terms(payer: Address, payee: Address, token: Address) -> LeaseTerms {
        LeaseTerms(
            payer: payer, signer: payer, payee: payee, token: token, deposit: 10_000_000,
            rate: 3_600_000, commission: 250, availability: 0, credit: 0,
            deadline: 4_000_000_000, lease: .zero)
    }
}
