import Domain
import NodeAgent
import Transparency
import Wire

extension Option where Value == String {
    static let mirror = Option("mirror", "FOLDER", .optionMirror)
}

extension Option where Value == NoteVerifier {
    static let logKey = Option(
        "log-key", "NAME+ID+KEY", .optionLogKey,
        ValueForm(.expectLogKey) { try? NoteVerifier(parsing: $0) })
}

extension Option where Value == String {
    /// Of a chain that is asked for an anchor alone: the environment's endpoints do not count.
    static let anchorRPC = Option("rpc", "URL", .optionAnchorRPC)
}

extension LeafCommand {
    /// `orban audit verify`: a job's bill from its bundle; a file needs no market at all, and its head's anchor
    /// a chain alone.
    static let auditVerify = LeafCommand(
        "audit verify", .helpAuditVerify, operands: [Operand("bundle", .operandBundle)],
        options: [Option<String>.mirror.form, Option.logKey.form, Option<String>.anchorRPC.form]
    ) { session in
        let bundle = try await session.bundle(session.arguments.operands[0])
        var pinned = try session.arguments.value(Option.logKey)
        var mirror: BundleAudit.Mirror?
        if let path = try session.arguments.value(Option<String>.mirror) {
            let folder = MirrorFolder(path: session.surroundings.absolute(path))
            let (key, head) = try await session.auditing { try folder.standing() }
            let size = head.head.size
            pinned = pinned ?? key
            mirror = BundleAudit.Mirror(
                entry: { try folder.entry($0, size: size) },
                forEach: { try folder.forEachEntry(below: $0, $1) }, size: size)
        }
        let audit = BundleAudit(bundle: bundle, pinned: pinned, mirror: mirror)
        var verdict = try await session.auditing { try audit.verify() }
        verdict.anchor = try await session.anchor(audit)
        let isWhole = mirror != nil
        try session.show(verdict) { session.lines(verdict, isWhole: isWhole) }
        if pinned == nil { session.terminal.note("! " + session.told(.auditUnpinned)) }
        return ExitCode.done.rawValue
    }

    /// `orban audit export`: a job's bundle to standard output.
    static let auditExport = LeafCommand(
        "audit export", .helpAuditExport, operands: [Operand("job", .operandJob)]
    ) { session in
        let name = session.arguments.operands[0].pathSegment
        let bundle: ProofBundleDTO = try await session.withMarket([.renter, .operator]) {
            try await $0.get("/v1/jobs/\(name)/proof")
        }
        try session.terminal.write(try WireJSON.text(bundle) + "\n")
        return ExitCode.done.rawValue
    }
}

extension Session {
    /// The bundle in a file or a pipe, or of a job that the market knows.
    ///
    /// - Throws: `WireError.fileNotFound` for a path where nothing is, which is no job's name.
    fileprivate func bundle(_ name: String) async throws -> ProofBundleDTO {
        let file = BundleFile(name, in: surroundings)
        // A pipe may give its bytes whenever it likes.
        guard let bytes = try await Blocking.run({ try file.bytes() }) else {
            return try await withMarket([.renter, .operator]) {
                try await $0.get("/v1/jobs/\(name.pathSegment)/proof")
            }
        }
        do {
            return try WireJSON.decode(ProofBundleDTO.self, from: bytes)
        } catch {
            throw WireError.proofInvalid(
                AuditFault.bundleUnreadable(name).text(in: language))
        }
    }

    /// Of the bundle's head, as a chain bears it out; nil where no chain is to be asked.
    fileprivate func anchor(_ audit: BundleAudit) async throws -> HeadAnchor.Verdict? {
        guard try !arguments.all(Option<String>.anchorRPC).isEmpty else {
            if audit.bundle.anchor != nil { terminal.note("! " + told(.auditAnchorUnseen)) }
            return nil
        }
        return try await auditing {
            let anchor = try audit.anchor()
            let verdict = try await ChainAccess.withChain(anchor.chain, self) {
                try await anchor.verify(on: $0)
            }
            if !verdict.isCodeOfBefore {
                terminal.note("! " + told(.auditAnchorCodeLater, verdict.codeWords))
            }
            return verdict
        }
    }

    fileprivate func lines(
        _ verdict: BundleAudit.Verdict, isWhole: Bool
    ) -> [String] {
        var lines = [
            told(.auditRecords, ["count": String(verdict.records)]),
            told(.auditIncluded, ["size": String(verdict.headSize)]),
            told(.auditHead, ["key": verdict.logKey]), told(.auditOwner),
        ]
        for lease in verdict.leases {
            let rate = (try? Rate(microPerHour: lease.microPerHour)).map(Quantity.rate) ?? "–"
            lines.append(
                told(
                    .auditCharge,
                    [
                        "lease": lease.lease.text, "seconds": String(lease.seconds),
                        "price": rate, "charge": money(lease.chargedMicro),
                    ]))
            if let line = credit(lease) { lines.append(line) }
        }
        lines.append(
            told(
                .auditTotal,
                [
                    "count": String(verdict.leases.count),
                    "charge": money(verdict.totalMicro),
                ]))
        if isWhole { lines.append(told(.auditWhole)) }
        if let anchor = verdict.anchor { lines.append(told(.auditAnchored, anchor.words)) }
        lines.append(told(.auditVerified, ["job": verdict.job.text]))
        return lines.map { "✓ " + $0 }
    }

    private func credit(_ lease: BundleAudit.Verdict.Lease) -> String? {
        guard let level = lease.serviceLevel, let elapsed = lease.elapsedS, elapsed > 0,
            let credit = lease.creditMicro
        else { return nil }
        return told(
            .auditCredit,
            [
                "lease": lease.lease.text, "seconds": String(lease.seconds),
                "elapsed": String(elapsed), "share": Quantity.percent(level.availabilityBPS),
                "credit": money(credit),
            ])
    }

    private func money(_ micro: Int64) -> String {
        (try? Money(micro: micro)).map(Quantity.money) ?? "–"
    }
}
