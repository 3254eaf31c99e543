import Domain
import Ethereum
import Wire

extension LeafCommand {
    /// `orban vault show`: the deposit and the sums of vouchers, as the market has them.
    static let vaultShow = LeafCommand("vault show", .helpVaultShow) { session in
        let vault: VaultDTO = try await session.withMarket([.renter, .provider]) {
            try await $0.get("/v1/vault")
        }
        try session.show(vault) { VaultPage(session: session, vault: vault).lines }
        return ExitCode.done.rawValue
    }

    /// `orban vault vouchers`: the newest signed vouchers, as `orban redeem` reads them.
    static let vaultVouchers = LeafCommand("vault vouchers", .helpVaultVouchers) { session in
        let file: VoucherFileDTO = try await session.withMarket([.renter, .provider]) {
            try await $0.get("/v1/vault/vouchers")
        }
        try session.terminal.write(try WireJSON.text(file) + "\n")
        return ExitCode.done.rawValue
    }

    /// `orban vault audit`: that the vault has what it owes; no account, no wallet, no market.
    static let vaultAudit = LeafCommand(
        "vault audit", .helpVaultAudit, options: ChainAccess.options
    ) { session in
        let (found, symbol) = try await ChainAccess.with(session) { access in
            (
                try await access.auditVault(),
                Table.visible(try await access.dollar.symbol(on: access.chain, at: .latest))
            )
        }
        try session.show(found) {
            func amount(_ micro: String) -> String { TokenAmount.text(micro, symbol) }
            return [
                "✓ "
                    + session.told(
                        .vaultSound,
                        [
                            "balance": amount(found.balanceMicro),
                            "unspent": amount(found.unspentMicro),
                            "owed": amount(found.owedMicro),
                            "surplus": amount(found.surplusMicro), "block": "\(found.block)",
                            "users": "\(found.users)", "accounts": "\(found.accounts)",
                        ])
            ]
        }
        return ExitCode.done.rawValue
    }
}

/// Deposit and sums as people read them.
private struct VaultPage {
    let session: Session
    let vault: VaultDTO

    var lines: [String] {
        var rows = [
            [session.told(.vaultContract), "\(vault.vault.text)  eip155:\(vault.chainID)"],
            [session.told(.vaultUnsignedLimit), money(vault.unsignedLimitMicro)],
        ]
        if let deposit = vault.deposit {
            rows += [
                [session.told(.headingAccount), deposit.address.text],
                [session.told(.balanceAvailable), money(deposit.availableMicro)],
                [session.told(.balanceHeld), money(deposit.heldMicro)],
            ]
            if let custody = deposit.custody {
                rows.append([
                    session.told(.vaultCustody),
                    "\(vault.delegate.text)  \(money(custody.spentMicro)) / "
                        + "\(money(custody.capMicro))  \(custody.expires)",
                ])
            }
            if let closes = deposit.exitCloses {
                rows.append([session.told(.walletExit), closes.description])
            }
        }
        guard !vault.pairs.isEmpty else { return Table.aligned(rows) }
        var table = Table([
            .init(session.told(.voucherUser)), .init(session.told(.voucherPayee)),
            .init(session.told(.vaultWorkedFor), .right), .init(session.told(.vaultSigned), .right),
            .init(session.told(.voucherPaid), .right),
        ])
        table.rows = vault.pairs.map {
            [
                $0.user.text, $0.payee.text, money($0.owedMicro), money($0.signedMicro),
                money($0.redeemedMicro),
            ]
        }
        return Table.aligned(rows) + [""] + table.lines
    }

    private func money(_ micro: Int64) -> String {
        (try? Money(micro: micro)).map(Quantity.money) ?? "–"
    }
}
