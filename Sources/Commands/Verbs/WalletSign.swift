import ControlPlane
import Domain
import Ethereum
import Wire

extension Option where Value == Address {
    static let user = Option("for", "0x…", .optionVaultUser, .address)
}

extension Option where Value == String {
    static let accept = Option("accept", "JOB", .optionAccept)
}

extension LeafCommand {
    /// `orban wallet link`: shows the market that this wallet's key is the caller's, so that its deposit pays.
    static let walletLink = LeafCommand(
        "wallet link", .helpWalletLink,
        options: Wallet.options + [Option<String>.contracts.form]
    ) { session in
        let deployment = try session.deployment()
        let key = try await Wallet(session).open(session)
        let linked: VaultDTO = try await session.withMarket([.renter]) { market in
            let vault = try await market.vault(of: deployment)
            let balance: BalanceDTO = try await market.get("/v1/balance")
            let text = LinkStatement(
                origin: vault.origin, account: balance.account, chainID: vault.chainID,
                vault: vault.vault
            ).text
            let signature = key.sign(PersonalMessage.digest(of: Array(text.utf8)))
            return try await market.put(
                "/v1/vault/address",
                LinkRequest(
                    address: ChainAddress(key.address),
                    signature: Ethereum.Hex.text(of: signature.bytes)))
        }
        try session.show(linked) {
            ["✓ " + session.told(.walletLinked, ["address": "\(key.address)"])]
        }
        return ExitCode.done.rawValue
    }

    /// `orban wallet sign`: signs for what the caller's own jobs are proven to have used, and locks what they ask for.
    static let walletSign = LeafCommand(
        "wallet sign", .helpWalletSign,
        options: ChainSender.options + [
            Option<Address>.user.form,
            Option<String>.accept.form, Flag.once.form,
        ]
    ) { session in
        let deployment = try session.deployment()
        let key = try await Wallet(session).open(session)
        let user = try session.arguments.value(Option<Address>.user) ?? key.address
        return try await session.withMarket([.renter]) { market in
            try await Signing(
                session: session, market: market, deployment: deployment, key: key, user: user
            ).run()
        }
    }
}

extension MarketClient {
    /// The market's vault, if it is the caller's own too: no signature is ever made for another one.
    ///
    /// - Throws: `WireError.chainWrong`.
    func vault(of deployment: Deployment) async throws -> VaultDTO {
        let vault: VaultDTO = try await get("/v1/vault")
        guard vault.chainID == deployment.chain.number,
            vault.vault == ChainAddress(deployment.vault),
            vault.token == ChainAddress(deployment.dollar)
        else {
            throw WireError.chainWrong(
                .vaultOther, ["vault": vault.vault.text, "wanted": "\(deployment.vault)"])
        }
        return vault
    }
}

/// One `orban wallet sign`.
private struct Signing {
    private static let pause: Int64 = 5_000
    /// For a job whose own limit was written elsewhere.
    private static let longestAdopted: Int64 = 32 * 86_400

    let session: Session
    let market: MarketClient
    let deployment: Deployment
    let key: PrivateKey
    let user: Address

    private struct Report: Encodable {
        let signed: [VoucherBook.Sums]
        /// Leases that the escrow has not closed.
        let locked: [VoucherBook.Locked]
        /// Jobs whose bills are not all counted yet.
        let open: [JobID]
    }

