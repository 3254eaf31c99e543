import Domain
import Testing

@testable import Wire

@Suite struct ErrorCodeTests {
    static let refusals: [Refusal] = {
        guard let account = AccountID("acc_1"), let lease = LeaseID("lse_1"),
            let node = NodeID("nod_1"), let device = DeviceID("GPU-1")
        else { return [] }
        return [
            .accountUnknown(account), .accountExists(account),
            .balanceTooLow(available: .zero, needed: .zero), .budgetMissing,
            .duplicateKeyOtherBody, .jobUnknown, .jobNotOver, .nothingToRetry,
            .leaseUnknown(lease), .leaseOver(lease), .nodeUnknown(node), .nodeTaken(node),
            .deviceTaken(device), .deviceInUse(device), .deviceUnknown(device), .offerChanged,
            .orderChanged, .budgetInUse, .siblingThere, .ofMember(3, .deviceTaken(device)),
            .budgetExhausted,
            .receiptMalformed, .receiptNotNewer, .receiptAheadOfTime(claimed: 9, possible: 8),
            .receiptOverBudget, .wrongAttempt, .wrongNode, .badSignature, .amountOutOfRange,
            .termsImpossible("no tasks"), .storageFull(limitBytes: 9), .tooManyUploads(limit: 3),
            .deadlinePast(Timestamp(milliseconds: 0)), .noChain, .otherChain,
            .addressTaken, .addressUnknown, .exitBegun, .voucherWrong,
        ]
    }()

    @Test func `a refusal's code is the same in the core and at the edge`() {
        #expect(Self.refusals.count == 39)
        for refusal in Self.refusals { #expect(refusal.errorCode.rawValue == refusal.code) }
    }

    @Test(arguments: [
        (ErrorCode.specInvalid, 422, ExitCode.usage), (.unauthorized, 401, .forbidden),
        (.forbidden, 403, .forbidden), (.notFound, 404, .notFound), (.jobNotFound, 404, .notFound),
        (.bodyTooLarge, 413, .usage), (.idempotencyKeyMissing, 400, .usage),
        (.idempotencyKeyReused, 422, .conflict), (.confirmRequired, 400, .usage),
        (.marketUnreachable, 503, .unreachable), (.timeout, 504, .timeout),
        (.noMatchingOffers, 409, .noOffer), (.internalFailure, 500, .failure),
        (.balanceTooLow, 402, .money), (.budgetMissing, 422, .money),
        (.offerChanged, 409, .conflict), (.proofInvalid, 422, .unverified),
        (.interrupted, 499, .interrupted), (.deviceNotFound, 404, .notFound),
        (.nodesNotTaken, 409, .conflict), (.fileUnusable, 500, .failure),
        (.deadlinePast, 422, .usage), (.chainMissing, 404, .notFound),
        (.chainOther, 409, .conflict),
    ])
    func `a code has one status and one exit code`(code: ErrorCode, status: Int, exit: ExitCode) {
        #expect(code.status == status)
        #expect(code.exit == exit)
    }

    @Test func `every code has a title and a detail in both languages`() {
        for code in ErrorCode.allCases { #expect(ErrorText.hasText(code), "\(code)") }
        #expect(ErrorText.countOfTexts == ErrorCode.allCases.count)
    }

    @Test func `both languages of an error name the same placeholders`() {
        for code in ErrorCode.allCases {
            let text = ErrorText.of(code)
            for part in [text.title, text.detail] + (text.hint.map { [$0] } ?? []) {
                #expect(
                    Placeholders.of(part.english) == Placeholders.of(part.traditionalChinese),
                    "\(code)")
            }
        }
    }

    @Test(arguments: Language.allCases)
    func `no placeholder of a refusal is left unfilled`(language: Language) {
        for refusal in Self.refusals {
            let problem = ProblemDTO(refusal, in: language)
            let text = problem.title + problem.detail + (problem.hint ?? "")
            #expect(!text.contains("{"), "\(text)")
            #expect(problem.status == refusal.errorCode.status)
        }
    }

    @Test func `a hint that names a command has it as a fix, with what it is about, quoted`() throws
    {
        for code in ErrorCode.allCases {
            let text = ErrorText.of(code)
            let proposes = ["orban ", "chmod ", "skopeo "].contains {
                text.hint?.english.contains($0) == true
            }
            // What an operator starts the market with is no line to run.
            #expect(!proposes || text.command != nil || code == .quotaExceeded, "\(code)")
        }
        func commands(_ problem: ProblemDTO) -> [String?] { problem.fixes.map(\.command) }
        #expect(
            commands(ProblemDTO(.imageNotFound("it's/x:1"), in: .english))
                == [#"orban market image 'it'\''s/x:1' ARCHIVE"#])
        let low = Refusal.balanceTooLow(
            available: try Money(micro: 250_000), needed: try Money(micro: 1_000_000))
        #expect(
            commands(ProblemDTO(low, in: .english))
                == ["orban market credit ACCOUNT '0.75 USD' --reason TEXT"])
        #expect(
            ProblemDTO(.jobUnknown, in: .traditionalChinese).fixes.first?.command == "orban ps -a")
    }

