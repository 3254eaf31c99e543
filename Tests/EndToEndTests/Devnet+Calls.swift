import Domain
import Ethereum
import Foundation
import Staging
import Testing
import Wire

/// What people do on the devnet with clients of their own.
extension Devnet {
    var vault: Vault {
        get throws { Vault(try Address(contracts["vault"] ?? "")) }
    }

    var dollar: ERC20 {
        get throws { ERC20(try Address(contracts["dollar"] ?? "")) }
    }

    func address(_ account: Int) throws -> Address { try Address(addresses[account]) }

    func key(_ account: Int) throws -> PrivateKey {
        var secret = Hex.bytes(of: secret(account)) ?? []
        return try PrivateKey(wiping: &secret)
    }

    /// Carried out at once, and well.
    func send(_ call: Transaction.Call, by account: Int) async throws {
        let place = try await rpc("eth_getTransactionCount", [addresses[account], "latest"])
        let nonce = UInt256(hexadecimal: place as? String ?? "")?.asUInt64 ?? 0
        let fees = Fees(maxFeePerGas: 100_000_000_000, maxPriorityFeePerGas: 1_000_000_000)
        let signed = try key(account).sign(
            Transaction(
                envelope: .dynamicFee(fees, chain: ChainID(chain), []), nonce: nonce,
                gasLimit: 300_000, call: call))
        _ = try await rpc("eth_sendRawTransaction", [Hex.text(of: signed.raw)])
        let receipt = try await rpc("eth_getTransactionReceipt", ["\(signed.hash)"])
        #expect((receipt as? [String: Any])?["status"] as? String == "0x1")
    }

    /// Test dollars, and a part of them in the vault.
    func deposit(_ micro: UInt64, by account: Int) async throws {
        let owner = try address(account)
        try await send(TestDollar(dollar.address).mint(UInt256(micro), for: owner), by: account)
        try await send(dollar.approve(vault.address, UInt256(micro)), by: account)
        try await send(vault.deposit(dollar, UInt256(micro)), by: account)
    }

    var escrow: LeaseEscrow {
        get throws { LeaseEscrow(try Address(contracts["escrow"] ?? "")) }
    }

    /// What a locked lease's parties agree on, as `docs/formats.md` says.
    func terms(of lock: LockDTO) throws -> LeaseTerms {
        let payer = try Address(lock.payer.text)
        return LeaseTerms(
            payer: payer, signer: payer, payee: try Address(lock.payee.address.text),
            token: try dollar.address, deposit: UInt256(UInt64(lock.depositMicro)),
            rate: UInt256(UInt64(lock.microPerHour)),
            commission: UInt256(UInt64(lock.commissionBPS)),
            availability: UInt256(UInt64(lock.serviceLevel?.availabilityBPS ?? 0)),
            credit: UInt256(UInt64(lock.serviceLevel?.creditBPS ?? 0)),
            deadline: UInt256(UInt64(lock.deadline)),
            lease: Keccak256.hash(Array(lock.lease.text.utf8)))
    }

    /// One number of a contract, by a call of four bytes and words.
    func number(_ contract: String, _ selector: String, _ words: [String]) async throws -> Int64 {
        let padded = words.map { word in
            let digits = word.hasPrefix("0x") ? String(word.dropFirst(2)) : word
            return String(repeating: "0", count: 64 - digits.count) + digits
        }
        let call = ["to": contract, "data": "0x" + selector + padded.joined()]
        let answer = try await rpc("eth_call", [call, "latest"])
        let digits = try #require(answer as? String).dropFirst(2).prefix(64)
        return try #require(Int64(digits, radix: 16))
    }
}