    /// Until every job is over, signed for and, where its price was locked, closed; with `--once`, one look.
    func run() async throws -> Int32 {
        let folder = VoucherFolder(
            chain: deployment.chain.number, vault: ChainAddress(deployment.vault),
            user: ChainAddress(user), session.settings)
        let lock = try folder.lock(for: ChainAddress(user))
        defer { withExtendedLifetime(lock) {} }
        let isOnce = session.arguments.has(.once)
        let watch = LockWatch(session: session, deployment: deployment, key: key)
        let locking = Locking(session: session, market: market, deployment: deployment, key: key)
        var signed: [VoucherBook.Sums] = []
        var isKnown = false
        while true {
            do {
                // First: a market that does not answer keeps nothing from being struck out.
                let unopened = try await watch.look(folder)
                if !isKnown { try await begin(folder) }
                isKnown = true
                var book = try folder.read()
                try await count(&book)
                signed += try await sign(&book, folder)
                let waiting = try await locking.advance(&book, folder, unopened)
                let open = book.mandates.filter { !$0.isCounted || waiting.contains($0.job) }
                if open.isEmpty || isOnce {
                    try show(signed, book, open, waiting)
                    return ExitCode.done.rawValue
                }
            } catch {
                // What a first look does not find is likelier mistaken than away, unless something is at stake.
                if isOnce { throw error }
                if !isKnown, try folder.read().openLocks.isEmpty { throw error }
                try session.endure(error)
            }
            try await market.pause(milliseconds: Self.pause)
        }
    }

    private func begin(_ folder: VoucherFolder) async throws {
        guard try await market.vault(of: deployment).deposit?.address == ChainAddress(user) else {
            throw WireError.chainWrong(.vaultUserOther, ["address": "\(user)"])
        }
        try await adopt(try session.arguments.all(Option<String>.accept), folder)
        var book = try folder.read()
        try await reopen(&book)
        try folder.write(book)
    }

    private func show(
        _ signed: [VoucherBook.Sums], _ book: VoucherBook, _ open: [VoucherBook.Mandate],
        _ waiting: Set<JobID>
    ) throws {
        let report = Report(signed: signed, locked: book.openLocks, open: open.map(\.job))
        try session.show(report) {
            var lines = try locked(book)
            let counting = open.filter { !$0.isCounted }.count
            if book.mandates.isEmpty { lines.append(session.told(.signNothing)) }
            if counting > 0 {
                lines.append(session.told(.signOpen, ["count": String(counting)]))
            } else if !waiting.isEmpty {
                lines.append(session.told(.signWaits))
            } else if !book.mandates.isEmpty {
                lines.append(session.told(.signAll))
            }
            if book.locked?.isEmpty == false { lines.append(session.told(.signWithdraw)) }
            return lines
        }
    }

    /// Jobs that were run again since they were counted.
    private func reopen(_ book: inout VoucherBook) async throws {
        for mandate in book.mandates where mandate.isCounted {
            if let job = try await known(mandate.job) {
                book.reopen(mandate.job, charged: job.charged.money)
            }
        }
    }

    /// Nil for a job that this market, or this account, does not have.
    private func known(_ id: JobID) async throws -> JobDTO? {
        do {
            return try await market.get("/v1/jobs/\(id)")
        } catch let problem as RemoteProblem
            where problem.problem.code == ErrorCode.jobNotFound.rawValue
        {
            session.terminal.note("! " + session.told(.signUnknownJob, ["job": id.text]))
            return nil
        }
    }

    /// Jobs that the user names were sent from elsewhere: their budget is what the market shows for them.
    private func adopt(_ names: [String], _ folder: VoucherFolder) async throws {
        guard !names.isEmpty else { return }
        let commission = try await market.vault(of: deployment).commissionBPS
        for name in names {
            let job: JobDTO = try await market.get("/v1/jobs/\(name.pathSegment)")
            guard job.payer == ChainAddress(user) else {
                throw WireError.chainWrong(.vaultUserOther, ["address": "\(user)"])
            }
            try folder.accept(
                VoucherBook.Mandate(
                    job.id, budget: job.budget.money,
                    atMost: try Rate(microPerHour: JobSpec.rateCeiling), commission: commission,
                    lockedFor: job.isLocked == true ? Self.longestAdopted : nil))
        }
    }

