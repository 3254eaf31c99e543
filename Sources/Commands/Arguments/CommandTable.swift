import Wire

/// Every command there is: help, parsing and the tests read this one table.
enum CommandTable {
    /// Options that every command takes.
    static let global: [OptionForm] = [
        Option.output.form, Option.language.form, Option<String>.context.form, Flag.noInput.form,
        OptionForm(name: "help", short: "h", placeholder: nil, help: .optionHelp),
    ]

    static let all: [LeafCommand] = renter + operators + providers + auditors + [.version]

    private static let renter: [LeafCommand] = [
        .up, .jobCreate, .jobPlan, .jobList, .jobGet, .jobTop, .jobLogs, .jobEvents, .jobStop,
        .jobWait,
        .jobRetry,
        .jobCopy, .billingSummary, .invoiceGet, .billingBalance, .offerList,
    ]
    private static let operators: [LeafCommand] = [
        .marketServe, .marketKeyCreate, .marketTokenCreate, .marketCredit, .marketImage,
        .marketAudit,
    ]
    private static let providers: [LeafCommand] = [
        .nodeJoin, .nodeRun, .nodeList, .nodeShow, .nodePause, .nodeDrain, .nodeResume,
        .nodeRelease,
        .nodeWatch, .nodeScrubDevice,
    ]
    private static let auditors: [LeafCommand] = [
        .auditVerify, .auditExport, .auditLog, .auditLedger, .auditMirror, .auditEvidence,
    ]
}
