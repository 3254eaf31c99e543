import Wire

/// Every command there is: help, parsing and the tests read this one table.
enum CommandTable {
    /// Options that every command takes.
    static let global: [OptionForm] = [
        Option.output.form, Option.language.form, Option<String>.context.form, Flag.noInput.form,
        OptionForm(name: "help", short: "h", placeholder: nil, help: .optionHelp),
    ]

    static let all: [LeafCommand] =
        renter + operators + providers + auditors + chain + [.version]

    /// How help is asked for about the command, or the noun of some, that these words name; about
    /// all where they name none.
    static func help(about words: [String]) -> String {
        var named: [String] = []
        var rest = words[...]
        while let word = rest.popFirst(), word != "--" {
            if word.hasPrefix("-") {
                if global.contains(where: { $0.placeholder != nil && $0.isWritten(word) }) {
                    rest = rest.dropFirst()
                }
                continue
            }
            let longer = named + [word]
            guard all.contains(where: { $0.begins(with: longer) }) else { break }
            named = longer
        }
        return (["orban", "help"] + named).joined(separator: " ")
    }

    private static let renter: [LeafCommand] = [
        .up, .jobCreate, .jobPlan, .jobList, .jobGet, .jobTop, .jobLogs, .jobEvents, .jobStop,
        .jobWait,
        .jobRetry,
        .jobCopy, .billingSummary, .invoiceGet, .billingBalance, .offerList,
    ]
    private static let operators: [LeafCommand] = [
        .marketServe, .marketKeyCreate, .marketTokenCreate, .marketCredit, .marketImage,
        .marketAudit, .marketAnchor,
    ]
    private static let providers: [LeafCommand] = [
        .nodeJoin, .nodeRun, .nodeList, .nodeShow, .nodePause, .nodeDrain, .nodeResume,
        .nodeRelease,
        .nodeWatch, .nodeScrubDevice,
    ]
    private static let chain: [LeafCommand] = [
        .walletCreate, .walletImport, .walletAddress, .walletBalance, .walletExport, .walletLink,
        .walletSign, .walletAgree, .escrowShow, .escrowSettle, .escrowClaim, .escrowStop,
        .escrowDispute, .escrowRefund, .escrowWatch, .escrowWithdraw, .vaultShow, .vaultVouchers,
        .vaultAudit,
        .vaultDeposit, .vaultAuthorise, .vaultRevoke, .vaultExit, .vaultWithdraw, .redeem,
        .chainStatus, .chainMint, .chainDeploy,
    ]
    private static let auditors: [LeafCommand] = [
        .auditVerify, .auditExport, .auditLog, .auditLedger, .auditMirror, .auditEvidence,
    ]
}
