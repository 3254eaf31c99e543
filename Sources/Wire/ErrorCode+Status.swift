/// Exit codes of the command line, one meaning each.
package enum ExitCode: Int32, Hashable, Sendable, CaseIterable {
    case done = 0
    case failure = 1
    /// Wrong usage, or a confirmation is needed and there is no terminal.
    case usage = 2
    case notFound = 3
    /// Login needed, or forbidden.
    case forbidden = 4
    /// Conflict, or changed since the plan.
    case conflict = 5
    case noOffer = 6
    /// Budget, balance or quota.
    case money = 7
    /// A proof or a result does not verify.
    case unverified = 8
    case timeout = 9
    /// Market or network unreachable; safe to retry.
    case unreachable = 10
    case interrupted = 130
}

/// What a code becomes at each edge.
package struct ErrorRow: Hashable, Sendable {
    /// HTTP status (RFC 9110 §15).
    package let status: Int
    package let exit: ExitCode
    /// True: the same request may succeed later, unchanged.
    package let retryable: Bool

    init(_ status: Int, _ exit: ExitCode, retryable: Bool = false) {
        self.status = status
        self.exit = exit
        self.retryable = retryable
    }
}

extension ErrorCode {
    /// Total: a code without a row does not compile.
    package var row: ErrorRow {
        switch self {
        case .jobNotFound, .leaseNotFound, .nodeNotFound, .accountUnknown, .notFound,
            .imageNotFound, .deviceNotFound, .fileNotFound, .nodeNotJoined,
            .selfTestImageMissing, .chainMissing, .addressUnknown:
            ErrorRow(404, .notFound)
        case .accountExists, .jobNotOver, .nothingToRetry, .leaseOver, .nodeTaken, .deviceTaken,
            .deviceInUse, .nodesNotTaken, .capacityTaken, .nodeRunsAlready, .engineOther,
            .receiptNotNewer, .wrongAttempt, .chainOther, .addressTaken:
            ErrorRow(409, .conflict)
        case .offerChanged, .orderChanged, .siblingThere:
            ErrorRow(409, .conflict, retryable: true)
        case .idempotencyKeyReused: ErrorRow(422, .conflict)
        case .balanceTooLow, .budgetExhausted: ErrorRow(402, .money)
        case .budgetMissing, .receiptOverBudget, .exitBegun, .voucherWrong,
            .vouchersMissing:
            ErrorRow(422, .money)
        case .budgetInUse: ErrorRow(409, .money, retryable: true)
        case .quotaExceeded: ErrorRow(413, .money)
        case .tooManyUploads: ErrorRow(409, .money, retryable: true)
        case .rangeNotSatisfiable: ErrorRow(416, .usage)
        case .receiptMalformed: ErrorRow(400, .failure)
        case .receiptAheadOfTime: ErrorRow(422, .unverified, retryable: true)
        case .badSignature, .blobMismatch, .proofInvalid: ErrorRow(422, .unverified)
        case .marketUntrusted: ErrorRow(502, .unverified)
        case .wrongNode, .forbidden, .credentialsExposed, .roleMissing: ErrorRow(403, .forbidden)
        case .unauthorized, .tokenInvalid, .loginRequired: ErrorRow(401, .forbidden)
        case .amountOutOfRange, .termsImpossible, .deadlinePast, .specInvalid, .imageUnpinned,
            .egressPolicyInvalid:
            ErrorRow(422, .usage)
        case .bodyMalformed, .parameterInvalid, .idempotencyKeyMissing, .usage, .confirmRequired:
            ErrorRow(400, .usage)
        case .bodyTooLarge: ErrorRow(413, .usage)
        case .methodNotAllowed: ErrorRow(405, .usage)
        case .noMatchingOffers: ErrorRow(409, .noOffer, retryable: true)
        case .requestTooSlow: ErrorRow(408, .unreachable, retryable: true)
        case .tooManyRequests: ErrorRow(429, .unreachable, retryable: true)
        case .contractRefused: ErrorRow(409, .conflict)
        case .chainWrong: ErrorRow(422, .failure)
        case .walletUnusable: ErrorRow(403, .forbidden)
        case .unavailable, .marketUnreachable, .chainUnreachable:
            ErrorRow(503, .unreachable, retryable: true)
        case .timeout: ErrorRow(504, .timeout, retryable: true)
        case .internalFailure, .localFailure, .fileUnusable, .cannotListen, .outputFailed:
            ErrorRow(500, .failure)
        case .interrupted: ErrorRow(499, .interrupted)
        }
    }

    package var status: Int { row.status }
    package var exit: ExitCode { row.exit }
    package var isRetryable: Bool { row.retryable }
}
