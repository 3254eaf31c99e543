import Crypto
import Domain
import Marketplace
import Testing

struct NodeTests {
    private static let second = NodeID("nod_2")!
    private static let otherKey = try! Curve25519.Signing.PrivateKey(
        rawRepresentation: [UInt8](repeating: 9, count: 32))

    private func token(uses: Int = 1, seconds: Int64 = 60) -> JoinToken {
        JoinToken(
            id: "tok", secretHash: KeyHash(hex: "00"), provider: Shop.pete,
            expiresAt: Shop.start.advanced(seconds: seconds), usesLeft: uses)
    }

    @Test func `a node's key and provider never change`() throws {
        var shop = try Shop.open()
        shop.refuses(
            .registerNode(shop.machine(key: Self.otherKey), token: nil), .nodeTaken(Shop.node))
        shop.refuses(
            .registerNode(shop.machine(provider: Shop.ann), token: nil), .nodeTaken(Shop.node))
        try shop.ignores(.registerNode(shop.machine(), token: nil))
    }

    @Test func `a token that is unknown, expired, used up or another's lets nobody in`() throws {
        var shop = try Shop.open()
        let join = Command.registerNode(shop.machine(Self.second), token: "tok")
        shop.refuses(join, .nodeUnknown(Self.second))
        try shop.run(.addJoinToken(token(uses: 0)))
        shop.refuses(join, .nodeUnknown(Self.second))
        try shop.run(.addJoinToken(token(seconds: 0)))
        shop.refuses(join, .nodeUnknown(Self.second))
        try shop.run(.addJoinToken(token()))
        let stranger = shop.machine(Self.second, provider: Shop.ann)
        shop.refuses(.registerNode(stranger, token: "tok"), .nodeUnknown(Self.second))
    }

    @Test func `a token of one use lets one node in, which may ask again`() throws {
        var shop = try Shop.open()
        try shop.run(.addJoinToken(token()))
        let join = Command.registerNode(shop.machine(Self.second), token: "tok")
        try shop.run(join)
        try shop.ignores(join)
        let third = NodeID("nod_3")!
        shop.refuses(.registerNode(shop.machine(third), token: "tok"), .nodeUnknown(third))
    }

    @Test func `a node's key is logged once, when it joins`() throws {
        let shop = try Shop.open()
        let pending = shop.tables.read([.pending(limit: 9)]).pending(.pending(limit: 9))
        #expect(pending.map(\.key) == ["node-key:nod_1"])
        let record = try NodeKeyRecord(bytes: try #require(pending.first).bytes)
        #expect(record.key == [UInt8](Shop.key.publicKey.rawRepresentation))
    }

    @Test func `a device that two nodes claim stays the first one's, and both are flagged`() throws
    {
        var shop = try Shop.open()
        func offer(_ node: NodeID) throws -> Offer {
            try #require(shop.tables.read([.offer(node)]).offer(node))
        }
        let third = DeviceID("GPU-third")!
        try shop.run(.registerNode(shop.machine(Self.second), token: nil))
        try shop.run(.advertise(Self.second, try shop.terms(gpus: [Shop.gpus[1], third])))
        #expect(try offer(Self.second).terms.devices.map(\.id) == [third])
        #expect(
            try offer(Self.second).terms.withheld.map { [$0.device.id.text, $0.reason] }
                == [[Shop.gpus[1].text, "duplicate"]])
        #expect(
            try offer(Self.second).duplicates
                == [DuplicateDevice(device: Shop.gpus[1], node: Shop.node)])
        let flag = DuplicateDevice(device: Shop.gpus[1], node: Self.second)
        #expect(try offer(Shop.node).duplicates == [flag])
        #expect(try offer(Shop.node).terms.devices.map(\.id) == Shop.gpus, "it keeps it")

