import ControlPlane
import Domain
import Ethereum
import Foundation
import NodeAgent
import Wire

extension Option where Value == String {
    static let publicURL = Option("public-url", "URL", .optionPublicURL, .text)
}

extension Option where Value == Int {
    static let anchorEvery = Option(
        "anchor-every", "MINUTES", .optionAnchorEvery, .whole(1...1_440))
    static let redeemEvery = Option(
        "redeem-every", "SECONDS", .optionRedeemEvery, .whole(1...604_800))
    /// Its most leaves a lock's deadline within what a payer's client locks for.
    static let lockWindow = Option(
        "lock-window", "SECONDS", .optionLockWindow, .whole(1...43_200))
}

extension Option where Value == Money {
    static let unsignedLimit = Option("unsigned-limit", "1.00", .optionUnsignedLimit, .amount)
}

/// What a market is told of its chain.
enum MarketChain {
    static let options: [OptionForm] =
        ChainAccess.options + Wallet.options + [
            Option.keyDescriptor.form, Option.mostFee.form, Option.anchorEvery.form,
            Option<Int>.redeemEvery.form, Option<Int>.lockWindow.form,
            Option<Money>.unsignedLimit.form,
            Option<String>.publicURL.form,
        ]
    private static let gwei: UInt64 = 1_000_000_000

    /// Nil without `--rpc`: a variable that wallets use does not put a market on a chain.
    ///
    /// - Throws: `UsageFault.valueMissing`, `WireError.chainWrong`, `.walletUnusable`.
    static func configuration(_ session: Session) async throws -> ChainConfiguration? {
        let endpoints = try session.arguments.all(Option<String>.rpc)
        // Before that: what cannot be is refused though it would not be used.
        let habits = try Habits(session.arguments)
        guard !endpoints.isEmpty else { return nil }
        let deployment = try session.deployment()
        var configuration = plain(endpoints, deployment, try await key(session), habits)
        configuration.publicURL = try session.arguments.value(Option<String>.publicURL) ?? ""
        if let most = try session.arguments.value(Option.mostFee) {
            configuration.mostPerGas = Wei(UInt256(most * gwei))
        }
        guard configuration.publicURL.utf8.count <= UsageAnchor.longestURI else {
            throw UsageFault.valueRefused(
                option: "--public-url", configuration.publicURL, ExpectedValue(.expectSomething))
        }
        return configuration
    }

    /// How often it does what, as `orban up` is asked, too.
    struct Habits: Sendable {
        let anchorPeriods: Int?
        let unsignedLimit: Money?
        let redeemSeconds: Int?
        let lockSeconds: Int?

        init(_ arguments: Arguments) throws {
            anchorPeriods = try arguments.value(Option.anchorEvery)
            unsignedLimit = try arguments.value(Option<Money>.unsignedLimit)
            redeemSeconds = try arguments.value(Option<Int>.redeemEvery)
            lockSeconds = try arguments.value(Option<Int>.lockWindow)
        }
    }

    static func plain(
        _ endpoints: [String], _ deployment: Deployment, _ key: PrivateKey, _ habits: Habits
    ) -> ChainConfiguration {
        var configuration = ChainConfiguration(
            endpoints: endpoints, chain: deployment.chain,
            anchor: UsageAnchor(deployment.anchor), vault: Vault(deployment.vault),
            escrow: LeaseEscrow(deployment.escrow), dollar: ERC20(deployment.dollar), key: key)
        configuration.fromBlock = deployment.fromBlock
        if let minutes = habits.anchorPeriods { configuration.anchorPeriods = minutes }
        if let limit = habits.unsignedLimit { configuration.unsignedLimit = limit }
        if let seconds = habits.redeemSeconds { configuration.redeemSeconds = seconds }
        if let seconds = habits.lockSeconds { configuration.lockSeconds = Int64(seconds) }
        return configuration
    }

    private static func key(_ session: Session) async throws -> PrivateKey {
        guard let descriptor = try session.arguments.value(Option.keyDescriptor) else {
            return try await Wallet(session).open(session)
        }
        do {
            return try KeyFile.key(from: descriptor)
        } catch {
            throw try Wallet(session).trouble(error)
        }
    }
}