    /// A bill that is not borne out is told and left; the others are counted.
    private func count(_ book: inout VoucherBook) async throws {
        for mandate in book.mandates where !mandate.isCounted {
            guard let job = try await known(mandate.job) else { continue }
            do {
                let bundle: ProofBundleDTO = try await market.get("/v1/jobs/\(mandate.job)/proof")
                try book.count(bundle, isOver: job.state.isOver)
            } catch let fault as VoucherBook.Fault {
                session.terminal.note(
                    "! "
                        + session.told(
                            .signRefused,
                            ["job": mandate.job.text, "reason": fault.text(in: session.language)]))
            } catch let problem as RemoteProblem
                where problem.problem.code == ErrorCode.unavailable.rawValue
            {
                // Its newest record has no place in the log yet.
                continue
            }
        }
    }

    private func sign(
        _ book: inout VoucherBook, _ folder: VoucherFolder
    ) async throws -> [VoucherBook.Sums] {
        let standing = try await market.vault(of: deployment)
        let held = standing.pairs.map { ($0.payee, max($0.signedMicro, $0.redeemedMicro)) }
        let due = try book.due(held: Dictionary(held) { max($0, $1) })
        let vouchers = try due.map { sums in
            let voucher = try voucher(sums)
            let signature = key.sign(
                try voucher.digest(for: Vault(deployment.vault), on: deployment.chain))
            return VoucherDTO(voucher, signature.bytes)
        }
        // What was counted is kept, and what is signed before anybody sees it.
        for sums in due { book.note(sums) }
        try folder.write(book)
        guard !due.isEmpty else { return [] }
        let answer: VaultDTO = try await market.put(
            "/v1/vault/vouchers",
            VoucherFileDTO(
                chainID: deployment.chain.number, vault: "\(deployment.vault)",
                vouchers: vouchers))
        for sums in due {
            let kept = answer.pairs.first { $0.payee == sums.payee }.map {
                max($0.signedMicro, $0.redeemedMicro)
            }
            session.terminal.progress(
                (kept == sums.cumulativeMicro ? "✓ " : "! ")
                    + session.told(
                        .signDone,
                        [
                            "payee": sums.payee.text,
                            "amount": (try? Money(micro: sums.cumulativeMicro)).map(
                                Quantity.money) ?? "–",
                        ]))
        }
        return due
    }

    private func voucher(_ sums: VoucherBook.Sums) throws -> Voucher {
        guard let root = Hash256(bytes: sums.usageRoot.bytes) else {
            throw WireError.internalFailure
        }
        return Voucher(
            user: user, payee: Address(sums.payee), token: deployment.dollar,
            cumulative: try Money(micro: sums.cumulativeMicro).units,
            commission: try Money(micro: sums.commissionMicro).units, usageRoot: root)
    }

    private func locked(_ book: VoucherBook) throws -> [String] {
        Table.aligned(
            try book.openLocks.map { lock in
                [
                    lock.lease.text, Quantity.money(try Money(micro: lock.depositMicro)),
                    session.told(.lockSigned, ["seconds": String(lock.seconds)]),
                ]
            })
    }
}

extension VoucherBook.Fault {
    func text(in language: Language) -> String {
        switch self {
        case .audit(let fault): fault.text(in: language)
        case .logChanged: Message.auditLogKeyChanged.text(in: language)
        case .priceAbove(let lease):
            Message.signPriceAbove.text(in: language, ["lease": lease.text])
        case .budgetAbove(let micro):
            Message.signBudgetAbove.text(in: language, ["charge": Self.amount(micro)])
        case .lockedAbove(let micro):
            Message.signBudgetLocked.text(in: language, ["charge": Self.amount(micro)])
        case .commissionAbove(let lease):
            Message.signCommissionAbove.text(in: language, ["lease": lease.text])
        case .payeeUnsaid(let lease):
            Message.signPayeeUnsaid.text(in: language, ["lease": lease.text])
        case .termsOther(let lease):
            Message.signTermsOther.text(in: language, ["lease": lease.text])
        case .wentBack(let lease):
            Message.signWentBack.text(in: language, ["lease": lease.text])
        }
    }

    /// What no ledger has is a dash.
    private static func amount(_ micro: Int64) -> String {
        do { return Quantity.money(try Money(micro: micro)) } catch { return "–" }
    }
}
