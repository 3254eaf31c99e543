import Domain
import Foundation
import Testing
import Wire

/// One change that makes a good envelope of a node malformed, and the field that is named for it.
struct MalformedNodeEnvelope: Sendable, CustomTestStringConvertible {
    let field: String
    let envelope: Orban_Node_V1_NodeEnvelope

    var testDescription: String { field }

    static let table: [MalformedNodeEnvelope] =
        hello("hello.terms") { $0.clearTerms() }
        + hello("hello.leases") { $0.leases = ["job_1"] }
        + hello("hello.leases") { $0.leases = Array(repeating: "lse_1", count: 4_097) }
        + hello("terms.capacity") { $0.terms.clearCapacity() }
        + hello("terms.capacity.milli_cpu") { $0.terms.capacity.milliCpu = -1 }
        + hello("terms.capacity.memory_bytes") { $0.terms.capacity.memoryBytes = (1 << 52) + 1 }
        + hello("terms.capacity.disk_bytes") { $0.terms.capacity.diskBytes = .min }
        + hello("terms.ask") { $0.terms.ask = 0 }
        + hello("terms.ask") { $0.terms.ask = 100_000_000_001 }
        + hello("terms.spot_ask") { $0.terms.spotAsk = 0 }
        + hello("terms.spot_ask") { ($0.terms.ask, $0.terms.spotAsk) = (5, 6) }
        + hello("terms.region") { $0.terms.region = "tw" }
        + hello("terms.region") { $0.terms.region = "TWN" }
        + hello("terms.region") { $0.terms.region = "" }
        + hello("terms.tier") { $0.terms.tier = .unspecified }
        + hello("terms.tier") { $0.terms.tier = .UNRECOGNIZED(99) }
        + hello("terms.network") { $0.terms.network = .UNRECOGNIZED(2) }
        + places
        + hello("terms.devices") { $0.terms.devices.append($0.terms.devices[0]) }
        + hello("terms.devices") { message in
            message.terms.devices = (0...256).map { index in
                changed(message.terms.devices[0]) { $0.id = "GPU-\(index)" }
            }
        }
        + hello("terms.withheld.device") { message in
            message.terms.withheld = [changed(.init()) { $0.reason = "gone" }]
        }
        + hello("terms.withheld.reason") { message in
            let device = changed(message.terms.devices[0]) { $0.id = "GPU-9" }
            message.terms.withheld = [changed(.init()) { $0.device = device }]
        }
        + hello("terms.devices") { message in
            let device = message.terms.devices[0]
            message.terms.withheld = [
                changed(.init()) { ($0.device, $0.reason) = (device, "gone") }
            ]
        }
        + hello("terms.devices.id") { $0.terms.devices[0].id = "GPU 1" }
        + hello("terms.devices.id") { $0.terms.devices[0].id = String(repeating: "a", count: 97) }
        + hello("terms.devices.model") { $0.terms.devices[0].model = "" }
        + hello("terms.devices.model") { $0.terms.devices[0].model = "a\u{0}b" }
        + hello("terms.devices.vram_bytes") { $0.terms.devices[0].vramBytes = -1 }
        + powers
        + [
            row("heartbeat.number") { $0.heartbeat = .init() },
            row("heartbeat.number") { $0.heartbeat = changed(.init()) { $0.number = -1 } },
            leaving("lease") { $0.lease = "job_1" },
            leaving("code") { $0.code = "Owner" },
            leaving("remaining_ms") { $0.remainingMs = 31_622_400_001 },
            leaving("remaining_ms") { $0.remainingMs = .min },
            row("heartbeat.leaving") { envelope in
                envelope.heartbeat = changed(.init()) {
                    $0.number = 1
                    $0.leaving = Array(repeating: call, count: 4_097)
                }
            },
            row("effect_done.effect") { $0.effectDone = .init() },
            row("effect_done.effect") {
                $0.effectDone = changed(.init()) { $0.effect = String(repeating: "e", count: 161) }
            },
            row("effect_done.effect") { $0.effectDone = changed(.init()) { $0.effect = "a b" } },
            row("receipt.entry") { $0.receipt = .init() },
            row("receipt.entry") { $0.receipt = receipt(entry: 1_025, signature: 64) },
            row("receipt.signature") { $0.receipt = receipt(entry: 1, signature: 63) },
            row("receipt.signature") { $0.receipt = receipt(entry: 1, signature: 65) },
            row("scrubbed.entry") { $0.scrubbed = .init() },
            row("scrubbed.signature") {
                $0.scrubbed = changed(.init()) { $0.entry = Data([4]) }
            },
        ]

