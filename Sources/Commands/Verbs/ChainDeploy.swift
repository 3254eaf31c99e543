import ControlPlane
import Ethereum
import Wire

extension Option where Value == UInt64 {
    static let chainID = Option(
        "chain-id", "N", .optionChainID, .whole(1...(1 << 53)))
    static let ceiling = Option("ceiling", "BPS", .optionCeiling, .whole(0...10_000))
}

extension Option where Value == Address {
    static let token = Option("token", "0x…", .optionToken, .address)
    static let treasury = Option("treasury", "0x…", .optionTreasury, .address)
}

extension Option where Value == Int64 {
    private static let longest: Int64 = 400 * 86_400
    static let exitDelay = Option(
        "exit-delay", "1d", .optionExitDelay, .duration(0...longest))
    static let exitWindow = Option(
        "exit-window", "7d", .optionExitWindow, .duration(1...longest))
    static let disputeWindow = Option(
        "dispute-window", "1d", .optionDisputeWindow, .duration(1...longest))
}

extension LeafCommand {
    /// `orban chain mint`: test dollars, which a development chain gives to anybody.
    static let chainMint = LeafCommand(
        "chain mint", .helpChainMint, operands: [Operand("amount", .operandAmount)],
        options: ChainSender.options
    ) { session in
        let amount = try ValueForm.amount.value(session.arguments.operands[0], of: "amount")
        return try await act(session, .chainMinted) { access, account in
            [
                try TestDollar(access.dollar.address).mint(amount.units, for: account)
            ]
        }
    }

    /// `orban chain deploy`: the contracts, which nobody owns afterwards; prints what `ORBAN_CONTRACTS` holds.
    static let chainDeploy = LeafCommand(
        "chain deploy", .helpChainDeploy,
        options: [
            Option<String>.rpc.form, Option.chainID.form, Option.token.form,
            Option.treasury.form, Option.ceiling.form, Option.exitDelay.form,
            Option.exitWindow.form, Option.disputeWindow.form,
        ] + ChainSender.own
    ) { session in
        guard let id = try session.arguments.value(Option.chainID) else {
            throw UsageFault.valueMissing("--chain-id")
        }
        let deployment = try await ChainAccess.withChain(ChainID(id), session) { chain in
            let deployment = try await deploy(session, on: chain)
            try await ChainAccess(chain: chain, deployment: deployment).check()
            return deployment
        }
        try session.terminal.write(try WireJSON.text(deployment) + "\n")
        return ExitCode.done.rawValue
    }

    /// A test dollar, too, where no token is named.
    private static func deploy(
        _ session: Session, on chain: Chain
    ) async throws -> Deployment {
        let arguments = session.arguments
        let sender = try await ChainSender(chain, session)
        var token = try arguments.value(Option.token)
        if token == nil { token = try await sender.make(try Deploying.testDollar()) }
        guard let dollar = token else { throw UsageFault.valueMissing("--token") }
        let day: Int64 = 86_400
        func seconds(_ option: Option<Int64>, else standard: Int64) throws -> UInt64 {
            UInt64(max(try arguments.value(option) ?? standard, 0))
        }
        let terms = Deploying.Terms(
            tokens: [dollar],
            treasury: try arguments.value(Option.treasury) ?? sender.key.address,
            ceiling: try arguments.value(Option.ceiling) ?? 1_000,
            exitDelay: try seconds(Option.exitDelay, else: day),
            exitWindow: try seconds(Option.exitWindow, else: 7 * day),
            disputeWindow: try seconds(Option.disputeWindow, else: day))
        let first = try await chain.latest().number
        return Deployment(
            chain: chain.id, vault: try await sender.make(try Deploying.vault(terms)),
            escrow: try await sender.make(try Deploying.escrow(terms)),
            anchor: try await sender.make(try Deploying.anchor()), dollar: dollar,
            fromBlock: first)
    }
}
