import Domain
import Foundation
import Hosting
import Testing

/// The life of a device between leases: every pair of state and event.
struct CleanlinessTests {
    static let evidence = ScrubEvidence(
        method: .memory, totalBytes: 1 << 30, overwrittenBytes: 1 << 30, wordsSampled: 1 << 20)

    static func receipt(_ fault: ScrubFault? = nil, _ evidence: ScrubEvidence = evidence)
        -> ScrubReceipt
    {
        ScrubReceipt(
            node: NodeID("nod_1")!, device: Bench.gpu(0).id, scrub: 1, lease: nil,
            result: ScrubResult(evidence: evidence, failure: fault))
    }

    private static let clean = Cleanliness.clean(receipt())
    private static let dirty = Cleanliness.dirty(failures: 2)
    private static let scrubbing = Cleanliness.scrubbing(failures: 2)
    private static let quarantined = Cleanliness.quarantined(.memoryDirty)
    private static let failed = Cleanliness.Event.scrubEnded(receipt(.cudaFailed))
    private static let done = Cleanliness.Event.scrubEnded(receipt())

    struct Pair: Sendable, CustomTestStringConvertible {
        let before: Cleanliness
        let event: Cleanliness.Event
        let after: Cleanliness
        var testDescription: String { "\(before) \(event)" }
    }

    static let table: [Pair] = [
        (
            clean,
            [
                (.used, .unknown), (.scrubBegan, clean), (done, clean), (failed, clean),
                (.scrubLost, clean), (.lifted, clean),
            ]
        ),
        (
            dirty,
            [
                (.used, .unknown), (.scrubBegan, scrubbing), (done, dirty), (failed, dirty),
                (.scrubLost, dirty), (.lifted, dirty),
            ]
        ),
        (
            scrubbing,
            [
                (.used, .unknown), (.scrubBegan, scrubbing), (done, clean),
                (failed, .dirty(failures: 3)), (.scrubLost, dirty), (.lifted, scrubbing),
            ]
        ),
        (
            quarantined,
            [
                (.used, quarantined), (.scrubBegan, quarantined), (done, quarantined),
                (failed, quarantined), (.scrubLost, quarantined), (.lifted, .unknown),
            ]
        ),
    ].flatMap { (row: (Cleanliness, [(Cleanliness.Event, Cleanliness)])) in
        row.1.map { Pair(before: row.0, event: $0.0, after: $0.1) }
    }

    @Test(arguments: table)
    func `every pair of state and event leads where the table says`(pair: Pair) {
        #expect(pair.before.after(pair.event) == pair.after)
    }

    @Test func `the fourth failure is the last one, where another try may help`() {
        for fault in ScrubFault.allCases {
            let failed = Cleanliness.Event.scrubEnded(Self.receipt(fault))
            var state = Cleanliness.unknown.after(.scrubBegan).after(failed)
            guard fault != .noCUDA && fault != .memoryDirty else {
                #expect(state == .quarantined(fault))
                continue
            }
            for failures in 1...3 {
                #expect(state == .dirty(failures: failures))
                state = state.after(.scrubBegan).after(failed)
            }
            #expect(state == .quarantined(fault))
        }
    }

    // MARK: Evidence

    @Test func `a device that cannot show that it is clean is not, whatever it says`() {
        func fault(_ change: (inout ScrubEvidence) -> Void) -> ScrubFault? {
            var evidence = Self.evidence
            change(&evidence)
            let fault = evidence.fault
            let receipt = Self.receipt(nil, evidence)
            #expect(receipt.isClean == (fault == nil) && receipt.fault == fault)
            return fault
        }
        #expect(fault { _ in } == nil)
        #expect(fault { $0.contextsLeft = 1 } == .contextsLeft)
        #expect(fault { $0.contextsSeen = 1 } == nil)
        #expect(fault { $0.wordsWrong = 1 } == .memoryDirty)
        #expect(fault { $0.wordsSampled = 999_999 } == .memoryShort)
        #expect(fault { $0.totalBytes = 0 } == .memoryShort)
        #expect(fault { $0.overwrittenBytes -= 128 << 20 } == nil)
        #expect(fault { $0.overwrittenBytes -= 128 << 20 | 1 } == .memoryShort)
        #expect(fault { $0.overwrittenBytes = 0 } == .memoryShort)
        #expect(ScrubEvidence(method: .contextsOnly).fault == nil)
        #expect(ScrubEvidence(method: .contextsOnly, contextsLeft: 1).fault == .contextsLeft)
    }

    @Test(
        arguments: [
            (64 << 20, 8 << 20), (4 << 30, 512 << 20), (8 << 30, 512 << 20), (80 << 30, 4 << 30),
        ] as [(Int64, Int64)])
    func `what a context itself takes need not be had`(total: Int64, slack: Int64) {
        #expect(ScrubEvidence.slackBytes(of: total) == slack)
    }
}
