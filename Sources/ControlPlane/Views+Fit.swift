import Accounting
import Domain
import Marketplace
import Matching
import Wire

/// How the book answers a job's orders: each for itself, or a gang's together.
struct JobFit {
    /// Of a gang that has no place: of the first of its tasks that has none.
    let explanation: Explanation
    /// Left out where tasks start one by one.
    let gang: PlanGangDTO?
    /// What a task would pay, of a gang each of its tasks; empty where nothing is known.
    let rates: [Rate]
    /// What would help by itself.
    let fixes: [FixDTO]

    /// Whether its next task, or its whole gang, could start.
    var isFeasible: Bool { explanation.feasible > 0 && gang?.isWhole ?? true }
}

extension MarketServices {
    /// - Parameter job: whose orders they are, if it has any already.
    func fit(
        _ needs: Needs, _ formation: Formation?, of job: Job? = nil, _ language: Language
    ) async -> JobFit {
        let explanation = await matching.explain(needs, of: job)
        guard let members = formation?.gang, let fit = await matching.fit(needs, formation) else {
            // Where it would go: not always to the cheapest, which may have lost much of its work.
            let rate = await matching.rate(of: needs) ?? explanation.cheapest
            return JobFit(
                explanation: explanation, gang: nil,
                rates: rate.map { [$0] } ?? [],
                fixes: explanation.fixes(of: needs, in: language))
        }
        let gang = PlanGangDTO(members: members, placed: fit.placed.count)
        guard !gang.isWhole else {
            return JobFit(explanation: explanation, gang: gang, rates: fit.placed, fixes: [])
        }
        return JobFit(
            explanation: fit.next, gang: gang, rates: [],
            fixes: await fixes(of: needs, formation, gang, fit.next, language))
    }

    /// What would give the whole gang a place; and to do without `spread`, where that places more of it.
    private func fixes(
        of needs: Needs, _ formation: Formation?, _ gang: PlanGangDTO, _ next: Explanation,
        _ language: Language
    ) async -> [FixDTO] {
        var fixes: [FixDTO] = []
        for relaxation in next.relaxations {
            guard let wide = await widened(relaxation, needs, formation, gang) else { continue }
            fixes.append(wide.fix(of: needs, in: language))
        }
        if Formation.members.contains(gang.placed) {
            let title = Message.relaxGang.text(
                in: language, ["placed": String(gang.placed), "members": String(gang.members)])
            let count = JSONValue.object(["count": .number(Int64(gang.placed))])
            fixes.append(FixDTO(title: title, patch: .object(["array": count])))
        }
        guard formation?.spread != nil else { return fixes }
        let together = Formation(gang: gang.members, spread: nil)
        let placed = await matching.fit(needs, together)?.placed.count ?? 0
        guard placed > gang.placed else { return fixes }
        let title = Message.relaxSpread.text(
            in: language, ["placed": String(placed), "members": String(gang.members)])
        return fixes + [
            FixDTO(title: title, patch: .object(["placement": .object(["spread": .null])]))
        ]
    }
}

extension MarketServices {
    /// The same constraint changed until all of the gang have a place: one member after another says
    /// what it lacks. Nil where that constraint alone is not all.
    private func widened(
        _ first: Relaxation, _ needs: Needs, _ formation: Formation?, _ gang: PlanGangDTO
    ) async -> Relaxation? {
        var (instead, placed) = (first.instead, gang.placed)
        while true {
            let relaxed = needs.relaxed(instead)
            guard let fit = await matching.fit(relaxed, formation) else { return nil }
            if fit.placed.count == gang.members {
                let outcome = await matching.explain(relaxed)
                return Relaxation(
                    instead: instead, offers: outcome.feasible,
                    rate: outcome.cheapest ?? first.rate)
            }
            // Each step places one more at least, so there are no more steps than members.
            let more = fit.next.relaxations.lazy.compactMap { instead.widened($0.instead) }.first
            guard let more, more != instead, fit.placed.count > placed || instead == first.instead
            else { return nil }
            (instead, placed) = (more, fit.placed.count)
        }
    }
}

extension JobFit {
    /// Why it waits, with counts.
    func line(in language: Language) -> String {
        let line = Mismatch.line(
            feasible: explanation.feasible, total: explanation.total,
            rejected: explanation.rejections(in: language), in: language)
        guard let gang, !gang.isWhole else { return line }
        return Message.gangWaits.text(
            in: language,
            ["placed": String(gang.placed), "members": String(gang.members), "line": line])
    }
}

extension JobFit {
    /// Where no offer tells what tasks pay: this, each.
    func priced(at rate: Rate?) -> JobFit {
        let count = gang?.members ?? 1
        return JobFit(
            explanation: explanation, gang: gang,
            rates: rate.map { Array(repeating: $0, count: count) } ?? [], fixes: fixes)
    }

    /// What so many seconds of each task cost; nil where no rate is known.
    ///
    /// - Throws: `MoneyOverflow`.
    func charge(seconds: Int64, tasks: Int) throws -> Money? {
        guard !rates.isEmpty else { return nil }
        let charge = try rates.charge(seconds: seconds)
        return gang == nil ? try charge.times(Int64(tasks)) : charge
    }
}

extension [Rate] {
    /// What so many seconds cost at all of these rates.
    ///
    /// - Throws: `MoneyOverflow`.
    func charge(seconds: Int64) throws -> Money {
        try reduce(Money.zero) { try $0.adding(try Bill.charge(seconds: seconds, rate: $1)) }
    }
}
