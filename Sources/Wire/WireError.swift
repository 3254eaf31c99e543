package import Domain

/// What the edges themselves refuse. Closed, safe to show; carries what its sentence names.
package enum WireError: Error, Hashable, Sendable {
    case specInvalid(SpecError)
    case bodyMalformed(String)
    case bodyTooLarge(limitBytes: Int)
    case parameterInvalid(name: String)
    case idempotencyKeyMissing
    case unauthorized
    case forbidden(needs: Role)
    case tokenInvalid
    /// The market has no place where nodes could find it.
    case nodesNotTaken
    case notFound(String)
    /// The methods that the address has.
    case methodNotAllowed([String])
    case imageNotFound(String)
    /// A registry's image without its digest.
    case imageUnpinned(String)
    case blobMismatch(BlobDigest)
    case blobTooLarge(limitBytes: Int64)
    /// Of a file of that size.
    case rangeNotSatisfiable(size: Int64)
    /// The text is `Mismatch.line`.
    case noMatchingOffers(String, fixes: [FixDTO])
    case tooManyRequests(afterSeconds: Int)
    case requestTooSlow
    case unavailable
    case internalFailure
    /// Where help says how it is written.
    case usage(String, help: String)
    case confirmRequired(upTo: Money?)
    case fileNotFound(String)
    /// A file or folder of this machine cannot be read or written as it has to be, and why.
    case fileUnusable(path: String, Message, [String: String])
    case loginRequired(context: String)
    /// The context has keys, and none of a role that may do it.
    case roleMissing(context: String, has: [Role], needs: [Role])
    case credentialsExposed(path: String)
    case marketUnreachable(String)
    case marketUntrusted(String)
    case timeout(seconds: Int64)
    case proofInvalid(String)
    /// The file of a machine's owner does not count, and why.
    case egressPolicyInvalid(path: String, Message, [String: String])
    case cannotListen(ListenFailure)
    /// A node offers no more than the others on its machine leave.
    case capacityTaken(asked: Resources, free: Resources)
    case nodeRunsAlready(NodeID)
    /// No node joined a market with this folder.
    case nodeNotJoined(folder: String)
    /// A node's container store has no image to try runtimes with.
    case selfTestImageMissing(image: String, store: String, run: String)
    case engineOther(found: String, wanted: String)
    /// Standard output took no more, and why by `errno`.
    case outputFailed(Int32)
    /// Too few endpoints of a chain answer, or agree.
    case chainUnreachable(Message, [String: String])
    /// A chain, or what is on it, is not what it has to be, and why.
    case chainWrong(Message, [String: String])
    /// By a contract or the chain itself, in its own words.
    case contractRefused(String)
    case walletUnusable(path: String, Message, [String: String])
    /// Something of this machine failed: a file, a folder, a program.
    case localFailure(String)
    case interrupted

    package var errorCode: ErrorCode {
        switch self {
        case .specInvalid: .specInvalid
        case .bodyMalformed: .bodyMalformed
        case .bodyTooLarge: .bodyTooLarge
        case .parameterInvalid: .parameterInvalid
        case .idempotencyKeyMissing: .idempotencyKeyMissing
        case .unauthorized: .unauthorized
        case .forbidden: .forbidden
        case .tokenInvalid: .tokenInvalid
        case .nodesNotTaken: .nodesNotTaken
        case .notFound: .notFound
        case .methodNotAllowed: .methodNotAllowed
        case .imageNotFound: .imageNotFound
        case .imageUnpinned: .imageUnpinned
        case .blobMismatch: .blobMismatch
        case .blobTooLarge: .bodyTooLarge
        case .rangeNotSatisfiable: .rangeNotSatisfiable
        case .noMatchingOffers: .noMatchingOffers
        case .tooManyRequests: .tooManyRequests
        case .requestTooSlow: .requestTooSlow
        case .unavailable: .unavailable
        case .internalFailure: .internalFailure
        case .usage: .usage
        case .confirmRequired: .confirmRequired
        case .fileNotFound: .fileNotFound
        case .fileUnusable: .fileUnusable
        case .loginRequired: .loginRequired
        case .roleMissing: .roleMissing
        case .cannotListen: .cannotListen
        case .capacityTaken: .capacityTaken
        case .nodeRunsAlready: .nodeRunsAlready
        case .nodeNotJoined: .nodeNotJoined
        case .selfTestImageMissing: .selfTestImageMissing
        case .engineOther: .engineOther
        case .outputFailed: .outputFailed
        case .credentialsExposed: .credentialsExposed
        case .marketUnreachable: .marketUnreachable
        case .marketUntrusted: .marketUntrusted
        case .timeout: .timeout
        case .proofInvalid: .proofInvalid
        case .egressPolicyInvalid: .egressPolicyInvalid
        case .chainUnreachable: .chainUnreachable
        case .chainWrong: .chainWrong
        case .contractRefused: .contractRefused
        case .walletUnusable: .walletUnusable
        case .localFailure: .localFailure
        case .interrupted: .interrupted
        }
    }

    /// What the placeholders of its sentences stand for.
    func values(in language: Language) -> [String: String] {
        switch self {
        case .specInvalid(let error): ["what": error.located(in: language)]
        case .bodyMalformed(let what), .notFound(let what),
            .marketUnreachable(let what), .marketUntrusted(let what), .proofInvalid(let what),
            .localFailure(let what), .contractRefused(let what),
            .noMatchingOffers(let what, fixes: _):
            ["what": what]
        case .bodyTooLarge(let limit): ["limit": Quantity.bytes(Int64(limit))]
        case .blobTooLarge(let limit): ["limit": Quantity.bytes(limit)]
        case .rangeNotSatisfiable(let size): ["size": Quantity.bytes(size)]
        case .usage(let what, let help): ["what": what, "help": help]
        case .parameterInvalid(let name):
            ["name": name, "form": ErrorText.form(of: name).text(in: language)]
        case .imageNotFound(let name), .imageUnpinned(let name): ["name": name]
        case .forbidden(let role): ["role": role.rawValue]
        case .blobMismatch(let digest): ["digest": digest.text]
        case .tooManyRequests(let seconds): ["seconds": String(seconds)]
        case .confirmRequired(let amount):
            [
                "what": amount.map {
                    Message.confirmSpend.text(in: language, ["amount": Quantity.money($0)])
                } ?? Message.confirmAct.text(in: language)
            ]
        case .fileNotFound(let path), .credentialsExposed(let path): ["path": path]
        case .egressPolicyInvalid(let path, let why, let values),
            .fileUnusable(let path, let why, let values),
            .walletUnusable(let path, let why, let values):
            ["path": path, "what": why.text(in: language, values)]
        case .chainWrong(let why, let values), .chainUnreachable(let why, let values):
            ["what": why.text(in: language, values)]
        case .loginRequired(let context): ["context": context]
        case .roleMissing(let context, let has, let needs):
            [
                "context": context, "has": has.map(\.rawValue).joined(separator: ", "),
                "needs": needs.map(\.rawValue).joined(separator: ", "),
            ]
        case .cannotListen(let failure): failure.values(in: language)
        case .capacityTaken(let asked, let free):
            ["asked": Quantity.machine(asked), "free": Quantity.machine(free)]
        case .nodeRunsAlready(let node): ["node": node.text]
        case .nodeNotJoined(let folder): ["path": folder]
        case .selfTestImageMissing(let image, let store, let run):
            ["image": image, "store": store, "run": run]
        case .engineOther(let found, let wanted): ["found": found, "wanted": wanted]
        case .outputFailed(let code): ["what": Message.systemFault(code, in: language)]
        case .timeout(let seconds): ["time": Quantity.duration(seconds: seconds)]
        case .idempotencyKeyMissing, .unauthorized, .tokenInvalid, .nodesNotTaken,
            .methodNotAllowed,
            .requestTooSlow, .unavailable,
            .internalFailure, .interrupted:
            [:]
        }
    }
}

