import Ethereum
import Wire

// What a chain, its endpoints, its contracts and keys say becomes a sentence in the reader's language.
extension WireError {
    /// Nil for an error of something else.
    init?(ofChain error: any Error) {
        switch error {
        case let refusal as Chain.Refusal: self = Self.of(refusal)
        case let failure as Endpoint.Failure: self = .chainUnreachable(failure.description)
        case let disagreement as Quorum.Disagreement:
            self = .chainUnreachable("\(disagreement)")
        case let kind as RPCRefusal.Kind: self = .contractRefused(kind.description)
        case let refusal as RPCRefusal: self = .contractRefused(refusal.description)
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
        case .unreadable: .chainUnreachable(refusal.description)
        }
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
        case .unknown(let data):
            "0x"
                + data.prefix(64).map { byte in
                    (byte < 16 ? "0" : "") + String(byte, radix: 16)
                }.joined()
        }
    }
}
