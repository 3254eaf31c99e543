import ContainerEngine
import Foundation
import Testing
import Wire

@testable import NodeAgent

/// What a machine's owner says of the network of jobs, and what they are told.
@Suite struct EgressPermissionTests {
    private static let faults: [EgressOwnerFile.Refusal] = [
        .tooLarge(mostBytes: 9), .notJSON, .unknownKey("allow"), .wrongType("deny"),
        .notPrefix("10.0.0.1/8"), .notAddress("dns.example"), .tooMany("deny", most: 9),
        .outOfRange("connections", 1...9),
    ]

    @Test(arguments: Language.allCases)
    func `every fault of the owner's file has a sentence that names what is wrong`(
        language: Language
    ) throws {
        #expect(Set(Self.faults.map { EgressPermission.Fault($0).code }).count == Self.faults.count)
        for refusal in Self.faults {
            let fault = EgressPermission.Fault(refusal)
            let message = try #require(Message.egressFaults[fault.code], "\(fault.code)")
            let text = message.text(in: language, fault.values)
            #expect(!text.contains("{"), "\(text)")
            for value in fault.values.values { #expect(text.contains(value), "\(text)") }
        }
        #expect(Message.egressFaults.count == Self.faults.count)
        #expect(Message.egressFaults[EgressPermission.Fault(.unreadable).code] == nil)
    }

    @Test(arguments: Language.allCases)
    func `every obstacle has a sentence, and every failed start`(language: Language) {
        for code in EgressMachine.Obstacle.Code.allCases {
            let text = Message.networkObstacle(code.rawValue, "nft", in: language)
            #expect(text != code.rawValue && !text.contains("{"), "\(code)")
        }
        for code in StartFailure.Code.allCases {
            #expect(Message.startFailures[code.rawValue] != nil, "\(code)")
        }
    }

    @Test func `a file is read once, whole, or not at all`() throws {
        let path = NSTemporaryDirectory() + "egress-\(UUID().uuidString).json"
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Data(#"{"reach": "nothing", "resolvers": ["9.9.9.9", "2620:fe::fe"]}"#.utf8)
            .write(to: URL(fileURLWithPath: path))
        let permission = try EgressPermission(file: path)
        #expect(permission.owner.reach == .nothing)
        #expect(permission.owner.resolvers.map(\.description) == ["9.9.9.9", "2620:fe::fe"])
        let policy = EgressPolicy(permission.owner, hostAddresses: [])
        #expect(EgressMachine.obstacle(permission.owner, policy)?.code == .ownerForbids)
        #expect(throws: EgressPermission.Fault(.tooLarge(mostBytes: 65_536))) {
            try EgressPermission(file: "/dev/zero")
        }
        #expect(throws: EgressPermission.Fault(.unreadable)) {
            try EgressPermission(file: path + ".none")
        }
    }
}
