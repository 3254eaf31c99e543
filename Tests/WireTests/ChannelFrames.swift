import Domain
import Wire

/// Frames of every kind, at and within the bounds of `api/node.proto`.
enum ChannelFrames {
    static let lease = LeaseID("lse_" + String(repeating: "Z", count: 64))!
    static let effect = EffectID("dispatch:" + lease.text)
    static let digest = BlobDigest("sha256:" + String(repeating: "0f", count: 32))!

    static let terms = OfferTerms(
        capacity: Resources(milliCPU: 64_000, memoryBytes: Resources.limit, diskBytes: 0),
        devices: [
            Device(id: DeviceID("GPU-1")!, model: "RTX 4090", vramBytes: 24 << 30),
            Device(id: DeviceID("MIG-2")!, model: "H200 顯示卡", vramBytes: 0),
        ],
        ask: try! Rate(microPerHour: Rate.limit), region: "TW", tier: .verified)

    static let withheld = OfferTerms(
        capacity: .zero, devices: [Device(id: DeviceID("GPU-1")!, model: "a", vramBytes: 1)],
        ask: try! Rate(microPerHour: 1), region: "TW", tier: .new,
        withheld: [
            WithheldDevice(
                device: Device(id: DeviceID("GPU-2")!, model: "b", vramBytes: 2),
                reason: "xid_79")
        ])

    static let networked = OfferTerms(
        capacity: .zero, devices: [], ask: try! Rate(microPerHour: 1), region: "TW", tier: .new,
        network: .egress)

    static let closed = OfferTerms(
        capacity: .zero, devices: [], ask: try! Rate(microPerHour: 1), region: "TW", tier: .new,
        closed: OfferClosing(.schedule, until: Timestamp(milliseconds: 1_795_392_000_000)))

    static let measured = OfferTerms(
        capacity: .zero, devices: [], ask: try! Rate(microPerHour: 1), region: "TW", tier: .new,
        roundTrips: RoundTrips(
            (1...16).map {
                .init(
                    beacon: BeaconName(String(repeating: "b", count: $0 * 2))!,
                    microseconds: $0 == 1 ? 1 : 10_000_000)
            })!)

    static let powered = OfferTerms(
        capacity: .zero,
        devices: [
            (10, 1), (nil, 1_000_000_000), (999, nil), (nil, nil),
        ].enumerated().map { number, power in
            Device(
                id: DeviceID("GPU-\(number)")!, model: "a", vramBytes: 1,
                power: DevicePower(capability: power.0, gigaflops: power.1))
        },
        ask: try! Rate(microPerHour: 1), region: "TW", tier: .new)
    static let spot = OfferTerms(
        capacity: .zero, devices: [], ask: try! Rate(microPerHour: 9), region: "TW", tier: .new,
        spotAsk: try! Rate(microPerHour: 9))

    static let promised = OfferTerms(
        capacity: .zero, devices: [], ask: try! Rate(microPerHour: 9), region: "TW", tier: .new,
        serviceLevel: ServiceLevel(availability: BasisPoints(10_000)!, credit: BasisPoints(1)!))

    static let closedForGood = OfferTerms(
        capacity: .zero, devices: [], ask: try! Rate(microPerHour: 1), region: "TW", tier: .new,
        closed: OfferClosing(code: "holiday", until: nil))

    static let workload = Workload(
        image: .archive(name: "localhost/orban-inference:1", digest: digest),
        command: ["sh", "-c", "", "echo 你好"],
        environment: [.init(name: "LANG", value: ""), .init(name: "X", value: "a=b")],
        inputs: [
            .init(digest: digest, path: "/in/a", form: .file),
            .init(digest: digest, path: "/in/b", form: .folder),
        ],
        outputs: ["/out"])

    static let ofRegistry = Workload(
        image: .registry(RegistryImage("registry.example:5000/team/base@\(digest)")!),
        command: ["true"], environment: [], inputs: [], outputs: [])

