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

extension LeafCommand {
    /// `orban audit verify`: a job's bill from its bundle; a file needs no market at all.
    static let auditVerify = LeafCommand(
        "audit verify", .helpAuditVerify, operands: [Operand("bundle", .operandBundle)],
        options: [Option<String>.mirror.form, Option.logKey.form]
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
        let verdict = try await session.auditing { try audit.verify() }
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

    fileprivate func lines(
        _ verdict: BundleAudit.Verdict, isWhole: Bool
    ) -> [String] {
        var lines = [
            told(.auditRecords, ["count": String(verdict.records)]),
            told(.auditIncluded, ["size": String(verdict.headSize)]),
            told(.auditHead, ["key": verdict.logKey]), told(.auditOwner),
        ]
        lines += verdict.leases.map { lease in
            let rate = (try? Rate(microPerHour: lease.microPerHour)).map(Quantity.rate) ?? "–"
            return told(
                .auditCharge,
                [
                    "lease": lease.lease.text, "seconds": String(lease.seconds), "price": rate,
                    "charge": money(lease.chargedMicro),
                ])
        }
        lines.append(
            told(
                .auditTotal,
                [
                    "count": String(verdict.leases.count),
                    "charge": money(verdict.totalMicro),
                ]))
        if isWhole { lines.append(told(.auditWhole)) }
        lines.append(told(.auditVerified, ["job": verdict.job.text]))
        return lines.map { "✓ " + $0 }
    }

    private func money(_ micro: Int64) -> String {
        (try? Money(micro: micro)).map(Quantity.money) ?? "–"
    }
}
