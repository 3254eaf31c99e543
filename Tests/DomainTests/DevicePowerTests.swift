import Domain
import Foundation
import Testing

@Suite struct DevicePowerTests {
    @Test(arguments: [
        ("8.9", 89), ("9.0", 90), ("9", 90), ("12.1", 121), ("1.0", 10), ("99.9", 999),
        ("0.9", nil),
        ("100.0", nil), ("8.95", nil), ("", nil), (".", nil), ("8.", nil), (".9", nil),
        ("-8.9", nil),
        ("8.9.1", nil), ("８.９", nil), ("-2147483648.2147483647", nil), ("nan", nil),
    ])
    func `a compute capability is read as NVIDIA writes it, or not at all`(
        text: String, tenths: Int?
    ) {
        #expect(DevicePower.tenths(ofCapability: text) == tenths)
    }

    @Test func `what is not known meets no floor, and no floor is met by all`() {
        let powers = [nil, 1, 2].flatMap { capability in
            [nil, 1, 2].map { DevicePower(capability: capability, gigaflops: $0) }
        }
        for power in powers {
            for floor in powers {
                let isNew = floor.capability.map { (power.capability ?? -1) >= $0 } ?? true
                let isFast = floor.gigaflops.map { (power.gigaflops ?? -1) >= $0 } ?? true
                #expect(power.meets(floor) == (isNew && isFast))
            }
        }
    }

    @Test func `devices and needs that were stored before are read, and written as they were`()
        throws
    {
        let device = #"{"id":"GPU-1","model":"L4","vramBytes":24}"#
        let need = #"{"count":1,"models":[],"vramBytes":24}"#
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let (old, asked) = (
            try JSONDecoder().decode(Device.self, from: Data(device.utf8)),
            try JSONDecoder().decode(DeviceNeed.self, from: Data(need.utf8))
        )
        #expect(old.power == nil && asked.power == nil)
        #expect(String(decoding: try encoder.encode(old), as: UTF8.self) == device)
        #expect(String(decoding: try encoder.encode(asked), as: UTF8.self) == need)
        let nothing = DevicePower(capability: nil, gigaflops: nil)
        #expect(Device(id: old.id, model: "L4", vramBytes: 24, power: nothing) == old)
        #expect(DeviceNeed(count: 1, models: [], vramBytes: 24, power: nothing) == asked)
    }

    @Test func `a record's useful share is what its burden comes from`() throws {
        let ask = try Rate(microPerHour: 8_000)
        #expect(TrackRecord().usefulPerMille == 990)
        var record = TrackRecord()
        for _ in 0..<1_000 { record.note(ran: 3_600, isLost: false, at: ask, of: ask) }
        #expect(record.usefulPerMille == 999)
        for _ in 0..<1_000 { record.note(ran: 3_600, isLost: true, at: ask, of: ask) }
        #expect((480...520).contains(record.usefulPerMille))
        for _ in 0..<100 { record.note(ran: .max, isLost: true, at: ask, of: ask) }
        #expect(record.usefulPerMille >= 0)
    }
}
