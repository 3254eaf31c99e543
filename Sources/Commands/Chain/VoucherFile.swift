import ControlPlane
import Ethereum
import NodeAgent
import Wire

/// A file of signed vouchers (`docs/formats.md`, "Voucher file"), as whoever holds it wrote it: all of it is
/// in form and for this chain and vault, and none of it is believed.
struct VoucherFile: Hashable, Sendable {
    typealias Entry = ReadVoucher

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
        guard let document = try? WireJSON.decode(VoucherFileDTO.self, from: bytes),
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
                return try item.read(for: Vault(vault), on: deployment.chain)
            } catch let wrong as WrongField {
                throw WireError.fileUnusable(
                    path: path, .voucherFileField,
                    ["place": "\(place + 1)", "field": wrong.name])
            }
        }
    }
}
