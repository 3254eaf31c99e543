package import Domain

/// Every code that a caller can be told: stable, never translated, the same in the HTTP interface,
/// the command line and the pages.
package enum ErrorCode: String, Hashable, Sendable, Codable, CaseIterable {
    // Refusals of the market
    case accountUnknown = "account_unknown"
    case accountExists = "account_exists"
    case balanceTooLow = "balance_too_low"
    case budgetMissing = "budget_missing"
    case idempotencyKeyReused = "idempotency_key_reused"
    case jobNotFound = "job_not_found"
    case jobNotOver = "job_not_over"
    case nothingToRetry = "nothing_to_retry"
    case leaseNotFound = "lease_not_found"
    case leaseOver = "lease_over"
    case nodeNotFound = "node_not_found"
    case nodeTaken = "node_taken"
    case deviceTaken = "device_taken"
    case deviceInUse = "device_in_use"
    case deviceNotFound = "device_not_found"
    case offerChanged = "offer_changed"
    case orderChanged = "order_changed"
    case budgetInUse = "budget_in_use"
    case siblingThere = "sibling_there"
    case budgetExhausted = "budget_exhausted"
    case receiptMalformed = "receipt_malformed"
    case receiptNotNewer = "receipt_not_newer"
    case receiptAheadOfTime = "receipt_ahead_of_time"
    case receiptOverBudget = "receipt_over_budget"
    case wrongAttempt = "wrong_attempt"
    case wrongNode = "wrong_node"
    case badSignature = "bad_signature"
    case amountOutOfRange = "amount_out_of_range"
    case termsImpossible = "terms_impossible"
    case quotaExceeded = "quota_exceeded"
    case tooManyUploads = "too_many_uploads"
    case deadlinePast = "deadline_past"
    case chainMissing = "chain_missing"
    case chainOther = "chain_other"
    case addressTaken = "address_taken"
    case addressUnknown = "address_unknown"
    case exitBegun = "exit_begun"
    case voucherWrong = "voucher_wrong"
    case vouchersMissing = "vouchers_missing"
    // The edge's own
    case specInvalid = "spec_invalid"
    case bodyMalformed = "body_malformed"
    case bodyTooLarge = "body_too_large"
    case parameterInvalid = "parameter_invalid"
    case idempotencyKeyMissing = "idempotency_key_missing"
    case unauthorized
    case forbidden
    case tokenInvalid = "token_invalid"
    case nodesNotTaken = "nodes_not_taken"
    case notFound = "not_found"
    case methodNotAllowed = "method_not_allowed"
    case imageNotFound = "image_not_found"
    case imageUnpinned = "image_unpinned"
    case blobMismatch = "blob_mismatch"
    case rangeNotSatisfiable = "range_not_satisfiable"
    case noMatchingOffers = "no_matching_offers"
    case tooManyRequests = "too_many_requests"
    case requestTooSlow = "request_too_slow"
    case unavailable
    case internalFailure = "internal"
    // Only on the command line
    case usage
    case confirmRequired = "confirm_required"
    case fileNotFound = "file_not_found"
    case fileUnusable = "file_unusable"
    case loginRequired = "login_required"
    case roleMissing = "role_missing"
    case credentialsExposed = "credentials_exposed"
    case marketUnreachable = "market_unreachable"
    case marketUntrusted = "market_untrusted"
    case timeout
    case proofInvalid = "proof_invalid"
    case egressPolicyInvalid = "egress_policy_invalid"
    case cannotListen = "cannot_listen"
    case capacityTaken = "capacity_taken"
    case nodeRunsAlready = "node_runs_already"
    case nodeNotJoined = "node_not_joined"
    case selfTestImageMissing = "self_test_image_missing"
    case engineOther = "engine_other"
    case outputFailed = "output_failed"
    case chainUnreachable = "chain_unreachable"
    case chainWrong = "chain_wrong"
    case contractRefused = "contract_refused"
    case walletUnusable = "wallet_unusable"
    case localFailure = "local_failure"
    case interrupted
}

extension Refusal {
    /// Total: a refusal without a code here does not compile.
    package var errorCode: ErrorCode {
        switch self {
        case .accountUnknown: .accountUnknown
        case .accountExists: .accountExists
        case .balanceTooLow: .balanceTooLow
        case .budgetMissing: .budgetMissing
        case .duplicateKeyOtherBody: .idempotencyKeyReused
        case .jobUnknown: .jobNotFound
        case .jobNotOver: .jobNotOver
        case .nothingToRetry: .nothingToRetry
        case .leaseUnknown: .leaseNotFound
        case .leaseOver: .leaseOver
        case .nodeUnknown: .nodeNotFound
        case .nodeTaken: .nodeTaken
        case .deviceTaken: .deviceTaken
        case .deviceInUse: .deviceInUse
        case .deviceUnknown: .deviceNotFound
        case .offerChanged: .offerChanged
        case .orderChanged: .orderChanged
        case .budgetInUse: .budgetInUse
        case .siblingThere: .siblingThere
        case .ofMember(_, let refusal): refusal.errorCode
        case .budgetExhausted: .budgetExhausted
        case .receiptMalformed: .receiptMalformed
        case .receiptNotNewer: .receiptNotNewer
        case .receiptAheadOfTime: .receiptAheadOfTime
        case .receiptOverBudget: .receiptOverBudget
        case .wrongAttempt: .wrongAttempt
        case .wrongNode: .wrongNode
        case .badSignature: .badSignature
        case .amountOutOfRange: .amountOutOfRange
        case .termsImpossible: .termsImpossible
        case .storageFull: .quotaExceeded
        case .tooManyUploads: .tooManyUploads
        case .deadlinePast: .deadlinePast
        case .noChain: .chainMissing
        case .otherChain: .chainOther
        case .addressTaken: .addressTaken
        case .addressUnknown: .addressUnknown
        case .exitBegun: .exitBegun
        case .voucherWrong: .voucherWrong
        case .vouchersMissing: .vouchersMissing
        }
    }
}