    private static let powers: [MalformedNodeEnvelope] =
        [0, 9, 1_000, -1, .max, .min].flatMap { (capability: Int32) in
            hello("terms.devices.capability") { $0.terms.devices[1].capability = capability }
        }
        + [0, -1, 1_000_000_001, .max, .min].flatMap { (speed: Int64) in
            hello("terms.devices.gigaflops") { $0.terms.devices[1].gigaflops = speed }
        }
        + [-1, 31_622_400_001, .max, .min].flatMap { (left: Int64) in
            hello("terms.closes_in_ms") { $0.terms.closesInMs = left }
        }

    private static var call: Orban_Node_V1_LeaveCall {
        changed(.init()) {
            $0.lease = "lse_1"
            $0.code = "paused"
        }
    }

    private static let places: [MalformedNodeEnvelope] = [
        [trip("market", 0)], [trip("market", 10_000_001)], [trip("market", .min)],
        [trip("Market", 1)], [trip("", 1)], [trip("a", 1), trip("a", 2)],
        (0...16).map { trip("b\($0)", 1) },
    ].flatMap { trips in hello("terms.round_trips") { $0.terms.roundTrips = trips } }

    private static func trip(_ beacon: String, _ microseconds: Int64) -> Orban_Node_V1_RoundTrip {
        changed(.init()) { ($0.beacon, $0.microseconds) = (beacon, microseconds) }
    }

    private static func leaving(
        _ field: String, _ change: (inout Orban_Node_V1_LeaveCall) -> Void
    ) -> MalformedNodeEnvelope {
        var call = call
        change(&call)
        return row("heartbeat.leaving." + field) { envelope in
            envelope.heartbeat = changed(.init()) {
                $0.number = 1
                $0.leaving = [call]
            }
        }
    }

    private static func hello(
        _ field: String, _ change: (inout Orban_Node_V1_Hello) -> Void
    ) -> [MalformedNodeEnvelope] {
        let good = NodeFrame.hello(terms: ChannelFrames.terms, leases: [ChannelFrames.lease])
        let envelope = FrameEnvelope(sequence: 1, acknowledged: 0, frame: good)
        let message = changed(Orban_Node_V1_NodeEnvelope(envelope)) { change(&$0.hello) }
        return [MalformedNodeEnvelope(field: field, envelope: message)]
    }

    private static func row(
        _ field: String, _ change: (inout Orban_Node_V1_NodeEnvelope) -> Void
    ) -> MalformedNodeEnvelope {
        let envelope = changed(Orban_Node_V1_NodeEnvelope()) {
            $0.sequence = 1
            change(&$0)
        }
        return MalformedNodeEnvelope(field: field, envelope: envelope)
    }

    private static func receipt(entry: Int, signature: Int) -> Orban_Node_V1_Receipt {
        changed(.init()) {
            $0.entry = .init(repeating: 1, count: entry)
            $0.signature = .init(repeating: 2, count: signature)
        }
    }
}

/// The same for the market's side.
struct MalformedMarketEnvelope: Sendable, CustomTestStringConvertible {
    let field: String
    let envelope: Orban_Node_V1_MarketEnvelope

    var testDescription: String { field }

