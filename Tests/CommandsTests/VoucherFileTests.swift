import ControlPlane
import Ethereum
import Testing
import Wire

@testable import Commands

@Suite struct VoucherFileTests {
    private static let people = (1...6).map { number -> Address in
        Address(bytes: [UInt8](repeating: UInt8(number), count: 20)) ?? .zero
    }
    private static let deployment = Deployment(
        chain: ChainID(31_337), vault: people[0], escrow: people[1], anchor: people[2],
        dollar: people[3])

    private static func key() throws -> PrivateKey {
        var secret = [UInt8](repeating: 7, count: 32)
        return try PrivateKey(wiping: &secret)
    }

    /// A voucher that its user signed for the vault, as it stands in a file.
    private static func item(_ changes: [String: String] = [:]) throws -> [String: String] {
        let key = try key()
        let voucher = Voucher(
            user: key.address, payee: people[4], token: people[3], cumulative: 2_000_000,
            commission: 20_000, usageRoot: .zero)
        let signature = key.sign(try voucher.digest(for: Vault(people[0]), on: ChainID(31_337)))
        let item = [
            "user": "\(voucher.user)", "payee": "\(voucher.payee)", "token": "\(voucher.token)",
            "cumulative": "2000000", "commission": "20000",
            "usage_root": "\(voucher.usageRoot)", "signature": Hex.text(of: signature.bytes),
        ]
        return item.merging(changes) { $1 }
    }

    private struct Document: Encodable {
        var chain: UInt64 = 31_337
        var vault = "\(people[0])"
        let vouchers: [[String: String]]

        private enum CodingKeys: String, CodingKey {
            case chain = "chain_id"
            case vault, vouchers
        }
    }

    private static func read(_ document: Document) throws -> VoucherFile {
        try VoucherFile(try WireJSON.encode(document), of: "file", for: deployment)
    }

    private func refusal(_ body: () throws -> VoucherFile) -> WireError? {
        do {
            _ = try body()
            return nil
        } catch { return error as? WireError }
    }

    @Test func `a voucher says who signed it`() throws {
        let file = try Self.read(Document(vouchers: [try Self.item()]))
        let entry = try #require(file.entries.first)
        #expect(entry.signer == entry.voucher.user && entry.signature != nil)
        #expect(entry.voucher.cumulative == 2_000_000 && entry.voucher.commission == 20_000)
        // Another amount is another digest, which somebody else signed.
        let forged = try Self.read(
            Document(vouchers: [try Self.item(["cumulative": "2000001"])]))
        #expect(forged.entries.first?.signer != entry.signer)
    }

    @Test func `a signature that no contract takes is nobody's`() throws {
        let zeros = "0x" + String(repeating: "00", count: 64) + "1b"
        let raw = try #require(try Self.item()["signature"]).dropLast(2) + "00"
        for signature in [zeros, String(raw)] {
            let file = try Self.read(
                Document(vouchers: [try Self.item(["signature": signature])]))
            #expect(file.entries.first?.signature == nil && file.entries.first?.signer == nil)
        }
    }

    @Test func `vouchers of another chain or vault are refused`() throws {
        let items = [try Self.item()]
        let chain = refusal { try Self.read(Document(chain: 1, vouchers: items)) }
        #expect(chain?.errorCode == .chainWrong)
        #expect(
            chain
                == .chainWrong(.voucherFileChain, ["chain": "1", "wanted": "31337"]))
        let other = "\(Self.people[5])"
        let vault = refusal { try Self.read(Document(vault: other, vouchers: items)) }
        #expect(
            vault
                == .chainWrong(
                    .voucherFileVault, ["vault": other, "wanted": "\(Self.people[0])"]))
    }

    @Test(arguments: [
        "", "[]", "{}", #"{"chain_id":1}"#, #"{"chain_id":"1","vault":"","vouchers":[]}"#, "\u{0}",
    ])
    func `what is no voucher file is said to be none`(text: String) {
        let refusal = refusal {
            try VoucherFile(Array(text.utf8), of: "file", for: Self.deployment)
        }
        #expect(refusal == .fileUnusable(path: "file", .voucherFileUnreadable, [:]))
    }

    @Test(arguments: [
        ("user", "0x1"), ("payee", ""), ("token", "0x" + String(repeating: "g", count: 40)),
        ("cumulative", "-1"), ("cumulative", "1.5"), ("cumulative", "0x10"),
        ("commission", ""), ("usage_root", "0x00"), ("signature", "0x"), ("signature", "1b"),
        (
            "cumulative",
            "115792089237316195423570985008687907853269984665640564039457584007913129639936"
        ),
    ])
    func `a field out of form is named with its place`(field: String, value: String) throws {
        let items = [try Self.item(), try Self.item([field: value])]
        #expect(
            refusal { try Self.read(Document(vouchers: items)) }
                == .fileUnusable(
                    path: "file", .voucherFileField, ["place": "2", "field": field]))
    }

    @Test func `a file has at most ten thousand vouchers`() throws {
        let items = [[String: String]](
            repeating: try Self.item(), count: VoucherFile.mostVouchers + 1)
        #expect(
            refusal { try Self.read(Document(vouchers: items)) }
                == .fileUnusable(path: "file", .voucherFileUnreadable, [:]))
    }
}
