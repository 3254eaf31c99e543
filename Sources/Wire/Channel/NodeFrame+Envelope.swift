package import Domain
import Foundation
import SwiftProtobuf

extension Orban_Node_V1_NodeEnvelope {
    package init(_ envelope: FrameEnvelope<NodeFrame>) {
        self.init()
        sequence = envelope.sequence
        acknowledged = envelope.acknowledged
        frame = envelope.frame?.message
    }
}

extension FrameEnvelope<NodeFrame> {
    /// - Throws: `MalformedFrame` outside the bounds of `api/node.proto`.
    package init(_ message: Orban_Node_V1_NodeEnvelope) throws(MalformedFrame) {
        var frame: NodeFrame?
        if let body = message.frame { frame = try NodeFrame(body) }
        try self.init(
            checking: message.sequence, acknowledged: message.acknowledged, frame: frame)
    }
}

extension NodeFrame {
    fileprivate var message: Orban_Node_V1_NodeEnvelope.OneOf_Frame {
        switch self {
        case .hello(let terms, let leases, let closesIn):
            .hello(
                .with {
                    $0.terms = terms.message
                    if let closesIn { $0.terms.closesInMs = closesIn }
                    $0.leases = leases.map(\.text)
                })
        case .terms(let terms, let closesIn):
            .terms(
                .with {
                    $0.terms = terms.message
                    if let closesIn { $0.terms.closesInMs = closesIn }
                })
        case .heartbeat(let number, let leaving):
            .heartbeat(
                .with {
                    $0.number = number
                    $0.leaving = leaving.map(\.message)
                })
        case .receipt(let signed):
            .receipt(
                .with {
                    $0.entry = Data(signed.bytes)
                    $0.signature = Data(signed.signature)
                })
        case .acknowledged(let effect): .effectDone(.with { $0.effect = effect.text })
        case .drain: .drain(.init())
        case .scrubbed(let signed):
            .scrubbed(
                .with {
                    $0.entry = Data(signed.bytes)
                    $0.signature = Data(signed.signature)
                })
        case .wished(let number): .wished(.with { $0.number = number })
        }
    }

    fileprivate init(_ message: Orban_Node_V1_NodeEnvelope.OneOf_Frame) throws(MalformedFrame) {
        switch message {
        case .hello(let hello): self = try Self.hello(hello)
        case .terms(let message):
            guard message.hasTerms else { throw MalformedFrame("terms.terms") }
            self = .terms(
                try OfferTerms(message.terms), closesIn: try Self.closesIn(message.terms))
        case .heartbeat(let beat):
            self = .heartbeat(
                number: try FrameField.ordinal(beat.number, "heartbeat.number"),
                leaving: try FrameField.list(
                    beat.leaving, atMost: FrameLimits.heldLeases, "heartbeat.leaving",
                    LeaveCall.init))
        case .receipt(let receipt):
            self = .receipt(
                try SignedReceipt(entry: receipt.entry, receipt.signature, "receipt"))
        case .effectDone(let done):
            self = .acknowledged(try FrameField.effect(done.effect, "effect_done.effect"))
        case .drain: self = .drain
        case .scrubbed(let scrub):
            self = .scrubbed(try SignedReceipt(entry: scrub.entry, scrub.signature, "scrubbed"))
        case .wished(let wished):
            self = .wished(number: try FrameField.ordinal(wished.number, "wished.number"))
        }
    }

    private static func hello(_ message: Orban_Node_V1_Hello) throws(MalformedFrame) -> NodeFrame {
        guard message.hasTerms else { throw MalformedFrame("hello.terms") }
        let leases: [LeaseID] = try FrameField.list(
            message.leases, atMost: FrameLimits.heldLeases, "hello.leases"
        ) { (text) throws(MalformedFrame) in try FrameField.id(text, "hello.leases") }
        return .hello(
            terms: try OfferTerms(message.terms), leases: leases,
            closesIn: try closesIn(message.terms))
    }

    private static func closesIn(
        _ message: Orban_Node_V1_OfferTerms
    ) throws(MalformedFrame) -> Int64? {
        guard message.hasClosesInMs else { return nil }
        return try FrameField.whole(
            message.closesInMs, in: 0...FrameLimits.leaveMilliseconds.upperBound,
            "terms.closes_in_ms")
    }
}

extension LeaveCall<Int64> {
    fileprivate var message: Orban_Node_V1_LeaveCall {
        .with {
            $0.lease = lease.text
            $0.code = code
            $0.remainingMs = until
        }
    }

    fileprivate init(_ message: Orban_Node_V1_LeaveCall) throws(MalformedFrame) {
        self.init(
            lease: try FrameField.id(message.lease, "heartbeat.leaving.lease"),
            code: try FrameField.code(message.code, "heartbeat.leaving.code"),
            until: try FrameField.whole(
                message.remainingMs, in: FrameLimits.leaveMilliseconds,
                "heartbeat.leaving.remaining_ms"))
    }
}

extension SignedReceipt {
    /// The entry is bounded here and parsed where its signature is checked.
    fileprivate init(
        entry: Data, _ signature: Data, _ message: String
    ) throws(MalformedFrame) {
        guard (1...FrameLimits.receiptBytes).contains(entry.count) else {
            throw MalformedFrame(message + ".entry")
        }
        guard signature.count == FrameLimits.signatureBytes else {
            throw MalformedFrame(message + ".signature")
        }
        self.init(bytes: Array(entry), signature: Array(signature))
    }
}