extension Refusal {
    /// What the placeholders of its sentences stand for.
    var values: [String: String] {
        switch self {
        case .accountUnknown(let account), .accountExists(let account): ["account": account.text]
        case .balanceTooLow(let available, let needed):
            [
                "available": Quantity.money(available), "needed": Quantity.money(needed),
                "missing": Quantity.missing(of: needed, available),
            ]
        case .leaseUnknown(let lease), .leaseOver(let lease): ["lease": lease.text]
        case .nodeUnknown(let node), .nodeTaken(let node): ["node": node.text]
        case .deviceTaken(let device), .deviceInUse(let device), .deviceUnknown(let device):
            ["device": device.text]
        case .receiptAheadOfTime(let claimed, let possible):
            ["claimed": String(claimed), "possible": String(possible)]
        case .termsImpossible(let what): ["what": what]
        case .storageFull(let limit): ["limit": Quantity.bytes(limit)]
        case .tooManyUploads(let limit): ["limit": String(limit)]
        case .deadlinePast(let latest): ["latest": TimeDTO(latest).description]
        case .ofMember(_, let refusal): refusal.values
        case .vouchersMissing(let unsigned, let limit):
            ["unsigned": Quantity.money(unsigned), "limit": Quantity.money(limit)]
        case .budgetMissing, .duplicateKeyOtherBody, .jobUnknown, .jobNotOver, .nothingToRetry,
            .offerChanged, .orderChanged, .budgetInUse, .siblingThere, .budgetExhausted,
            .receiptMalformed, .receiptNotNewer, .receiptOverBudget, .wrongAttempt, .wrongNode,
            .badSignature, .noChain, .otherChain, .addressTaken, .addressUnknown, .exitBegun,
            .voucherWrong,
            .amountOutOfRange:
            [:]
        }
    }
}