    static let table: [MalformedMarketEnvelope] =
        dispatches
        + [
            row("renewal.number") { $0.renewal = .init() },
            row("renewal.leases") {
                $0.renewal = changed(.init()) {
                    $0.number = 1
                    $0.leases = Array(repeating: renewed("lse_1", 1), count: 65_537)
                }
            },
            row("renewal.leases.lease") {
                $0.renewal = changed(.init()) {
                    $0.number = 1
                    $0.leases = [renewed("lse_", 1)]
                }
            },
            row("renewal.leases.attempt") {
                $0.renewal = changed(.init()) {
                    $0.number = 1
                    $0.leases = [renewed("lse_1", 0)]
                }
            },
            row("stop.effect") { $0.stop = .init() },
            row("stop.lease") { $0.stop = changed(.init()) { $0.effect = "stop:x" } },
            row("stop.reason") { $0.stop = stop("exit:256") },
            row("stop.reason") { $0.stop = stop("start_failed:") },
            row("leave.effect") { $0.leave = .init() },
            row("leave.lease") { $0.leave = changed(.init()) { $0.effect = "leave:x" } },
            row("leave.notice_ms") { $0.leave = leave(-1) },
            row("leave.notice_ms") { $0.leave = leave(600_001) },
            row("receipt_accepted.lease") { $0.receiptAccepted = .init() },
            row("receipt_accepted.sequence") {
                $0.receiptAccepted = changed(.init()) { $0.lease = "lse_1" }
            },
            row("receipt_refused.code") { $0.receiptRefused = refused("Code") },
            row("receipt_refused.code") { $0.receiptRefused = refused("") },
            row("scrub_answered.device") { $0.scrubAnswered = .init() },
            row("scrub_answered.scrub") {
                $0.scrubAnswered = changed(.init()) { $0.device = "GPU-1" }
            },
            row("scrub_answered.refusal") {
                $0.scrubAnswered = changed(.init()) {
                    ($0.device, $0.scrub, $0.refusal) = ("GPU-1", 1, "Bad")
                }
            },
            row("wish.number") { $0.wish = .init() },
            row("wish.wish") { $0.wish = wish(.unspecified, nil) },
            row("wish.wish") { $0.wish = wish(.UNRECOGNIZED(9), nil) },
            row("wish.remaining_ms") { $0.wish = wish(.drained, -1) },
            row("wish.remaining_ms") { $0.wish = wish(.paused, 1) },
            row("wish.remaining_ms") { $0.wish = wish(.open, 0) },
            row("stop.reason") { $0.stop = stop("yielded:") },
            row("goodbye.code") {
                $0.goodbye = changed(.init()) { $0.code = String(repeating: "a", count: 65) }
            },
        ]