        let version = try offer(Shop.node).version
        try shop.run(.advertise(Self.second, try shop.terms(gpus: [Shop.gpus[1], third])))
        #expect(try offer(Shop.node).version == version, "said once")
        try shop.run(.advertise(Shop.node, try shop.terms()))
        #expect(try offer(Shop.node).duplicates == [flag], "it stands through a new hello")
        try shop.run(.changeAvailability(Shop.node, .resumed))
        #expect(try offer(Shop.node).duplicates.isEmpty)
        try shop.ignores(.changeAvailability(Shop.node, .resumed))
    }

    @Test func `a device that its node has no more may be claimed by another, and only then`()
        throws
    {
        var shop = try Shop.open()
        func offered(_ node: NodeID) throws -> [DeviceID] {
            try #require(shop.tables.read([.offer(node)]).offer(node)).terms.devices.map(\.id)
        }
        try shop.run(.registerNode(shop.machine(Self.second), token: nil))
        try shop.run(.advertise(Shop.node, shop.terms(gpus: [Shop.gpus[0]])))
        try shop.run(.advertise(Self.second, shop.terms(gpus: [Shop.gpus[1]])))
        #expect(try offered(Self.second) == [Shop.gpus[1]], "it was said to be gone")

        shop.refuses(
            .release(Shop.gpus[0], of: Shop.node), .deviceInUse(Shop.gpus[0]))
        try shop.run(shop.submit(.init(tasks: 1, cpus: 1, gpus: 1)))
        let lease = try shop.place(1, gpus: [Shop.gpus[0]])
        try shop.run(.changeAvailability(Shop.node, .disconnected))
        shop.refuses(
            .release(Shop.gpus[0], of: Shop.node), .deviceInUse(Shop.gpus[0]))
        try shop.run(.endLease(lease, .nodeLost))
        try shop.run(.advertise(Self.second, shop.terms(gpus: Shop.gpus)))
        #expect(try offered(Self.second) == [Shop.gpus[1]], "its node may only be away")
        try shop.run(.release(Shop.gpus[0], of: Shop.node))
        try shop.ignores(.release(Shop.gpus[0], of: Shop.node))
        // One that nobody has, and one that another node has now.
        for device in [DeviceID("GPU-9")!, Shop.gpus[1]] {
            shop.refuses(.release(device, of: Shop.node), .deviceUnknown(device))
        }
        try shop.run(.advertise(Self.second, shop.terms(gpus: Shop.gpus)))
        #expect(try offered(Self.second) == Shop.gpus)
        try shop.run(.advertise(Shop.node, shop.terms(gpus: [Shop.gpus[0]])))
        #expect(try offered(Shop.node).isEmpty, "the other one is first now")
    }

    @Test func `a device is named once`() throws {
        var shop = try Shop.open()
        shop.refuses(
            .advertise(Shop.node, try shop.terms(gpus: [Shop.gpus[0], Shop.gpus[0]])),
            .termsImpossible("each device once"))
        let nobody = NodeID("nod_none")!
        shop.refuses(.advertise(nobody, try shop.terms(gpus: [])), .nodeUnknown(nobody))
        shop.refuses(.changeAvailability(nobody, .resumed), .nodeUnknown(nobody))
    }

    @Test func `what leases use is not free, also when the node offers less than before`() throws {
        var shop = try Shop.open()
        try shop.run(shop.submit(.init(tasks: 2, parallel: 2, cpus: 4, gpus: 1)))
        let first = try shop.place(1, gpus: [Shop.gpus[0]])
        let second = try shop.place(2, gpus: [Shop.gpus[1]])
        #expect(try shop.offer().free.milliCPU == 0 && shop.offer().freeDevices.isEmpty)
        try shop.run(.advertise(Shop.node, shop.terms(cpus: 5)))
        #expect(try shop.offer().free.milliCPU == 0)
        try shop.run(.endLease(first, .nodeLost))
        #expect(try shop.offer().free.milliCPU == 1000)
        #expect(try shop.offer().freeDevices == [Shop.gpus[0]])
        try shop.run(.endLease(second, .nodeLost))
        #expect(try shop.offer().free.milliCPU == 5000)
        #expect(try shop.offer().freeDevices == Shop.gpus)
    }

    @Test func `a drain holds through disconnects and hellos until it is taken back`() throws {
        var shop = try Shop.open()
        try shop.run(.changeAvailability(Shop.node, .drained))
        try shop.ignores(.changeAvailability(Shop.node, .drained))
        for _ in 1...2 {
            try shop.run(.advertise(Shop.node, shop.terms()))
            #expect(try shop.offer().availability == .draining)
            try shop.run(.changeAvailability(Shop.node, .disconnected))
            #expect(try shop.offer().availability == .drainingDown)
        }
        try shop.run(.changeAvailability(Shop.node, .resumed))
        #expect(try shop.offer().availability == .down)
        try shop.run(.advertise(Shop.node, shop.terms()))
        #expect(try shop.offer().availability == .open)
    }

    @Test func `a node that is down can be drained, and drains from its next hello on`() throws {
        var shop = try Shop.open()
        try shop.run(.changeAvailability(Shop.node, .disconnected))
        try shop.run(.changeAvailability(Shop.node, .drained))
        try shop.run(.advertise(Shop.node, shop.terms()))
        #expect(try shop.offer().availability == .draining)
        try shop.run(.changeAvailability(Shop.node, .resumed))
        #expect(try shop.offer().availability == .open)
    }

    @Test func `outputs are taken from a live lease, and only its own`() throws {
        var shop = try Shop.open()
        try shop.run(shop.submit())
        let id = try shop.begin()
        let digest = BlobDigest("sha256:" + String(repeating: "0", count: 64))!
        let own = TaskOutput(
            lease: id, task: try shop.task().id, path: "/o", digest: digest, size: 1)
        let other = TaskOutput(
            lease: id, task: TaskID(job: JobID("job_2")!, index: 1), path: "/o", digest: digest,
            size: 1)
        shop.refuses(.addOutputs(id, [own, other]), .wrongAttempt)
        try shop.run(.addOutputs(id, [own]))
        let none = LeaseID("lse_none")!
        shop.refuses(.addOutputs(none, []), .leaseUnknown(none))
        try shop.finish(id, after: 1)
        shop.refuses(.addOutputs(id, [own]), .leaseOver(id))
        let read = Read.outputs(JobID("job_1")!, limit: 9)
        #expect(shop.tables.read([read])[read] == [.output(own)])
    }
}
