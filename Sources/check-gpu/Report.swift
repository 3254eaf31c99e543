import Glibc

/// How a check ended.
enum Verdict: Hashable {
    case passed
    case failed(String)
    /// It cannot be asked of this device.
    case skipped(String)
}

/// One check of one GPU.
struct Finding {
    let check: String
    let gpu: String
    let verdict: Verdict
    let values: [JSON.Field]
}

/// Writes a line for each finding and counts them.
struct Report {
    private(set) var checks = 0
    private(set) var failed = 0
    private(set) var skipped = 0
    private let startedAt = Clock.now()

    var exitCode: Int32 { failed == 0 ? 0 : 8 }

    mutating func add(_ finding: Finding) {
        checks += 1
        var why: String?
        switch finding.verdict {
        case .passed: break
        case .failed(let reason):
            failed += 1
            why = reason
        case .skipped(let reason):
            skipped += 1
            why = reason
        }
        var fields: [JSON.Field] = [
            .init("check", .text(finding.check)), .init("gpu", .text(finding.gpu)),
            .init("ok", .bool(!finding.isFailed)),
        ]
        if let why { fields.append(.init(finding.isFailed ? "why" : "skipped", .text(why))) }
        Self.write(fields + finding.values + [.init("at", .text(Clock.date()))])
    }

    func end(gpus: Int) {
        Self.write([
            .init("check", .text("summary")), .init("gpus", .count(gpus)),
            .init("ok", .bool(failed == 0)), .init("checks", .count(checks)),
            .init("failed", .count(failed)), .init("skipped", .count(skipped)),
            .init("seconds", .decimal(Clock.seconds(since: startedAt))),
            .init("at", .text(Clock.date())),
        ])
    }

    static func noGPU(_ why: String) {
        write([.init("gpus", .integer(0)), .init("why", .text("no GPU: " + why))])
    }

    /// At once and whole, also into a pipe.
    private static func write(_ fields: [JSON.Field]) {
        Output.write(JSON.object(fields).line + "\n")
    }
}

extension Finding {
    var isFailed: Bool {
        if case .failed = verdict { true } else { false }
    }
}

enum Output {
    static func write(_ text: String, to descriptor: Int32 = STDOUT_FILENO) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }
}