    private static let dispatches: [MalformedMarketEnvelope] = [
        dispatch("dispatch") { $0.clearWorkload() },
        dispatch("dispatch") { $0.clearSlice() },
        dispatch("dispatch.effect") { $0.effect = "" },
        dispatch("dispatch.lease") { $0.lease = "lse 1" },
        dispatch("dispatch.attempt") { $0.attempt = 0 },
        dispatch("dispatch.job") { $0.job = "" },
        dispatch("dispatch.task_count") { $0.taskCount = 10_001 },
        dispatch("dispatch.task_count") { $0.taskCount = 0 },
        dispatch("dispatch.task_index") { $0.taskIndex = 0 },
        dispatch("dispatch.task_index") { $0.taskCount = 1 },
        dispatch("dispatch.slice.disk_bytes") { $0.slice.diskBytes = -1 },
        dispatch("dispatch.devices") { $0.devices = ["a", "a"] },
        dispatch("dispatch.devices") { $0.devices = (0...64).map { "GPU-\($0)" } },
        dispatch("dispatch.budget_seconds") { $0.budgetSeconds = -1 },
        dispatch("dispatch.limit_seconds") { $0.limitSeconds = 0 },
        dispatch("dispatch.limit_seconds") { $0.limitSeconds = 366 * 86_400 + 1 },
        dispatch("dispatch.fence_seconds") { $0.fenceSeconds = 2 },
        dispatch("dispatch.fence_seconds") { $0.fenceSeconds = 86_401 },
        dispatch("dispatch.token") { $0.token = "" },
        dispatch("dispatch.token") { $0.token = "two words" },
        dispatch("dispatch.token") { $0.token = String(repeating: "t", count: 513) },
        dispatch("dispatch.network") { $0.network = .UNRECOGNIZED(-1) },
        dispatch("workload.image") { $0.workload.image = nil },
        dispatch("workload.archive.name") { $0.workload.archive.name = "" },
        dispatch("workload.archive.digest") { $0.workload.archive.digest = "sha256:0" },
        dispatch("workload.registry_image") { $0.workload.registryImage = "registry.example/a:1" },
        dispatch("workload.command") { $0.workload.command = ["a\u{0}"] },
        dispatch("workload.command") {
            $0.workload.command = [String(repeating: "x", count: 64 << 10)]
        },
        dispatch("workload.command") {
            $0.workload.command = Array(repeating: "", count: (64 << 10) + 1)
        },
        dispatch("workload.environment") {
            $0.workload.environment = Array(repeating: variable("A", ""), count: 257)
        },
        dispatch("workload.environment.name") {
            $0.workload.environment = [variable("A=B", "")]
        },
        dispatch("workload.environment.name") { $0.workload.environment = [variable("", "x")] },
        dispatch("workload.environment.value") {
            $0.workload.environment = [variable("A", String(repeating: "x", count: 32_769))]
        },
        dispatch("workload.inputs.path") { $0.workload.inputs[0].path = "in/a" },
        dispatch("workload.inputs.path") { $0.workload.inputs[0].path = "/" },
        dispatch("workload.inputs.digest") { $0.workload.inputs[0].digest = "" },
        dispatch("workload.inputs.form") { $0.workload.inputs[0].form = .unspecified },
        dispatch("workload.inputs.form") { $0.workload.inputs[0].form = .UNRECOGNIZED(7) },
        dispatch("workload.inputs") {
            $0.workload.outputs = Array(repeating: "/out", count: 63)
        },
        dispatch("workload.outputs") { $0.workload.outputs = ["out"] },
    ]

    private static func leave(_ notice: Int64) -> Orban_Node_V1_Leave {
        changed(.init()) { ($0.effect, $0.lease, $0.noticeMs) = ("leave:x", "lse_1", notice) }
    }

    private static func wish(
        _ wish: Orban_Node_V1_OwnerWish, _ remaining: Int64?
    ) -> Orban_Node_V1_Wish {
        changed(.init()) {
            $0.number = 1
            $0.wish = wish
            if let remaining { $0.remainingMs = remaining }
        }
    }

    private static func dispatch(
        _ field: String, _ change: (inout Orban_Node_V1_Dispatch) -> Void
    ) -> MalformedMarketEnvelope {
        let good = MarketFrame.dispatch(ChannelFrames.effect, ChannelFrames.dispatch())
        let envelope = FrameEnvelope(sequence: 1, acknowledged: 0, frame: good)
        let message = changed(Orban_Node_V1_MarketEnvelope(envelope)) { change(&$0.dispatch) }
        return MalformedMarketEnvelope(field: field, envelope: message)
    }

    private static func row(
        _ field: String, _ change: (inout Orban_Node_V1_MarketEnvelope) -> Void
    ) -> MalformedMarketEnvelope {
        let envelope = changed(Orban_Node_V1_MarketEnvelope()) {
            $0.sequence = 1
            change(&$0)
        }
        return MalformedMarketEnvelope(field: field, envelope: envelope)
    }

    private static func renewed(_ lease: String, _ attempt: Int64) -> Orban_Node_V1_RenewedLease {
        changed(.init()) {
            $0.lease = lease
            $0.attempt = attempt
        }
    }

    private static func stop(_ reason: String) -> Orban_Node_V1_Stop {
        changed(.init()) {
            $0.effect = "stop:lse_1"
            $0.lease = "lse_1"
            $0.reason = reason
        }
    }

    private static func refused(_ code: String) -> Orban_Node_V1_ReceiptRefused {
        changed(.init()) {
            $0.lease = "lse_1"
            $0.sequence = 1
            $0.code = code
        }
    }

    private static func variable(_ name: String, _ value: String) -> Orban_Node_V1_Variable {
        changed(.init()) {
            $0.name = name
            $0.value = value
        }
    }
}
