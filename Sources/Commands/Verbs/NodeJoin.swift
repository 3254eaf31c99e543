import Domain
import NodeAgent
import Wire

extension Option where Value == Int {
    static let uses = Option("uses", "NUMBER", .optionUses, .whole(1...100))
}

extension Option where Value == Int64 {
    /// Seconds; a market counts in minutes.
    static let validity = Option("timeout", "1h", .optionValidity, .duration(60...3600))
}

extension LeafCommand {
    /// `orban market token create`: a word with which nodes join, good for an hour at most.
    static let marketTokenCreate = LeafCommand(
        "market token create", .helpTokenCreate,
        options: [Option.uses.form, Option.account.form, Option<Int64>.validity.form]
    ) { session in
        let seconds = try session.arguments.value(Option<Int64>.validity) ?? 3600
        let request = JoinTokenRequest(
            provider: try session.arguments.value(Option.account),
            uses: try session.arguments.value(Option.uses) ?? 1,
            validMinutes: Int(clamping: seconds / 60))
        let token: JoinTokenDTO = try await session.withMarket([.provider, .operator]) {
            try await $0.post("/v1/join-tokens", request, idempotencyKey: nil)
        }
        session.terminal.progress(
            session.told(
                .tokenMade,
                ["uses": String(token.uses), "time": token.expiresAt.description]))
        let word = try JoinTokenText.of(token)
        try session.show(token) { [word] }
        return ExitCode.done.rawValue
    }

    /// `orban node join`: keys made here, the market's authority checked, a certificate got.
    static let nodeJoin = LeafCommand(
        "node join", .helpNodeJoin, operands: [Operand("token", .operandToken)],
        options: [Option<String>.nodeName.form, Option.stateFolder.form]
    ) { session in
        let token = try ValueForm(.expectToken) { JoinTokenText.token($0) }
            .value(session.arguments.operands[0], of: "token")
        let identity: NodeIdentity
        do {
            identity = try await Enrollment.join(
                with: Enrollment.Token(
                    marketURL: token.url, id: token.tokenID, secret: token.tokenSecret,
                    authorityFingerprint: token.caFingerprint),
                as: try session.arguments.value(Option<String>.nodeName) ?? "node-1",
                stateFolder: try session.nodeFolder())
        } catch let refused as EnrollmentRefused {
            throw RemoteProblem(problem: refused.problem)
        }
        try session.show(identity.place) {
            [session.told(.nodeJoined, ["node": identity.place.node.text])]
        }
        return ExitCode.done.rawValue
    }
}

extension Session {
    /// Where the node of this machine keeps its state.
    func nodeFolder() throws -> String {
        surroundings.absolute(
            try arguments.value(Option<String>.stateFolder) ?? settings.statePath + "/node")
    }
}
