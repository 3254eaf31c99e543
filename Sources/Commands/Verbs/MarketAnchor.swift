import ControlPlane
import Domain
import Transparency
import Wire

private struct AnchoredView: Codable {
    let size: Int64
    /// `0x` and 64 digits.
    let root: String
    let transaction: String
    let block: Int64
}

extension LeafCommand {
    /// `orban market anchor`: has the log's newest head anchored, and waits until that is final.
    static let marketAnchor = LeafCommand(
        "market anchor", .helpMarketAnchor, options: [Option.timeout.form]
    ) { session in
        let seconds = try session.arguments.value(Option.timeout) ?? 600
        let anchored = try await session.withMarket([.operator]) { market in
            let wish: AnchorWishDTO = try await market.postAgain("/v1/log/anchors")
            return try await awaitAnchor(of: wish.size, within: seconds, market)
        }
        guard let anchored else { throw WireError.timeout(seconds: seconds) }
        let head = try head(anchored.head)
        let view = AnchoredView(
            size: head.size, root: "0x" + Transparency.Hex.encode(head.root.bytes),
            transaction: anchored.anchor.transaction, block: anchored.anchor.block)
        try session.show(view) {
            [
                "✓ "
                    + session.told(
                        .anchorDone,
                        [
                            "root": view.root, "size": "\(view.size)", "block": "\(view.block)",
                            "transaction": view.transaction,
                        ])
            ]
        }
        return ExitCode.done.rawValue
    }

    private static func awaitAnchor(
        of size: Int64, within seconds: Int64, _ market: MarketClient
    ) async throws -> AnchoredHeadDTO? {
        let clock = ContinuousClock()
        let end = clock.now + .seconds(seconds)
        while clock.now < end {
            if let known = try await newest(market), try head(known.head).size >= size {
                return known
            }
            try await MarketClock.pause(milliseconds: 500)
        }
        return nil
    }

    /// Nil while nothing is anchored for good.
    private static func newest(_ market: MarketClient) async throws -> AnchoredHeadDTO? {
        do {
            return try await market.get("/v1/log/anchor")
        } catch let error as RemoteProblem
            where error.problem.code == ErrorCode.chainMissing.rawValue
        {
            return nil
        }
    }

    /// As the market says it: an auditor checks the signature.
    private static func head(_ note: String) throws -> Head {
        try Head(parsing: SignedNote(parsing: Array(note.utf8)).text)
    }
}
