import Domain
import Wire

/// Why evidence does not hold. Each names what it was found in.
enum AuditFault: Error, Hashable {
    case headRefused(String)
    case inconsistent(size: Int64)
    case shrunk(size: Int64, known: Int64)
    case logKeyChanged
    /// The market, or `keys.json`, tells another key of the node than the log binds.
    case nodeKeyDiffers(NodeID)
    /// No folder stands there.
    case mirrorMissing(String)
    case fileMissing(String)
    /// It cannot be read as what it should be.
    case fileCut(String)
    /// It can, and is not what the signed head stands for.
    case fileDiffers(String)
    /// What the files hold is not the log of the signed head, and none alone is to blame.
    case rootDiffers(size: Int64)
    case bundleUnreadable(String)
    case record(index: Int64, RecordFault)
    case recordsMissing(LeaseID)
    case leaseTerms(LeaseID)
    /// It has no last record.
    case leaseOpen(LeaseID)
    /// The bundle names none, and a chain was to be asked for it.
    case anchorMissing
    case publisherRefused(String)
    case publisherOfOtherLog
    case anchor(AnchorFault, HeadAnchor)

    func text(in language: Language) -> String {
        func told(_ message: Message, _ values: [String: String] = [:]) -> String {
            message.text(in: language, values)
        }
        switch self {
        case .headRefused(let what): return told(.auditHeadRefused, ["what": what])
        case .inconsistent(let size): return told(.auditInconsistent, ["size": String(size)])
        case .shrunk(let size, let known):
            return told(.auditShrunk, ["size": String(size), "known": String(known)])
        case .logKeyChanged: return told(.auditLogKeyChanged)
        case .nodeKeyDiffers(let node): return told(.auditNodeKeyDiffers, ["node": node.text])
        case .mirrorMissing(let path): return told(.auditMirrorMissing, ["path": path])
        case .fileMissing(let path): return told(.auditFileMissing, ["path": path])
        case .fileCut(let path): return told(.auditFileCut, ["path": path])
        case .fileDiffers(let path): return told(.auditFileDiffers, ["path": path])
        case .rootDiffers(let size):
            return told(.auditRootDiffers, ["size": String(size)])
        case .bundleUnreadable(let what): return told(.auditBundleUnreadable, ["what": what])
        case .record(let index, let fault):
            let what = fault.text(in: language)
            return told(.auditRecordBad, ["index": String(index), "what": what])
        case .recordsMissing(let lease): return told(.auditRecordsMissing, ["lease": lease.text])
        case .leaseTerms(let lease):
            return "\(lease): " + told(.auditBundleTerms)
        case .leaseOpen(let lease): return told(.auditLeaseOpen, ["lease": lease.text])
        case .anchorMissing: return told(.auditAnchorMissing)
        case .publisherRefused(let what): return told(.auditPublisherRefused, ["what": what])
        case .publisherOfOtherLog: return told(.auditPublisherOther)
        case .anchor(let fault, let anchor): return fault.text(of: anchor, in: language)
        }
    }
}

/// Why one entry of the log does not hold.
enum RecordFault: Error, Hashable {
    case changed
    case missing
    case extra
    case unreadable
    case receiptUnreadable
    case receiptDiffers
    case receiptForged
    case nodeKeyMissing(NodeID)
    case nodeKeyTwice(NodeID)
    case chargeWrong(found: Int64, expected: Int64)
    case creditWrong(found: Int64, expected: Int64)
    case secondsBack
    case termsChanged
    case afterFinal
    case otherLease
    case renterHash
    case jobHash
    case proofWrong
    case notMirrored
    case leftOut

    func text(in language: Language) -> String {
        let (message, values): (Message, [String: String]) =
            switch self {
            case .changed: (.auditEntryChanged, [:])
            case .missing: (.auditEntryMissing, [:])
            case .extra: (.auditEntryExtra, [:])
            case .unreadable: (.auditEntryUnreadable, [:])
            case .receiptUnreadable: (.auditReceiptUnreadable, [:])
            case .receiptDiffers: (.auditReceiptDiffers, [:])
            case .receiptForged: (.auditReceiptForged, [:])
            case .nodeKeyMissing(let node): (.auditNodeKeyMissing, ["node": node.text])
            case .nodeKeyTwice(let node): (.auditNodeKeyTwice, ["node": node.text])
            case .chargeWrong(let found, let expected):
                (.auditChargeWrong, ["found": String(found), "expected": String(expected)])
            case .creditWrong(let found, let expected):
                (.auditCreditWrong, ["found": String(found), "expected": String(expected)])
            case .secondsBack: (.auditSecondsBack, [:])
            case .termsChanged: (.auditTermsChanged, [:])
            case .afterFinal: (.auditAfterFinal, [:])
            case .otherLease: (.auditOtherLease, [:])
            case .renterHash: (.auditRenterHash, [:])
            case .jobHash: (.auditJobHash, [:])
            case .proofWrong: (.auditProofWrong, [:])
            case .notMirrored: (.auditNotMirrored, [:])
            case .leftOut: (.auditLeftOut, [:])
            }
        return message.text(in: language, values)
    }
}

/// Why a chain does not bear an anchor out.
enum AnchorFault: Hashable {
    case noContract(asOf: UInt64)
    case otherCode(asOf: UInt64)
    case notAnchored
    case notFinal(finalized: UInt64)

    func text(of anchor: HeadAnchor, in language: Language) -> String {
        let (message, seen): (Message, UInt64) =
            switch self {
            case .noContract(let block): (.auditAnchorNoContract, block)
            case .otherCode(let block): (.auditAnchorOtherCode, block)
            case .notAnchored: (.auditNotAnchored, anchor.block)
            case .notFinal(let block): (.auditAnchorNotFinal, block)
            }
        return message.text(in: language, anchor.words.merging(["seen": String(seen)]) { $1 })
    }
}
