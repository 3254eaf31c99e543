import Accounting
import Domain
import Foundation
import Testing

struct BillTests {
    private struct Vector: Decodable {
        let seconds: Int64
        let microPerHour: Rate
        let commissionBps: BasisPoints
        let chargeMicro: Money
        let commissionMicro: Money
        let paidMicro: Money
    }

    private static func vectors() throws -> [Vector] {
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let data = try Data(contentsOf: folder.appending(path: "api/vectors/bills.json"))
        return try decoder.decode([Vector].self, from: data)
    }

    @Test(arguments: [-1, Bill.maximumSeconds + 1, .min, .max])
    func `seconds outside 0 to 366 days have no price`(seconds: Int64) throws {
        let rate = try Rate(microPerHour: 1)
        #expect(throws: MoneyOverflow.self) { try Bill.charge(seconds: seconds, rate: rate) }
    }

    @Test func `charge is rounded up and commission down, as the vectors say`() throws {
        let vectors = try Self.vectors()
        #expect(vectors.count == 8 * 7 * 4)
        for vector in vectors {
            let charge = try Bill.charge(seconds: vector.seconds, rate: vector.microPerHour)
            let commission = Bill.commission(of: charge, at: vector.commissionBps)
            #expect(charge == vector.chargeMicro)
            #expect(commission == vector.commissionMicro)
            #expect(try charge.subtracting(commission) == vector.paidMicro)
        }
    }

    @Test func `the seconds that an escrow pays cost at most the escrow, and one more costs more`()
        throws
    {
        for micro: Int64 in [0, 1, 2, 99, 3600, 3601, 1_000_000, Money.limit] {
            for microPerHour: Int64 in [1, 7, 3600, 3601, 2_990_000, Rate.limit] {
                let (escrow, rate) = (try Money(micro: micro), try Rate(microPerHour: microPerHour))
                let seconds = Bill.seconds(paidBy: escrow, rate: rate)
                #expect(try Bill.charge(seconds: seconds, rate: rate) <= escrow)
                guard seconds < Bill.maximumSeconds else { continue }
                #expect(try Bill.charge(seconds: seconds + 1, rate: rate) > escrow)
            }
        }
    }
}
