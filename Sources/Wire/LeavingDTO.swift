package import Domain

/// That a lease is asked to leave: the machine's owner needs it, or an on-demand order takes its place.
package struct LeavingDTO: Codable, Hashable, Sendable {
    /// As `closed` of an offer has it.
    package let code: String
    /// When it is to be gone.
    package let until: TimeDTO

    package init(_ notice: LeaseNotice) {
        code = notice.code
        until = TimeDTO(notice.until)
    }

    /// For example `asked to leave by its owner (its owner uses the GPU), has until …`.
    package func text(in language: Language) -> String {
        let message: Message =
            code == OwnerCode.preempted.rawValue ? .leasePreempted : .leaseLeaving
        return message.text(
            in: language,
            ["why": Message.ownerReason(code, in: language), "time": until.description])
    }
}