    static func dispatch(
        _ workload: Workload = workload, devices: [DeviceID] = [], network: NetworkAccess = .none
    ) -> Dispatch {
        Dispatch(
            lease: lease, attempt: Int64.max, task: TaskID(job: JobID("job_1")!, index: 10_000),
            taskCount: 10_000, workload: workload,
            slice: Resources(milliCPU: 10, memoryBytes: 1, diskBytes: 2), devices: devices,
            budgetSeconds: 0, limitSeconds: 366 * 86_400, fence: 3,
            token: String(repeating: "t", count: 512), network: network)
    }

    static let ofNode: [NodeFrame] = [
        .hello(terms: terms, leases: []),
        .hello(
            terms: OfferTerms(
                capacity: .zero, devices: [], ask: try! Rate(microPerHour: 1), region: "AQ",
                tier: .new),
            leases: Array(repeating: lease, count: 4_096)),
        .heartbeat(number: 1), .heartbeat(number: Int64.max),
        .heartbeat(
            number: 2,
            leaving: [
                LeaveCall(lease: lease, code: "owner_gpu", until: 60_000),
                LeaveCall(lease: lease, code: "paused", until: -31_622_400_000),
            ]),
        .receipt(SignedReceipt(bytes: [1], signature: Array(repeating: 0, count: 64))),
        .receipt(
            SignedReceipt(
                bytes: Array(repeating: 255, count: 1_024),
                signature: Array(repeating: 255, count: 64))),
        .scrubbed(SignedReceipt(bytes: [4], signature: Array(repeating: 1, count: 64))),
        .terms(networked), .acknowledged(effect), .drain, .terms(terms), .terms(withheld),
        .terms(closed), .terms(spot), .terms(promised), .terms(measured),
        .hello(terms: measured, leases: []),
        .hello(terms: closedForGood, leases: []), .terms(powered),
        .hello(terms: powered, leases: [], closesIn: 0), .terms(terms, closesIn: 31_622_400_000),
        .wished(number: 1), .wished(number: Int64.max),
    ]

    static let ofMarket: [MarketFrame] =
        [
            .welcome, .renewal(number: 1, leases: []),
            .renewal(
                number: Int64.max,
                leases: Array(repeating: Renewal(lease: lease, attempt: 1), count: 65_536)),
            .dispatch(effect, dispatch()),
            .leave(effect, lease, noticeMilliseconds: 0),
            .leave(effect, lease, noticeMilliseconds: 600_000),
            .dispatch(effect, dispatch(ofRegistry)),
            .dispatch(effect, dispatch(network: .egress)),
            .dispatch(effect, dispatch(devices: (1...64).map { DeviceID("GPU-\($0)")! })),
            .receiptAccepted(lease, sequence: Int64.max),
            .receiptRefused(lease, sequence: 1, code: "receipt_ahead_of_time"),
            .scrubAnswered(DeviceID("GPU-1")!, scrub: 1, refusal: nil),
            .scrubAnswered(
                DeviceID("GPU-1")!, scrub: Int64.max, refusal: "bad_signature"),
            .drained, .wish(number: 1, .open), .wish(number: Int64.max, .paused),
            .wish(number: 2, .drained(by: nil)), .wish(number: 3, .drained(by: 0)),
            .wish(number: 3, .drained(by: Int64.max)), .goodbye(code: "second_session"),
        ]
        + reasons.map { .stop(effect, lease, $0) }

    static let reasons: [EndReason] = [
        .exited(code: 0), .exited(code: 255), .outOfMemory, .overran, .budgetExhausted, .stopped,
        .startFailed(code: "image_missing"), .nodeLost, .killed, .deviceLost(code: "xid_79"),
        .yielded(code: "owner_gpu"),
    ]
}

/// `value` after `change`.
func changed<Value>(_ value: Value, _ change: (inout Value) -> Void) -> Value {
    var value = value
    change(&value)
    return value
}
