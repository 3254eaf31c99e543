import Domain
import Transparency
import Wire

extension Flag {
    static let offline = Flag("offline", .optionOffline)
}

extension LeafCommand {
    /// `orban audit mirror`: the whole log on this machine, all of it verified.
    static let auditMirror = LeafCommand(
        "audit mirror", .helpAuditMirror, operands: [Operand("folder", .operandFolder)],
        options: [Flag.offline.form]
    ) { session in
        let folder = MirrorFolder(
            path: session.surroundings.absolute(session.arguments.operands[0]))
        let update = MirrorUpdate(folder: folder)
        let isOffline = session.arguments.has(.offline)
        let outcome = try await session.auditing {
            if isOffline { return try update.check() }
            return try await session.withMarket([]) { try await update.run(from: $0) }
        }
        for path in outcome.replaced {
            session.terminal.note("! " + session.told(.auditFileReplaced, ["path": path]))
        }
        try session.show(outcome.verdict) { session.lines(outcome, isOffline: isOffline) }
        return ExitCode.done.rawValue
    }
}

extension Session {
    /// Runs `body`; what does not hold is named, each on its line, and ends with code 8.
    func auditing<Value>(_ body: () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch let faults as MirrorAudit.Faults {
            let texts = faults.all.map { $0.text(in: language) }
            for text in texts.dropFirst() where form == .table { terminal.note("✗ " + text) }
            throw WireError.proofInvalid(
                form == .table ? texts.first ?? "" : texts.joined(separator: "; "))
        } catch let fault as AuditFault {
            throw WireError.proofInvalid(fault.text(in: language))
        }
    }

    fileprivate func lines(_ outcome: MirrorUpdate.Outcome, isOffline: Bool) -> [String] {
        let verdict = outcome.verdict
        let known = outcome.earlierSize.map {
            told(.auditConsistent, ["size": String($0)])
        }
        var lines = [
            told(
                .auditLogSound,
                ["count": String(verdict.entries), "size": String(verdict.bytes)]),
            told(.auditHead, ["key": outcome.verifier.description]),
            told(
                .auditMirrorDone,
                [
                    "records": String(verdict.records), "leases": String(verdict.leases),
                    "nodes": String(verdict.nodeKeys),
                ]),
        ]
        if !isOffline { lines.append(known ?? told(.auditFirstHead)) }
        return lines.map { "✓ " + $0 }
    }
}
