import Domain
import NodeAgent
import Wire

extension Option where Value == AccountID {
    static let account = Option("account", "acc_…", .optionAccount, .account)
}

extension Option where Value == Role {
    static let role = Option("role", "ROLE", .optionRole, .word())
}

extension LeafCommand {
    /// `orban market key create`: the key goes to standard output and is kept nowhere.
    static let marketKeyCreate = LeafCommand(
        "market key create", .helpKeyCreate,
        options: [Option.account.form, Option.role.form, Option<String>.name.form]
    ) { session in
        guard let account = try session.arguments.value(Option.account) else {
            throw UsageFault.valueMissing("--account")
        }
        guard let role = try session.arguments.value(Option.role) else {
            throw UsageFault.valueMissing("--role")
        }
        let label = try session.arguments.value(Option<String>.name) ?? account.text
        let made: KeyDTO = try await session.withMarket([.operator]) { market in
            try await market.post(
                "/v1/keys", KeyRequest(account: account, role: role, label: label),
                idempotencyKey: nil)
        }
        session.terminal.progress(
            session.told(.keyMade, ["account": account.text, "role": role.rawValue]))
        try session.show(made) { [made.key] }
        return ExitCode.done.rawValue
    }

    /// `orban market credit`: books money from the account *operator-granted*.
    static let marketCredit = LeafCommand(
        "market credit", .helpCredit,
        operands: [Operand("account", .operandAccount), Operand("amount", .operandAmount)],
        options: [Option.reason.form]
    ) { session in
        let words = session.arguments.operands
        let account = try ValueForm.account.value(words[0], of: "account")
        let amount = try ValueForm.amount.value(words[1], of: "amount")
        guard let reason = try session.arguments.value(Option.reason) else {
            throw UsageFault.valueMissing("--reason")
        }
        let balance: BalanceDTO = try await session.withMarket([.operator]) { market in
            try await market.post(
                "/v1/accounts/\(account)/credits",
                CreditRequest(amount: MoneyDTO(amount), reason: reason),
                idempotencyKey: "credit-" + FreshKey.make())
        }
        try session.show(balance) {
            [
                session.told(
                    .creditBooked,
                    [
                        "amount": Quantity.money(amount), "account": account.text,
                        "reason": reason,
                    ])
            ]
        }
        return ExitCode.done.rawValue
    }

    /// `orban market image`: uploads an OCI archive and gives it the name that jobs use.
    static let marketImage = LeafCommand(
        "market image", .helpMarketImage,
        operands: [Operand("name", .operandImage), Operand("archive", .operandArchive)]
    ) { session in
        let (name, archive) = (session.arguments.operands[0], session.arguments.operands[1])
        let path = session.surroundings.absolute(archive)
        let bytes = try await Blocking.run { try ByteSource(LocalFile(reading: path)) }
        let digest = try await Blocking.run { try bytes.digest() }
        let image: ImageDTO = try await session.withMarket([.operator]) { market in
            let size = Quantity.bytes(bytes.size)
            session.terminal.progress(
                session.told(.runUploading, ["path": archive, "size": size]))
            if try await BlobTransfer(client: market).upload(bytes, as: digest) == .alreadyStored {
                session.terminal.progress(
                    "✓ " + session.told(.runAlreadyStored, ["path": archive]))
            }
            return try await market.put(
                "/v1/images/\(name.pathSegment)", ImageDTO(name: name, digest: digest))
        }
        try session.show(image) { ["\(image.name)  \(image.digest)"] }
        return ExitCode.done.rawValue
    }
}
