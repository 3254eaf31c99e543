package import Domain

/// By when each task of a job is to run or be done.
package struct DeadlineDTO: Codable, Hashable, Sendable {
    package let startBy: TimeDTO?
    package let finishBy: TimeDTO?
    package let expectedSeconds: Int64?
    /// The last moment at which a task can get a place in time; left out where no moment is given.
    package let latestStart: TimeDTO?

    package init(_ deadline: Deadline) {
        startBy = deadline.startBy.map { TimeDTO($0) }
        finishBy = deadline.finishBy.map { TimeDTO($0) }
        expectedSeconds = deadline.expectedMilliseconds.map { $0 / 1000 }
        latestStart = deadline.latestStart.map { TimeDTO($0) }
    }

    private enum CodingKeys: String, CodingKey {
        case startBy = "start_by"
        case finishBy = "finish_by"
        case expectedSeconds = "expected_seconds"
        case latestStart = "latest_start"
    }

    /// `start by 2026-11-27T10:00:00.000Z · expected to run 2h`.
    package func text(in language: Language) -> String {
        func told(_ message: Message, _ time: String?) -> String? {
            time.map { message.text(in: language, ["time": $0]) }
        }
        let parts = [
            told(.deadlineStart, startBy?.description),
            told(.deadlineFinish, finishBy?.description),
            told(.deadlineExpected, expectedSeconds.map { Quantity.duration(seconds: $0) }),
        ]
        return parts.compactMap(\.self).joined(separator: " · ")
    }
}

/// Whether a job's tasks will be in time, by what is known now.
package struct DeadlineOutlookDTO: Codable, Hashable, Sendable {
    package enum Verdict: String, Codable, Hashable, Sendable {
        case inTime = "in_time"
        /// Only by what is sure; a place may come sooner.
        case atRisk = "at_risk"
        case unknown
    }

    /// Left out where no moment is given, so that none can be missed.
    package let verdict: Verdict?
    /// By when the last task has a place, at the latest; left out where nobody knows.
    package let lastStart: TimeDTO?
    /// When all is done, if each task runs as long as its renter expects.
    package let finish: TimeDTO?

    package init(verdict: Verdict?, lastStart: TimeDTO?, finish: TimeDTO?) {
        self.verdict = verdict
        self.lastStart = lastStart
        self.finish = finish
    }

    private enum CodingKeys: String, CodingKey {
        case verdict
        case lastStart = "last_start"
        case finish
    }

    /// Sentences about a job of that deadline.
    package func lines(_ deadline: DeadlineDTO, in language: Language) -> [String] {
        let time = deadline.expectedSeconds.map { Quantity.duration(seconds: $0) }
        let values = [
            "start": lastStart?.description, "latest": deadline.latestStart?.description,
            "finish": finish?.description, "time": time,
        ].compactMapValues(\.self)
        var messages: [Message] = []
        switch verdict {
        case .inTime: messages.append(.planInTime)
        case .atRisk: messages.append(.planAtRisk)
        case .unknown: messages.append(.planUnforeseen)
        case nil: break
        }
        if finish != nil { messages.append(.planDone) }
        if deadline.latestStart != nil { messages.append(.planMissed) }
        return messages.map { $0.text(in: language, values) }
    }
}
