import Accounting
import Domain
import Ethereum
import Hummingbird
import Marketplace
import Transparency
import Wire

/// The vault that a market settles through.
package struct SettlementPlace: Sendable {
    let chain: ChainID
    let vault: Vault
    let escrow: LeaseEscrow
    /// Six decimals.
    let token: Address
    /// The market's own key: may sign for whom has authorised it.
    let delegate: ChainAddress
    let commission: BasisPoints
    let unsignedLimit: Money

    /// Nil where the market has no dealings with a chain.
    init?(of market: MarketConfiguration) {
        guard let configuration = market.chain else { return nil }
        commission = market.commission
        chain = configuration.chain
        vault = configuration.vault
        escrow = configuration.escrow
        token = configuration.dollar.address
        delegate = ChainAddress(configuration.key.address)
        unsignedLimit = configuration.unsignedLimit
    }
}

extension API {
    /// Deposits and vouchers under `/v1/vault`, where the market has dealings with a chain.
    mutating func addVault() {
        let market = market
        let both = Access.roles([.renter, .provider])
        add(.get, "/v1/vault", both) { _, call in
            try Self.json(try await market.vaultView(for: call))
        }
        add(.put, "/v1/vault/address", .roles([.renter])) { request, call in
            let link = try Self.decode(LinkRequest.self, try await Self.body(request))
            try await market.link(link, to: try call.account)
            return try Self.json(try await market.vaultView(for: call))
        }
        add(.get, "/v1/vault/vouchers", both) { _, call in
            try Self.json(try await market.vouchers(for: call))
        }
        add(.put, "/v1/vault/vouchers", .roles([.renter])) { request, call in
            let file = try Self.decode(VoucherFileDTO.self, try await Self.body(request))
            try await market.take(file)
            return try Self.json(try await market.vaultView(for: call))
        }
    }
}

extension MarketServices {
    static let mostVouchers = 1_000

    func settlementPlace() throws -> SettlementPlace {
        guard let settlement else { throw Refusal.noChain }
        return settlement
    }

    // MARK: Shown

    func vaultView(for call: Call) async throws -> VaultDTO {
        let place = try settlementPlace()
        let deposit = try await deposit(of: try call.account)
        return VaultDTO(
            origin: signer.name, chainID: place.chain.number,
            vault: ChainAddress(place.vault.address), token: ChainAddress(place.token),
            delegate: place.delegate, commissionBPS: place.commission.value,
            block: try await store.read([.books]).books?.vaultBlock,
            unsignedLimitMicro: place.unsignedLimit.micro, deposit: deposit,
            pairs: try await pairs(for: call).map(PairDTO.init))
    }

    private func deposit(of account: AccountID) async throws -> DepositDTO? {
        guard let user = try await vaultUser(of: account) else { return nil }
        let purse = Purse(of: account, payer: user.address, by: .vouchers)
        let rows = try await store.read(purse.both.map(Read.balance))
        let available = rows.balance(.vault(user.address)).micro
        return DepositDTO(
            address: user.address, availableMicro: max(0, available - user.short.micro),
            heldMicro: rows.balance(purse.held).micro,
            exitCloses: user.isLeaving(at: clock.now()) ? user.exitCloses.map(TimeDTO.init) : nil,
            custody: try custody(of: user).map(CustodyDTO.init))
    }

    func vaultUser(of account: AccountID) async throws -> VaultUser? {
        let read = Read.vaultUserOf(account)
        guard case .vaultUser(let user)? = try await store.read([read])[read].first else {
            return nil
        }
        return user
    }

    private func custody(of user: VaultUser) throws -> SessionKey? {
        let delegate = try settlementPlace().delegate
        return user.keys.first { $0.address == delegate }
    }

    /// True where the market may sign for a payer, or has; nil elsewhere.
    func isCustodial(_ terms: JobTerms) async throws -> Bool? {
        guard let payer = terms.payer, !terms.isLocked else { return nil }
        return try await isCustodial(payer)
    }

    private func isCustodial(_ payer: ChainAddress) async throws -> Bool? {
        guard let settlement else { return nil }
        let rows = try await store.read([.vaultUser(payer), .pairsOf(payer)])
        let may = try rows.vaultUser(payer).flatMap { try custody(of: $0) } != nil
        let has = rows.pairs(.pairsOf(payer)).contains {
            $0.signed?.signer == settlement.delegate
        }
        return may || has ? true : nil
    }

    /// A renter's own; a provider's are those that pay what its nodes name now.
    private func pairs(for call: Call) async throws -> [VoucherPair] {
        let account = try call.account
        if case .account(_, .renter) = call.principal {
            guard let user = try await vaultUser(of: account) else { return [] }
            return try await pairs(.pairsOf(user.address))
        }
        var pairs: [VoucherPair] = []
        for payee in try await payees(of: account) {
            pairs += try await self.pairs(.pairsPaying(payee, limit: 1_000_000))
        }
        return pairs
    }

