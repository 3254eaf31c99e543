import Domain
import Foundation
import Testing

/// A network came later than rows, journals and frames.
@Suite struct NetworkAccessTests {
    private static let needs = #"""
        {"bid":1,"devices":{"count":0,"models":[],"vramBytes":0},"minimumTier":"new","regions":[],
        "slice":{"diskBytes":3,"memoryBytes":2,"milliCPU":1}}
        """#

    private static let terms = #"""
        {"ask":1,"capacity":{"diskBytes":3,"memoryBytes":2,"milliCPU":1},"devices":[],
        "region":"TW","tier":"new"}
        """#

    private static func text(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    private static func value<Value: Decodable>(_ text: String) throws -> Value {
        try JSONDecoder().decode(Value.self, from: Data(text.utf8))
    }

    private static func dispatch(_ network: NetworkAccess) throws -> Dispatch {
        let digest = try #require(BlobDigest("sha256:" + String(repeating: "0", count: 64)))
        return Dispatch(
            lease: try #require(LeaseID("lse_1")), attempt: 1,
            task: TaskID(job: try #require(JobID("job_1")), index: 1), taskCount: 1,
            workload: Workload(
                image: .archive(name: "a", digest: digest), command: [], environment: [],
                inputs: [], outputs: []),
            slice: .zero, devices: [], budgetSeconds: 1, limitSeconds: 1, fence: 8, token: "t",
            network: network)
    }

    @Test func `what was stored before is read as without a network, and written as it was`()
        throws
    {
        let needs: Needs = try Self.value(Self.needs)
        let terms: OfferTerms = try Self.value(Self.terms)
        #expect(needs.network == .none && terms.network == .none)
        #expect(try Self.text(needs) == Self.needs.replacing("\n", with: ""))
        #expect(try Self.text(terms) == Self.terms.replacing("\n", with: ""))
        let dispatch = try Self.dispatch(.none)
        #expect(try !Self.text(dispatch).contains("network"))
        #expect(try Self.value(Self.text(dispatch)) == dispatch)
    }

    @Test func `a network is kept in terms, needs and a journal's dispatch`() throws {
        var terms: OfferTerms = try Self.value(Self.terms)
        terms.network = .egress
        #expect(try Self.value(Self.text(terms)) == terms)
        let old: Needs = try Self.value(Self.needs)
        let needs = Needs(
            slice: old.slice, devices: old.devices, regions: [], minimumTier: .new, bid: old.bid,
            network: .egress)
        #expect(try Self.value(Self.text(needs)) == needs)
        let dispatch = try Self.dispatch(.egress)
        #expect(try Self.value(Self.text(dispatch)) == dispatch)
        #expect(try Self.text(dispatch).contains(#""network":"egress""#))
    }

    @Test func `terms keep their network whatever becomes of their devices`() throws {
        let device = Device(id: try #require(DeviceID("GPU-1")), model: "a", vramBytes: 1)
        let old: OfferTerms = try Self.value(Self.terms)
        let terms = OfferTerms(
            capacity: old.capacity, devices: [device], ask: old.ask, region: old.region,
            tier: old.tier, network: .egress)
        #expect(terms.withholding([device.id], reason: "gone").network == .egress)
        #expect(terms.without(device.id).network == .egress)
    }

    @Test func `a network that is none is refused, not taken for none`() {
        let text = Self.needs.replacing("}}", with: #"},"network":"all"}"#)
        #expect(throws: DecodingError.self) { try Self.value(text) as Needs }
    }

    @Test(arguments: [
        (NetworkAccess.none, NetworkAccess.none, true), (.none, .egress, true),
        (.egress, .none, false), (.egress, .egress, true),
    ])
    func `a need is met by what offers as much`(
        need: NetworkAccess, offered: NetworkAccess, isMet: Bool
    ) {
        #expect(need.isGiven(by: offered) == isMet)
    }
}
