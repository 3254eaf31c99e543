package import Domain
import SwiftProtobuf

extension Orban_Node_V1_MarketEnvelope {
    package init(_ envelope: FrameEnvelope<MarketFrame>) {
        self.init()
        sequence = envelope.sequence
        acknowledged = envelope.acknowledged
        frame = envelope.frame?.message
    }
}

extension FrameEnvelope<MarketFrame> {
    /// - Throws: `MalformedFrame` outside the bounds of `api/node.proto`.
    package init(_ message: Orban_Node_V1_MarketEnvelope) throws(MalformedFrame) {
        var frame: MarketFrame?
        if let body = message.frame { frame = try MarketFrame(body) }
        try self.init(
            checking: message.sequence, acknowledged: message.acknowledged, frame: frame)
    }
}

extension MarketFrame {
    fileprivate var message: Orban_Node_V1_MarketEnvelope.OneOf_Frame {
        switch self {
        case .welcome: .welcome(.init())
        case .renewal(let number, let leases):
            .renewal(
                .with {
                    $0.number = number
                    $0.leases = leases.map(\.message)
                })
        case .dispatch(let effect, let dispatch): .dispatch(dispatch.message(effect))
        case .stop(let effect, let lease, let reason):
            .stop(
                .with {
                    $0.effect = effect.text
                    $0.lease = lease.text
                    $0.reason = reason.text
                })
        case .leave(let effect, let lease, let notice):
            .leave(
                .with {
                    $0.effect = effect.text
                    $0.lease = lease.text
                    $0.noticeMs = notice
                })
        case .receiptAccepted(let lease, let sequence):
            .receiptAccepted(
                .with {
                    $0.lease = lease.text
                    $0.sequence = sequence
                })
        case .receiptRefused(let lease, let sequence, let code):
            .receiptRefused(
                .with {
                    $0.lease = lease.text
                    $0.sequence = sequence
                    $0.code = code
                })
        case .drained: .drained(.init())
        case .scrubAnswered(let device, let scrub, let refusal):
            .scrubAnswered(
                .with {
                    $0.device = device.text
                    $0.scrub = scrub
                    $0.refusal = refusal ?? ""
                })
        case .wish(let number, let wish): .wish(wish.message(number))
        case .goodbye(let code): .goodbye(.with { $0.code = code })
        }
    }

    fileprivate init(_ message: Orban_Node_V1_MarketEnvelope.OneOf_Frame) throws(MalformedFrame) {
        switch message {
        case .welcome: self = .welcome
        case .renewal(let renewal): self = try Self.renewal(renewal)
        case .dispatch(let dispatch):
            self = .dispatch(
                try FrameField.effect(dispatch.effect, "dispatch.effect"), try Dispatch(dispatch))
        case .stop(let stop):
            self = .stop(
                try FrameField.effect(stop.effect, "stop.effect"),
                try FrameField.id(stop.lease, "stop.lease"),
                try FrameField.reason(stop.reason, "stop.reason"))
        case .leave(let leave):
            self = .leave(
                try FrameField.effect(leave.effect, "leave.effect"),
                try FrameField.id(leave.lease, "leave.lease"),
                noticeMilliseconds: try FrameField.whole(
                    leave.noticeMs, in: 0...SpotTerms.longestNotice, "leave.notice_ms"))
        case .receiptAccepted(let accepted):
            self = .receiptAccepted(
                try FrameField.id(accepted.lease, "receipt_accepted.lease"),
                sequence: try FrameField.ordinal(accepted.sequence, "receipt_accepted.sequence"))
        case .receiptRefused(let refused):
            self = .receiptRefused(
                try FrameField.id(refused.lease, "receipt_refused.lease"),
                sequence: try FrameField.ordinal(refused.sequence, "receipt_refused.sequence"),
                code: try FrameField.code(refused.code, "receipt_refused.code"))
        case .drained: self = .drained
        case .scrubAnswered(let answer):
            let refusal =
                answer.refusal.isEmpty
                ? nil : try FrameField.code(answer.refusal, "scrub_answered.refusal")
            self = .scrubAnswered(
                try FrameField.device(answer.device, "scrub_answered.device"),
                scrub: try FrameField.ordinal(answer.scrub, "scrub_answered.scrub"),
                refusal: refusal)
        case .wish(let wish):
            self = .wish(
                number: try FrameField.ordinal(wish.number, "wish.number"), try OwnerWish(wish))
        case .goodbye(let goodbye):
            self = .goodbye(code: try FrameField.code(goodbye.code, "goodbye.code"))
        }
    }

    private static func renewal(
        _ message: Orban_Node_V1_Renewal
    ) throws(MalformedFrame) -> MarketFrame {
        .renewal(
            number: try FrameField.ordinal(message.number, "renewal.number"),
            leases: try FrameField.list(
                message.leases, atMost: FrameLimits.renewals, "renewal.leases", Renewal.init))
    }
}

extension OwnerWish<Int64> {
    fileprivate func message(_ number: Int64) -> Orban_Node_V1_Wish {
        .with {
            $0.number = number
            switch self {
            case .open: $0.wish = .open
            case .paused: $0.wish = .paused
            case .drained(let remaining):
                $0.wish = .drained
                if let remaining { $0.remainingMs = remaining }
            }
        }
    }

    fileprivate init(_ message: Orban_Node_V1_Wish) throws(MalformedFrame) {
        let remaining =
            message.hasRemainingMs
            ? try FrameField.whole(message.remainingMs, in: 0...Int64.max, "wish.remaining_ms")
            : nil
        switch message.wish {
        case .open where remaining == nil: self = .open
        case .paused where remaining == nil: self = .paused
        case .drained: self = .drained(by: remaining)
        case .open, .paused: throw MalformedFrame("wish.remaining_ms")
        case .unspecified, .UNRECOGNIZED: throw MalformedFrame("wish.wish")
        }
    }
}

extension Renewal {
    fileprivate var message: Orban_Node_V1_RenewedLease {
        .with {
            $0.lease = lease.text
            $0.attempt = attempt
        }
    }

    fileprivate init(_ message: Orban_Node_V1_RenewedLease) throws(MalformedFrame) {
        self.init(
            lease: try FrameField.id(message.lease, "renewal.leases.lease"),
            attempt: try FrameField.ordinal(message.attempt, "renewal.leases.attempt"))
    }
}
