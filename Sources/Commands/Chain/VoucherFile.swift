import Ethereum
import NodeAgent
import Wire

/// A file of signed vouchers (`docs/formats.md`, "Voucher file"), as whoever holds it wrote it: all of it is
/// in form and for this chain and vault, and none of it is believed.
struct VoucherFile: Hashable, Sendable {
    struct Entry: Hashable, Sendable {
        let voucher: Voucher
        /// Nil for bytes that no contract takes for a signature.
        let signature: Signature?
        /// Who made it; nil where nobody can have.
        let signer: Address?
    }

    static let mostVouchers = 10_000
    private static let mostBytes = 16 << 20

    let entries: [Entry]

    /// - Throws: `WireError.fileNotFound`, `.fileUnusable`; `.chainWrong` where the vouchers are for another
    ///   chain or vault than `deployment`.
    static func read(
        _ text: String, for deployment: Deployment, in surroundings: Surroundings
    ) throws -> VoucherFile {
        let path = surroundings.absolute(text)
        let bytes = try LocalFile(reading: path).read(mostBytes + 1, at: 0)
        guard bytes.count <= mostBytes else {
            throw WireError.fileUnusable(
                path: path, .fileIsTooLarge, ["limit": Quantity.bytes(Int64(mostBytes))])
        }
        return try VoucherFile(bytes, of: path, for: deployment)
    }

    init(_ bytes: [UInt8], of path: String, for deployment: Deployment) throws {
        guard let document = try? WireJSON.decode(Document.self, from: bytes),
            document.vouchers.count <= Self.mostVouchers
        else { throw WireError.fileUnusable(path: path, .voucherFileUnreadable, [:]) }
        guard document.chainID == deployment.chain.number else {
            throw WireError.chainWrong(
                .voucherFileChain,
                ["chain": "\(document.chainID)", "wanted": "\(deployment.chain)"])
        }
        guard let vault = try? Address(document.vault) else {
            throw WireError.fileUnusable(path: path, .voucherFileUnreadable, [:])
        }
        guard vault == deployment.vault else {
            throw WireError.chainWrong(
                .voucherFileVault, ["vault": "\(vault)", "wanted": "\(deployment.vault)"])
        }
        entries = try document.vouchers.enumerated().map { place, item in
            do {
                return try item.entry(for: Vault(vault), on: deployment.chain)
            } catch let wrong as WrongField {
                throw WireError.fileUnusable(
                    path: path, .voucherFileField,
                    ["place": "\(place + 1)", "field": wrong.name])
            }
        }
    }
}

private struct WrongField: Error { let name: String }

private struct Document: Decodable {
    let chainID: UInt64
    let vault: String
    let vouchers: [Item]

    private enum CodingKeys: String, CodingKey {
        case chainID = "chain_id"
        case vault, vouchers
    }

    struct Item: Decodable {
        let user, payee, token, cumulative, commission, usageRoot, signature: String

        private enum CodingKeys: String, CodingKey {
            case user, payee, token, cumulative, commission, signature
            case usageRoot = "usage_root"
        }

        func entry(for vault: Vault, on chain: ChainID) throws -> VoucherFile.Entry {
            let voucher = Voucher(
                user: try field("user") { try? Address(user) },
                payee: try field("payee") { try? Address(payee) },
                token: try field("token") { try? Address(token) },
                cumulative: try field("cumulative") { UInt256(decimal: cumulative) },
                commission: try field("commission") { UInt256(decimal: commission) },
                usageRoot: try field("usage_root") { Hash256(usageRoot) })
            let bytes = try field("signature") {
                Hex.bytes(of: signature).flatMap { $0.count == 65 ? $0 : nil }
            }
            guard let signature = try? Signature(strict: bytes) else {
                return VoucherFile.Entry(voucher: voucher, signature: nil, signer: nil)
            }
            // Of a digest that is sound there may still be no key that signed it so.
            let digest = try voucher.digest(for: vault, on: chain)
            return VoucherFile.Entry(
                voucher: voucher, signature: signature, signer: try? signature.signer(of: digest))
        }

        private func field<Value>(_ name: String, _ read: () -> Value?) throws -> Value {
            guard let value = read() else { throw WrongField(name: name) }
            return value
        }
    }
}
