import Domain
import Testing

@testable import Commands

@Suite struct BeaconTextTests {
    @Test func `a beacon is a name, an address and maybe a place`() throws {
        let tokyo = try #require(Beacon("tokyo=https://t.example/b?x=1@35.68,139.77"))
        #expect(tokyo.name.text == "tokyo" && tokyo.url == "https://t.example/b?x=1")
        #expect(tokyo.place == Coordinates("35.68,139.77"))
        #expect(Beacon("a=http://127.0.0.1:9/")?.place == nil)
        let own = try #require(Beacon("market=/v1/beacon@25.033,121.565"))
        #expect(own.name == .market && own.url == Beacon.marketPath && own.place != nil)
    }

    @Test(arguments: [
        "", "a", "a=", "=http://a/", "A=http://a/", "a=ftp://a/", "a=//a/", "a=/v1/jobs",
        "a=http:///b", "a=http://u:p@a/", "a=http://a/@91,0", "a=http://a/@here",
        "a=http://a/#b", "a=file:///etc/passwd",
    ])
    func `anything else is none`(text: String) {
        #expect(Beacon(text) == nil)
    }
}
