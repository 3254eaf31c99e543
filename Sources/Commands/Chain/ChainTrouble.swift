import Ethereum
import Wire

// What a chain, its endpoints, its contracts and keys say becomes a sentence in the reader's language.
extension WireError {
    /// Nil for an error of something else.
    init?(ofChain error: any Error) {
        switch error {
        case let refusal as Chain.Refusal: self = Self.of(refusal)
        case let failure as Endpoint.Failure: self = Self.of(failure)
        case let disagreement as Quorum.Disagreement:
            self = .chainUnreachable(
                .chainDisagrees,
                [
                    "needed": "\(disagreement.needed)",
                    "answered": "\(disagreement.answered.count)",
                    "failed": "\(disagreement.failed.count)",
                ])
        case let kind as RPCRefusal.Kind: self = .contractRefused("JSON-RPC \(kind.code)")
        case let refusal as RPCRefusal: self = .contractRefused("JSON-RPC \(refusal.code)")
        case is FeeEstimate.Refusal, is GasLimit.Refusal:
            self = .chainWrong(.chainTooDear, [:])
        default: return nil
        }
    }

    private static func of(_ refusal: Chain.Refusal) -> WireError {
        switch refusal {
        case .wrongChain(let endpoint, let found):
            .chainWrong(.chainOther, ["endpoint": endpoint, "chain": "\(found)"])
        case .noCode(let address): .chainWrong(.chainNoCode, ["address": "\(address)"])
        case .reverted(let reason): .contractRefused(reason.words)
        case .unreadable(let method): .chainUnreachable(.chainUnreadable, ["method": method])
        }
    }

    private static func of(_ failure: Endpoint.Failure) -> WireError {
        switch failure {
        case .unreachable(let name): .chainUnreachable(.endpointAway, ["endpoint": name])
        case .late(let name): .chainUnreachable(.endpointLate, ["endpoint": name])
        case .status(let name, let code):
            .chainUnreachable(.endpointStatus, ["endpoint": name, "status": "\(code)"])
        case .tooLong(let name), .malformed(let name, _):
            .chainUnreachable(.endpointOdd, ["endpoint": name])
        case .tooManyCalls: .chainUnreachable(.endpointOdd, ["endpoint": "–"])
        }
    }
}

extension Chain.Notice {
    /// What one endpoint did while the others agreed.
    func text(in language: Language) -> String {
        let (message, endpoint): (Message, String) =
            switch self {
            case .dissents(let endpoint, _): (.endpointDissents, endpoint)
            case .lags(let endpoint, _): (.endpointLags, endpoint)
            case .isAhead(let endpoint, _): (.endpointAhead, endpoint)
            case .fails(let endpoint, _): (.endpointAway, endpoint)
            }
        return message.text(in: language, ["endpoint": endpoint])
    }
}

extension RevertReason {
    /// A contract's own words where it has some.
    var words: String {
        switch self {
        case .none: "–"
        case .text(let text): text
        case .panic(let code): Self.meaning(ofPanic: code) ?? "panic \(code)"
        case .custom(let error, _): error.signature
        case .unknown(let data): Hex.text(of: data.prefix(64))
        }
    }
}
