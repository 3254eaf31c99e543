import Domain
import Foundation
import Testing

struct WithheldDeviceTests {
    private static func device(_ name: String) throws -> Device {
        Device(id: try #require(DeviceID(name)), model: "H100", vramBytes: 80 << 30)
    }

    @Test func `terms that were stored before devices could be withheld are still read`() throws {
        let text = """
            {"ask":1000000,"capacity":{"diskBytes":3,"memoryBytes":2,"milliCPU":1},"devices":[],
            "region":"TW","tier":"new"}
            """
        let terms = try JSONDecoder().decode(OfferTerms.self, from: Data(text.utf8))
        #expect(terms.withheld.isEmpty && terms.region == "TW")
    }

    @Test func `a device's price does not rise because another one is withheld`() throws {
        let ask = try Rate(microPerHour: 4_000_000)
        let (one, two) = (try Self.device("GPU-1"), try Self.device("GPU-2"))
        let capacity = Resources(milliCPU: 8000, memoryBytes: 1 << 30, diskBytes: 1 << 30)
        let whole = OfferTerms(
            capacity: capacity, devices: [one, two], ask: ask, region: "TW", tier: .new)
        let half = OfferTerms(
            capacity: capacity, devices: [one], ask: ask, region: "TW", tier: .new,
            withheld: [WithheldDevice(device: two, reason: "gone")])
        #expect(whole.rate(of: .zero, deviceCount: 1).microPerHour == 2_000_000)
        #expect(half.rate(of: .zero, deviceCount: 1).microPerHour == 2_000_000)
    }
}
