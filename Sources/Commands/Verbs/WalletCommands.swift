import Ethereum
import NodeAgent
import Wire

private struct WalletView: Codable {
    let address: String
    let path: String
}

extension LeafCommand {
    /// `orban wallet create`: a new key in a keystore that a password opens.
    static let walletCreate = LeafCommand(
        "wallet create", .helpWalletCreate, options: Wallet.options
    ) { session in
        var generator = SystemRandomNumberGenerator()
        return try await keep(PrivateKey.make(using: &generator), session)
    }

    /// `orban wallet import`: a key from a descriptor.
    static let walletImport = LeafCommand(
        "wallet import", .helpWalletImport,
        options: Wallet.options + [Option.keyDescriptor.form]
    ) { session in
        guard let descriptor = try session.arguments.value(Option.keyDescriptor) else {
            throw UsageFault.valueMissing("--key-fd")
        }
        let key: PrivateKey
        do {
            key = try KeyFile.key(from: descriptor)
        } catch {
            throw try Wallet(session).trouble(error)
        }
        return try await keep(key, session)
    }

    private static func keep(_ key: PrivateKey, _ session: Session) async throws -> Int32 {
        let wallet = try Wallet(session)
        try await wallet.keep(key, session)
        try session.show(WalletView(address: "\(key.address)", path: wallet.path)) {
            [
                session.told(
                    .walletKept, ["address": "\(key.address)", "path": wallet.path])
            ]
        }
        return ExitCode.done.rawValue
    }

    /// `orban wallet address`.
    static let walletAddress = LeafCommand(
        "wallet address", .helpWalletAddress, options: Wallet.options
    ) { session in
        let wallet = try Wallet(session)
        let address = try await wallet.address(session)
        try session.show(WalletView(address: "\(address)", path: wallet.path)) { ["\(address)"] }
        return ExitCode.done.rawValue
    }

    /// `orban wallet export`: the keystore, still sealed, to standard output.
    static let walletExport = LeafCommand(
        "wallet export", .helpWalletExport, options: Wallet.options
    ) { session in
        let keystore = try Wallet(session).keystore()
        try session.terminal.write(String(decoding: keystore.json, as: UTF8.self) + "\n")
        return ExitCode.done.rawValue
    }

    /// `orban wallet balance`: what the account has on its chain and in the vault there.
    static let walletBalance = LeafCommand(
        "wallet balance", .helpWalletBalance, options: Wallet.options + ChainAccess.options
    ) { session in
        let address = try await Wallet(session).address(session)
        let holdings = try await ChainAccess.with(session) {
            try await Holdings(of: address, $0)
        }
        try session.show(holdings) { holdings.lines(session) }
        return ExitCode.done.rawValue
    }
}

/// What one account has, in one block that enough endpoints have.
struct Holdings: Encodable {
    let address: String
    let block: UInt64
    let wei: String
    let token: String
    /// Whole micro-units from here on.
    let tokenMicro: String
    let vaultMicro: String
    let owedMicro: String
    let escrowMicro: String
    let exitMicro: String
    let exitOpens: UInt64?
    let exitCloses: UInt64?

    private enum CodingKeys: String, CodingKey {
        case address, block, wei, token
        case tokenMicro = "token_micro"
        case vaultMicro = "vault_micro"
        case owedMicro = "owed_micro"
        case escrowMicro = "escrow_owed_micro"
        case exitMicro = "exit_micro"
        case exitOpens = "exit_opens"
        case exitCloses = "exit_closes"
    }

    init(of account: Address, _ access: ChainAccess) async throws {
        let (chain, vault, dollar) = (access.chain, access.vault, access.dollar)
        let head = try await chain.latest()
        let at = BlockTag.number(head.number)
        let exit = try await vault.exit(of: account, in: dollar, on: chain, at: at)
        address = "\(account)"
        block = head.number
        wei = "\(try await chain.balance(of: account, at: at).amount)"
        token = try await dollar.symbol(on: chain, at: at)
        tokenMicro = "\(try await dollar.balance(of: account, on: chain, at: at))"
        vaultMicro = "\(try await vault.unspent(of: account, in: dollar, on: chain, at: at))"
        owedMicro = "\(try await vault.owed(to: account, in: dollar, on: chain, at: at))"
        let escrowed = try await access.escrow.owed(to: account, in: dollar, on: chain, at: at)
        escrowMicro = "\(escrowed)"
        exitMicro = "\(exit.amount)"
        exitOpens = exit.amount > .zero ? exit.opens.asUInt64 : nil
        exitCloses = exit.amount > .zero ? exit.closes.asUInt64 : nil
    }

    func lines(_ session: Session) -> [String] {
        var rows = [
            [session.told(.headingAccount), address],
            [session.told(.walletCoin), wei + " wei"],
            [session.told(.walletTokens), TokenAmount.text(tokenMicro, token)],
            [session.told(.walletVault), TokenAmount.text(vaultMicro, token)],
            [session.told(.walletOwed), TokenAmount.text(owedMicro, token)],
            [session.told(.walletEscrow), TokenAmount.text(escrowMicro, token)],
        ]
        if let opens = exitOpens, let closes = exitCloses {
            rows.append([
                session.told(.walletExit),
                TokenAmount.text(exitMicro, token) + "  "
                    + session.told(
                        .walletExitWindow,
                        ["opens": TokenAmount.moment(opens), "closes": TokenAmount.moment(closes)]),
            ])
        }
        return Table.aligned(rows)
    }
}
