/// The caller asked for what cannot be. Closed, with stable codes, safe to show.
///
/// HTTP status and CLI exit code of each stand in one table in `Wire`; the texts in English and
/// Traditional Chinese in one catalogue.
package enum Refusal: Error, Hashable, Sendable {
    case accountUnknown(AccountID)
    case accountExists(AccountID)
    case balanceTooLow(available: Money, needed: Money)
    case budgetMissing
    case duplicateKeyOtherBody
    case jobUnknown
    case jobNotOver
    case nothingToRetry
    case leaseUnknown(LeaseID)
    case leaseOver(LeaseID)
    case nodeUnknown(NodeID)
    case nodeTaken(NodeID)
    case deviceTaken(DeviceID)
    case deviceInUse(DeviceID)
    case deviceUnknown(DeviceID)
    case offerChanged
    case orderChanged
    case budgetInUse
    /// Another task of its job is there, and the job keeps them apart.
    case siblingThere
    /// A gang was refused because of the member at that place in it.
    indirect case ofMember(Int, Refusal)
    case budgetExhausted
    case receiptMalformed
    case receiptNotNewer
    case receiptAheadOfTime(claimed: Int64, possible: Int64)
    case receiptOverBudget
    case wrongAttempt
    case wrongNode
    case badSignature
    case amountOutOfRange
    case termsImpossible(String)
    case storageFull(limitBytes: Int64)
    case tooManyUploads(limit: Int)
    /// No start is in time any more; the last that was.
    case deadlinePast(Timestamp)
    /// The market has no dealings with a chain, or not what was asked for.
    case noChain
    /// Its books are of another chain, or of another account on it.
    case otherChain
    /// The address is another account's, or the account has another one.
    case addressTaken
    /// The account has not shown to hold that address' key.
    case addressUnknown
    /// Its deposit is on its way out of the vault.
    case exitBegun
    /// Sums above what is owed, or for nobody that is owed.
    case voucherWrong
    /// More is worked for than its user may leave unsigned.
    case vouchersMissing(unsigned: Money, limit: Money)

    package var code: String {
        switch self {
        case .accountUnknown: "account_unknown"
        case .accountExists: "account_exists"
        case .balanceTooLow: "balance_too_low"
        case .budgetMissing: "budget_missing"
        case .duplicateKeyOtherBody: "idempotency_key_reused"
        case .jobUnknown: "job_not_found"
        case .jobNotOver: "job_not_over"
        case .nothingToRetry: "nothing_to_retry"
        case .leaseUnknown: "lease_not_found"
        case .leaseOver: "lease_over"
        case .nodeUnknown: "node_not_found"
        case .nodeTaken: "node_taken"
        case .deviceTaken: "device_taken"
        case .deviceInUse: "device_in_use"
        case .deviceUnknown: "device_not_found"
        case .offerChanged: "offer_changed"
        case .orderChanged: "order_changed"
        case .budgetInUse: "budget_in_use"
        case .siblingThere: "sibling_there"
        case .ofMember(_, let refusal): refusal.code
        case .budgetExhausted: "budget_exhausted"
        case .receiptMalformed: "receipt_malformed"
        case .receiptNotNewer: "receipt_not_newer"
        case .receiptAheadOfTime: "receipt_ahead_of_time"
        case .receiptOverBudget: "receipt_over_budget"
        case .wrongAttempt: "wrong_attempt"
        case .wrongNode: "wrong_node"
        case .badSignature: "bad_signature"
        case .amountOutOfRange: "amount_out_of_range"
        case .termsImpossible: "terms_impossible"
        case .storageFull: "quota_exceeded"
        case .tooManyUploads: "too_many_uploads"
        case .deadlinePast: "deadline_past"
        case .noChain: "chain_missing"
        case .otherChain: "chain_other"
        case .addressTaken: "address_taken"
        case .addressUnknown: "address_unknown"
        case .exitBegun: "exit_begun"
        case .voucherWrong: "voucher_wrong"
        case .vouchersMissing: "vouchers_missing"
        }
    }
}

extension Refusal: CustomStringConvertible {
    package var description: String {
        switch self {
        case .balanceTooLow(let available, let needed):
            "cannot set aside the budget: balance \(available) < \(needed)"
        case .receiptAheadOfTime(let claimed, let possible):
            "claim of \(claimed) s is above the \(possible) s that can have passed"
        case .termsImpossible(let what): "cannot accept the job: \(what)"
        case .leaseOver(let lease): "lease \(lease) is over"
        case .ofMember(let place, let refusal): "member \(place + 1): \(refusal)"
        default: code
        }
    }
}
