/// What a job is told by the resolver of its node: nothing that leads to an address it must not reach,
/// and no name of such an address. The packet filter holds whatever a name says; this keeps a job from
/// learning what lies in the machine's own network, and a program of good faith from being led there.
///
/// Each answer is judged by itself, each time: a name that was public a moment ago is worth nothing.
package struct NameRule: Sendable {
    /// Steps from one name to the next in one answer.
    static let mostSteps = 16

    private let allows: @Sendable (IPAddress) -> Bool

    package init(allows: @escaping @Sendable (IPAddress) -> Bool) { self.allows = allows }

    package init(_ policy: EgressPolicy) { self.init(allows: policy.allows) }

    package enum Verdict: Hashable, Sendable {
        /// To be asked of a name server.
        case ask(NameMessage.Question)
        case answer(NameMessage)
    }

    func verdict(on query: NameMessage) -> Verdict {
        let question = query.question
        // Also of what holds addresses as hints (SVCB, HTTPS), of zones as a whole, and of signatures,
        // which an answer that was changed does not keep.
        guard NameMessage.Kind.known.contains(question.type) else {
            return .answer(query.answered(.done))
        }
        if question.name.isReverse {
            guard let address = question.name.reversed, allows(address) else {
                return .answer(query.answered(.noSuchName))
            }
        }
        return .ask(question)
    }

    /// The answer to `query` by what a name server said to the same question.
    func answer(to query: NameMessage, by reply: NameMessage) -> NameMessage {
        var answer = query.answered(.failed)
        switch reply.code {
        case .done, .noSuchName: answer.code = reply.code
        case .malformed, .failed, .notServed, .refused: return answer
        }
        answer.isTruncated = reply.isTruncated
        answer.answers = kept(of: reply, asked: query.question)
        return answer
    }

    /// The records that belong to the question, over its chain of names.
    private func kept(
        of reply: NameMessage, asked question: NameMessage.Question
    ) -> [NameMessage.Record] {
        var kept: [NameMessage.Record] = []
        var name = question.name
        var seen: Set<DomainName> = []
        while seen.count < Self.mostSteps, seen.insert(name).inserted {
            var next: DomainName?
            for record in reply.answers where record.name == name {
                switch record.value {
                case .address(let address):
                    if record.value.type == question.type, allows(address) { kept.append(record) }
                case .name(NameMessage.Kind.cname, let target):
                    kept.append(record)
                    if question.type != NameMessage.Kind.cname { next = target }
                case .name, .exchange, .service, .bytes:
                    if record.value.type == question.type { kept.append(record) }
                }
            }
            guard let next else { break }
            name = next
        }
        return kept
    }
}
