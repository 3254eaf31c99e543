import Domain
import Wire

/// A plan as people read it.
struct PlanPage {
    let plan: PlanDTO
    let spec: JobSpec
    let language: Language

    var lines: [String] {
        [title] + Table.aligned(facts) + [""] + amounts + rejections + notes
    }

    private var title: String {
        let values = [
            "name": plan.name, "tasks": String(plan.tasks), "parallel": String(spec.parallel),
        ]
        return (plan.tasks == 1 ? Message.planTitle : .planTitleArray).text(in: language, values)
    }

    private var facts: [[String]] {
        let digest = String(plan.image.digest.prefix(19)) + "…"
        let pinned = Message.planPinned.text(in: language)
        var rows = [
            ["  " + told(.planImage), "\(plan.image.name) → \(digest) (\(pinned))"],
            [
                "  " + told(.planOffers),
                told(
                    .planOffersFit,
                    ["feasible": String(plan.feasible), "total": String(plan.totalOffers)]),
            ],
        ]
        if spec.network == .egress {
            rows.append(["  " + told(.planNetwork), told(.networkEgress)])
        }
        if let vault = plan.vault {
            rows.append([
                "  " + told(.showPaidFrom),
                JobPage.source(vault.payer, vault.custodial, locked: vault.isLocked, language),
            ])
            let values = [
                "available": Quantity.money(vault.available.money),
                "limit": Quantity.money(vault.unsignedLimit.money),
            ]
            rows.append(["", told(vault.isLocked == true ? .planLock : .planVault, values)])
        }
        if let gang { rows.append(["  " + told(.planGang), gang]) }
        switch spec.spread {
        case .node?: rows.append(["  " + told(.planSpread), told(.planSpreadNode)])
        case .provider?: rows.append(["  " + told(.planSpread), told(.planSpreadProvider)])
        case nil: break
        }
        if let spot = plan.spot {
            let notice = Quantity.duration(seconds: spot.noticeSeconds)
            rows.append(["  " + told(.planSpot), told(.planSpotNotice, ["notice": notice])])
        }
        if let latency { rows.append(["  " + told(.planLatency), latency]) }
        if let deadline = plan.deadline {
            rows.append(["  " + told(.planDeadline), deadline.text(in: language)])
        }
        if !spec.inputs.isEmpty {
            let inputs = spec.inputs.map { $0.from ?? $0.path }.joined(separator: ", ")
            rows.append(["  " + told(.planInputs), inputs])
        }
        return rows
    }

    private var gang: String? {
        plan.gang.map { gang in
            told(
                gang.isWhole ? .planGangWhole : .planGangPart,
                ["members": String(gang.members), "placed": String(gang.placed)])
        }
    }

    private var latency: String? {
        guard let latency = plan.latency else { return nil }
        func time(_ microseconds: Int64) -> String { Quantity.latency(microseconds: microseconds) }
        guard let nearest = latency.nearest else {
            return told(.planLatencyNone, ["ceiling": time(latency.ceiling)])
        }
        return told(
            .planLatencyNearest,
            [
                "ceiling": time(latency.ceiling), "estimate": time(nearest.estimate),
                "lower": time(nearest.lower), "upper": time(nearest.upper),
            ])
    }

    private var amounts: [String] {
        var table = Table([
            .init(""), .init(told(.planLow), .right), .init(told(.planLikely), .right),
            .init(told(.planWorst), .right),
        ])
        table.rows = [
            ["  " + told(.planTotal)]
                + [plan.feasible > 0 ? plan.low : nil, plan.likely, plan.worst].map {
                    ($0?.money).map(Quantity.money).orDash
                }
        ]
        return table.lines
    }

    private var rejections: [String] {
        guard !plan.rejected.isEmpty else { return [] }
        return [""] + plan.rejected.map { "  \($0.count) × \($0.text)" }
    }

    private var notes: [String] {
        let budget = Quantity.money(plan.budget.money)
        let longest = Quantity.duration(seconds: plan.maxDurationSeconds)
        var notes = [
            "", "  " + told(.planBudgetNote, ["budget": budget]),
            "  " + told(.planLongest, ["time": longest]),
        ]
        if let deadline = plan.deadline, let outlook = plan.outlook {
            notes += outlook.lines(deadline, in: language).map { "  " + $0 }
        }
        if plan.feasible == 0 {
            notes.append("  " + told(.planNotFeasible))
            if let start = plan.expectedStart { notes.append("  " + start.text(in: language)) }
            notes += plan.fixes.map { "  \(told(.fixLabel))  \($0.title)" }
            notes.append("  \(told(.fixLabel))  \(told(.fixWait))")
        }
        return notes
    }

    private func told(_ message: Message, _ values: [String: String] = [:]) -> String {
        message.text(in: language, values)
    }
}