    @Test(arguments: Language.allCases)
    func `no placeholder of an edge's error is left unfilled`(language: Language) throws {
        let errors: [WireError] =
            [
                .specInvalid(SpecError(.empty, file: "orban.yaml")), .bodyMalformed("x"),
                .bodyTooLarge(limitBytes: 1), .parameterInvalid(name: "limit"),
                .idempotencyKeyMissing,
                .unauthorized, .forbidden(needs: .operator), .tokenInvalid, .notFound("x"),
                .methodNotAllowed(["GET"]), .imageNotFound("x"), .imageUnpinned("x"),
                .blobMismatch(try Sample.digest("b")),
                .blobTooLarge(limitBytes: 1), .rangeNotSatisfiable(size: 3),
                .noMatchingOffers("x", fixes: []),
                .tooManyRequests(afterSeconds: 3), .requestTooSlow, .unavailable, .internalFailure,
                .usage("x", help: "orban help"),
                .confirmRequired(upTo: nil), .confirmRequired(upTo: .zero), .fileNotFound("x"),
                .loginRequired(context: "x"), .credentialsExposed(path: "x"),
                .marketUnreachable("x"),
                .marketUntrusted("x"), .timeout(seconds: 5), .proofInvalid("x"), .interrupted,
                .egressPolicyInvalid(path: "x", .egressNotNetwork, ["found": "y"]), .nodesNotTaken,
                .fileUnusable(path: "x", .fileFails, ["reason": "y"]),
                .roleMissing(context: "x", has: [.renter], needs: [.provider, .operator]),
                .capacityTaken(asked: .zero, free: .zero), .nodeNotJoined(folder: "/x"),
                .outputFailed(28), .outputFailed(5), .localFailure("x"),
            ]
            + ListenFailure.Service.allCases.flatMap { service in
                [ListenFailure.Cause.inUse, .forbidden, .elsewhere, .unknownHost].map {
                    WireError.cannotListen(ListenFailure(service, at: "h", port: 1, $0))
                }
            }
        for error in errors {
            let problem = ProblemDTO(error, in: language)
            let text = problem.title + problem.detail + (problem.hint ?? "")
            #expect(!text.contains("{"), "\(text)")
            #expect(problem.code == error.errorCode.rawValue)
        }
    }

    @Test func `a problem tells what, how to fix it and its id, in the reader's language`() throws {
        let refusal = Refusal.balanceTooLow(
            available: try Money(micro: 40), needed: try Money(micro: 5_000_000))
        let english = ProblemDTO(refusal, in: .english, requestID: "req_1")
        #expect(
            english.lines(in: .english) == [
                "error[balance_too_low]: cannot set aside the budget: balance 0.00004 USD"
                    + " is less than 5.00 USD  (exit 7)",
                "  fix  lower budget.max_total, ask the operator for credit, or, with --pay vault, orban vault deposit",
                "  id  req_1",
            ])
        let chinese = ProblemDTO(refusal, in: .traditionalChinese)
        #expect(
            chinese.lines(in: .traditionalChinese).first
                == "錯誤[balance_too_low]：無法保留預算：餘額 0.00004 USD 少於 5.00 USD  (結束碼 7)")
    }

    @Test func `a spec's fault becomes a field with its pointer and place`() {
        let text = "type: batch\nimage: a\nrun: x\nbudgte: {}\n"
        do {
            _ = try JobSpec.parse(text, file: "orban.yaml")
            Issue.record("the spec was accepted")
        } catch {
            let problem = ProblemDTO(.specInvalid(error), in: .english)
            #expect(problem.status == 422)
            #expect(problem.detail == #"orban.yaml:4:1  unknown key "budgte""#)
            #expect(
                problem.errors == [
                    ProblemFieldDTO(
                        pointer: "/budgte", code: "unknown_key", detail: #"unknown key "budgte""#,
                        line: 4, column: 1)
                ])
        }
    }
}
