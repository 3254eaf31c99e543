import Domain
import Matching
import Testing

@Suite struct FeasibilityTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let needs: Needs
        let offer: Offer
        let reason: MismatchReason?
    }

    static let gpus = [
        Sample.device("g0"), Sample.device("g1", model: "A100", vram: 80),
        Sample.device("g2", model: "A100", vram: 40),
    ]

    static func need(_ count: Int, _ models: [String] = [], vram: Int64 = 0) -> Needs {
        Sample.needs(
            devices: DeviceNeed(count: count, models: models, vramBytes: vram * Sample.gibibyte))
    }

    static let lasting: [Row] = [
        Row(
            testDescription: "everything is enough", needs: Sample.needs(),
            offer: Sample.offer(), reason: nil),
        Row(
            testDescription: "exactly all of it is enough",
            needs: Sample.needs(
                size: Sample.size(cpu: 8000, memory: 16, disk: 100), regions: ["TW"],
                tier: .verified, bid: 800_000),
            offer: Sample.offer(), reason: nil),
        Row(
            testDescription: "one thousandth of a CPU too few",
            needs: Sample.needs(size: Sample.size(cpu: 8001)),
            offer: Sample.offer(), reason: .cpu(milli: 8001)),
        Row(
            testDescription: "too little memory",
            needs: Sample.needs(size: Sample.size(memory: 17)), offer: Sample.offer(),
            reason: .memory(bytes: 17 * Sample.gibibyte)),
        Row(
            testDescription: "too little disk", needs: Sample.needs(size: Sample.size(disk: 101)),
            offer: Sample.offer(), reason: .disk(bytes: 101 * Sample.gibibyte)),
        Row(
            testDescription: "another country", needs: Sample.needs(regions: ["JP", "DE"]),
            offer: Sample.offer(), reason: .region(["JP", "DE"])),
        Row(
            testDescription: "one of the accepted countries",
            needs: Sample.needs(regions: ["JP", "TW"]), offer: Sample.offer(), reason: nil),
        Row(
            testDescription: "too low a tier", needs: Sample.needs(tier: .attested),
            offer: Sample.offer(), reason: .tier(.attested)),
        Row(
            testDescription: "one micro-unit above the bid",
            needs: Sample.needs(bid: 99_999), offer: Sample.offer(ask: 800_000),
            reason: .price(Sample.rate(99_999))),
        Row(
            testDescription: "exactly at the bid", needs: Sample.needs(bid: 100_000),
            offer: Sample.offer(ask: 800_000), reason: nil),
    ]

    static let networks: [Row] = [
        Row(
            testDescription: "no network here", needs: Sample.needs(network: .egress),
            offer: Sample.offer(), reason: .network),
        Row(
            testDescription: "a network where one is offered",
            needs: Sample.needs(network: .egress), offer: Sample.offer(network: .egress),
            reason: nil),
        Row(
            testDescription: "a network that nobody asked for", needs: Sample.needs(),
            offer: Sample.offer(network: .egress), reason: nil),
        Row(
            testDescription: "the network lasts, so it is told before the price",
            needs: Sample.needs(bid: 1, network: .egress), offer: Sample.offer(),
            reason: .network),
    ]

    static let devices: [Row] = [
        Row(
            testDescription: "no devices at all", needs: need(1), offer: Sample.offer(),
            reason: .deviceCount(1)),
        Row(
            testDescription: "one device too few", needs: need(4),
            offer: Sample.offer(devices: gpus), reason: .deviceCount(4)),
        Row(
            testDescription: "as many as there are", needs: need(3),
            offer: Sample.offer(devices: gpus), reason: nil),
        Row(
            testDescription: "another model", needs: need(1, ["H100"]),
            offer: Sample.offer(devices: gpus), reason: .deviceModel(["H100"])),
        Row(
            testDescription: "too few of the model", needs: need(3, ["A100"]),
            offer: Sample.offer(devices: gpus), reason: .deviceModel(["A100"])),
        Row(
            testDescription: "too few of the model with the memory",
            needs: need(2, ["A100"], vram: 80), offer: Sample.offer(devices: gpus),
            reason: .deviceMemory(bytes: 80 * Sample.gibibyte)),
        Row(
            testDescription: "the one with the memory", needs: need(1, ["A100"], vram: 80),
            offer: Sample.offer(devices: gpus), reason: nil),
        Row(
            testDescription: "a CPU order ignores models", needs: need(0, ["H100"], vram: 80),
            offer: Sample.offer(), reason: nil),
    ]

    static let owners: [Row] = [
        Row(
            testDescription: "outside of its hours", needs: Sample.needs(),
            offer: Sample.offer(closed: OfferClosing(.schedule)), reason: .owner),
        Row(
            testDescription: "in use for a reason of a later version", needs: Sample.needs(),
            offer: Sample.offer(closed: OfferClosing(code: "holiday", until: nil)),
            reason: .owner),
        Row(
            testDescription: "its owner uses all of its GPUs", needs: need(1),
            offer: Sample.offer(devices: gpus, closed: OfferClosing(.ownerGPU)), reason: .owner),
        Row(
            testDescription: "paused", needs: Sample.needs(),
            offer: Sample.offer(availability: .draining, wish: .paused), reason: .owner),
        Row(
            testDescription: "paused, and its node has not said so yet", needs: Sample.needs(),
            offer: Sample.offer(wish: .paused), reason: .owner),
        Row(
            testDescription: "drained by its owner", needs: Sample.needs(),
            offer: Sample.offer(availability: .draining, wish: .drained(by: nil)),
            reason: .draining),
        Row(
            testDescription: "its node says that it drains", needs: Sample.needs(),
            offer: Sample.offer(closed: OfferClosing(.drained)), reason: .draining),
        Row(
            testDescription: "closed when last heard of", needs: Sample.needs(),
            offer: Sample.offer(availability: .down, closed: OfferClosing(.schedule)),
            reason: .down),
    ]

    static let passing: [Row] = [
        Row(
            testDescription: "draining", needs: Sample.needs(),
            offer: Sample.offer(availability: .draining), reason: .draining),
        Row(
            testDescription: "draining and down", needs: Sample.needs(),
            offer: Sample.offer(availability: .drainingDown), reason: .draining),
        Row(
            testDescription: "down", needs: Sample.needs(),
            offer: Sample.offer(availability: .down), reason: .down),
        Row(
            testDescription: "CPU is taken now", needs: Sample.needs(),
            offer: Sample.offer(free: Sample.size(cpu: 999, memory: 16, disk: 100)),
            reason: .busy),
        Row(
            testDescription: "memory is taken now", needs: Sample.needs(),
            offer: Sample.offer(free: Sample.size(cpu: 8000, memory: 0, disk: 100)),
            reason: .busy),
        Row(
            testDescription: "disk is taken now", needs: Sample.needs(),
            offer: Sample.offer(free: Sample.size(cpu: 8000, memory: 16, disk: 0)),
            reason: .busy),
        Row(
            testDescription: "the suitable device is taken now", needs: need(1, ["L4"]),
            offer: Sample.offer(devices: gpus, freeDevices: [gpus[1].id, gpus[2].id]),
            reason: .busy),
        Row(
            testDescription: "a free device that the terms do not name is none", needs: need(3),
            offer: Sample.offer(
                devices: gpus, freeDevices: [gpus[0].id, gpus[1].id, DeviceID("ghost")!]),
            reason: .busy),
    ]

    @Test(arguments: lasting + networks + devices + owners + passing)
    func `an offer is checked filter by filter`(row: Row) {
        #expect(Feasibility.check(row.needs, row.offer) == row.reason)
    }

    @Test func `the first reason in the order of the cases is the one given`() {
        let hopeless = Sample.needs(
            size: Sample.size(cpu: 9000, memory: 17, disk: 101), regions: ["JP"],
            tier: .attested, bid: 1)
        #expect(Feasibility.check(hopeless, Sample.offer()) == .cpu(milli: 9000))
        let abroadAndDear = Sample.needs(regions: ["JP"], bid: 1)
        #expect(Feasibility.check(abroadAndDear, Sample.offer()) == .region(["JP"]))
        let down = Sample.offer(availability: .down, free: .zero)
        #expect(Feasibility.check(Sample.needs(bid: 1), down) == .price(Sample.rate(1)))
        #expect(Feasibility.check(Sample.needs(), down) == .down)
    }

    @Test func `only the price is ignored when the price is ignored`() {
        let poor = Sample.needs(bid: 1)
        #expect(Feasibility.checkIgnoringPrice(poor, Sample.offer()) == nil)
        let down = Sample.offer(availability: .down)
        #expect(Feasibility.checkIgnoringPrice(poor, down) == .down)
        let abroad = Sample.needs(regions: ["JP"], bid: 1)
        #expect(Feasibility.checkIgnoringPrice(abroad, Sample.offer()) == .region(["JP"]))
    }

    @Test func `devices are the first suitable free ones in the offer's order, each once`() {
        let twice = Self.gpus + [Self.gpus[2]]
        let offer = Sample.offer(devices: twice, freeDevices: twice.map(\.id).reversed())
        let any = DeviceNeed(count: 2, models: [], vramBytes: 0)
        #expect(Feasibility.freeDevices(any, in: offer).map(\.text) == ["g0", "g1"])
        let a100 = DeviceNeed(count: 3, models: ["A100"], vramBytes: 0)
        #expect(Feasibility.freeDevices(a100, in: offer).map(\.text) == ["g1", "g2"])
        #expect(Feasibility.freeDevices(.none, in: offer).isEmpty)
    }
}