    /// The settlement keys that a provider's nodes name now.
    func payees(of provider: AccountID) async throws -> [ChainAddress] {
        let nodes = Read.nodes(of: provider, limit: 1_000_000)
        let offers = try await store.read([nodes])[nodes].compactMap { row -> Read? in
            if case .node(let node) = row { .offer(node.id) } else { nil }
        }
        let rows = try await store.read(offers)
        return Set(offers.compactMap { rows.offer(at: $0)?.terms.payee?.address }).sorted()
    }

    private func pairs(_ read: Read) async throws -> [VoucherPair] {
        try await store.read([read]).pairs(read)
    }

    /// The newest signed voucher of each pair: whoever has them needs no market to be paid.
    func vouchers(for call: Call) async throws -> VoucherFileDTO {
        let place = try settlementPlace()
        let signed = try await pairs(for: call).compactMap(\.signed)
        return VoucherFileDTO(
            chainID: place.chain.number, vault: "\(place.vault.address)",
            vouchers: try signed.map {
                VoucherDTO(try $0.voucher(in: place.token), $0.signature)
            })
    }

    // MARK: Taken

    /// - Throws: `WireError.parameterInvalid` where another key signed, or another text.
    func link(_ link: LinkRequest, to account: AccountID) async throws {
        let place = try settlementPlace()
        let text = LinkStatement(
            origin: signer.name, account: account, chainID: place.chain.number,
            vault: ChainAddress(place.vault.address)
        ).text
        guard let bytes = Ethereum.Hex.bytes(of: link.signature), bytes.count == 65,
            let signature = try? Signature(strict: bytes),
            let signer = try? signature.signer(of: PersonalMessage.digest(of: Array(text.utf8))),
            ChainAddress(signer) == link.address
        else { throw WireError.parameterInvalid(name: "signature") }
        try await store.perform(.link(link.address, to: account))
    }

    /// Each for itself: what one is refused for does not hinder the others.
    ///
    /// - Throws: the first refusal: `Refusal.voucherWrong`; `WireError.parameterInvalid` for what is not in form, or
    ///   for another chain or vault.
    func take(_ file: VoucherFileDTO) async throws {
        let place = try settlementPlace()
        guard file.chainID == place.chain.number else {
            throw WireError.parameterInvalid(name: "chain_id")
        }
        guard (try? Address(file.vault)) == place.vault.address else {
            throw WireError.parameterInvalid(name: "vault")
        }
        guard file.vouchers.count <= Self.mostVouchers else {
            throw WireError.parameterInvalid(name: "vouchers")
        }
        let held = try file.vouchers.map { dto in
            do {
                return try HeldVoucher(
                    try dto.read(for: place.vault, on: place.chain), in: place.token)
            } catch let wrong as WrongField {
                throw WireError.parameterInvalid(name: "vouchers." + wrong.name)
            }
        }
        for outcome in try await store.perform(held.map(Command.takeVoucher)) {
            if case .failure(let refusal) = outcome { throw refusal }
        }
    }

    // MARK: Paying

    /// Whose deposit pays for a spec; nil where the renter's balance does.
    ///
    /// - Throws: `Refusal.noChain`, `.addressUnknown` where the renter has linked none.
    func payer(of spec: JobSpec, _ renter: AccountID) async throws -> ChainAddress? {
        guard spec.payment != .balance else { return nil }
        _ = try settlementPlace()
        guard let user = try await vaultUser(of: renter) else { throw Refusal.addressUnknown }
        return user.address
    }

    func planVault(of spec: JobSpec, _ renter: AccountID) async throws -> PlanVaultDTO? {
        guard let payer = try await payer(of: spec, renter) else { return nil }
        let account = LedgerAccount.vault(payer)
        let rows = try await store.read([.balance(account)])
        return PlanVaultDTO(
            payer: payer, available: MoneyDTO(rows.balance(account)),
            unsignedLimit: MoneyDTO(try settlementPlace().unsignedLimit),
            custodial: spec.payment == .vault ? try await isCustodial(payer) ?? false : false,
            isLocked: spec.payment == .lock ? true : nil)
    }
}

extension CustodyDTO {
    init(_ key: SessionKey) {
        self.init(
            capMicro: key.cap.micro, spentMicro: key.spent.micro, expires: TimeDTO(key.expires))
    }
}

extension PairDTO {
    init(_ pair: VoucherPair) {
        self.init(
            user: pair.parties.user, payee: pair.parties.payee,
            owedMicro: pair.owed.cumulative.micro, commissionMicro: pair.owed.commission.micro,
            signedMicro: (pair.signed?.sums.cumulative ?? .zero).micro,
            redeemedMicro: pair.redeemed.cumulative.micro)
    }
}

extension Rows {
    fileprivate func offer(at read: Read) -> Offer? {
        if case .offer(let offer)? = self[read].first { offer } else { nil }
    }
}
