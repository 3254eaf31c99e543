import Foundation
import Testing

@testable import Ethereum

@Suite struct UsageAnchorCodeTests {
    @Test func `the code that a chain has to have is the compiler's`() throws {
        struct Artifact: Decodable {
            let runtime: String

            private enum CodingKeys: String, CodingKey {
                case runtime = "runtime_bytecode"
            }
        }
        let root = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let file = root.appending(path: "contracts/artifacts/UsageAnchor.json")
        let artifact = try JSONDecoder().decode(Artifact.self, from: Data(contentsOf: file))
        #expect(Hex.text(of: UsageAnchor.code) == artifact.runtime)
    }

    @Test func `creation code that does anything else leaves no code that is known`() throws {
        let creation = try #require(Hex.bytes(of: ContractCode.usageAnchor))
        #expect(UsageAnchor.deployed(by: creation) == UsageAnchor.code)
        for place in 0..<17 {
            var other = creation
            other[place] ^= 1
            #expect(UsageAnchor.deployed(by: other) == nil, "byte \(place)")
        }
        #expect(UsageAnchor.deployed(by: Array(creation.dropLast())) == nil)
        #expect(UsageAnchor.deployed(by: creation + [0]) == nil)
        for code in [ContractCode.vault, ContractCode.leaseEscrow, "0x", "0x6100"] {
            #expect(UsageAnchor.deployed(by: try #require(Hex.bytes(of: code))) == nil)
        }
    }
}
