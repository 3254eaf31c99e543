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

    /// What a contract pays when a lease closes.
    private struct ClosedVector: Decodable {
        let seconds: Int64
        let microPerHour: Rate
        let commissionBps: BasisPoints
        let chargeMicro: Money
        let commissionMicro: Money
        let elapsed: Int64
        let availabilityBps: BasisPoints
        let creditBps: BasisPoints
        let creditMicro: Money
        let paidMicro: Money
    }

    private static func vectors<Row: Decodable>(_ name: String) throws -> [Row] {
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let data = try Data(contentsOf: folder.appending(path: "api/vectors/\(name)"))
        return try decoder.decode([Row].self, from: data)
    }

    @Test(arguments: [-1, Bill.maximumSeconds + 1, .min, .max])
    func `seconds outside 0 to 366 days have no price`(seconds: Int64) throws {
        let rate = try Rate(microPerHour: 1)
        #expect(throws: MoneyOverflow.self) { try Bill.charge(seconds: seconds, rate: rate) }
    }

    @Test func `charge is rounded up and commission down, as the vectors say`() throws {
        let vectors: [Vector] = try Self.vectors("bills.json")
        #expect(vectors.count == 8 * 7 * 4)
        for vector in vectors {
            let charge = try Bill.charge(seconds: vector.seconds, rate: vector.microPerHour)
            let commission = Bill.commission(of: charge, at: vector.commissionBps)
            #expect(charge == vector.chargeMicro)
            #expect(commission == vector.commissionMicro)
            #expect(try charge.subtracting(commission) == vector.paidMicro)
        }
    }

    @Test func `charge, commission and credit are those of the contracts' vectors`() throws {
        let vectors: [ClosedVector] = try Self.vectors("closed-bills.json")
        #expect(vectors.count == 556)
        for vector in vectors {
            let charge = try Bill.charge(seconds: vector.seconds, rate: vector.microPerHour)
            #expect(charge == vector.chargeMicro)
            #expect(
                Bill.commission(of: charge, at: vector.commissionBps) == vector.commissionMicro)
            let level = ServiceLevel(
                availability: vector.availabilityBps, credit: vector.creditBps)
            let credit = level.map {
                Bill.credit(
                    of: charge, commission: vector.commissionMicro, seconds: vector.seconds,
                    elapsed: vector.elapsed, level: $0)
            }
            #expect(credit ?? .zero == vector.creditMicro)
            let posted = Posted(
                charge: charge, commission: vector.commissionMicro, credit: credit ?? .zero)
            #expect(posted.pay == vector.paidMicro)
        }
    }

    private static func level(_ availability: Int64, _ credit: Int64) throws -> ServiceLevel {
        let (availability, credit) = (
            try #require(BasisPoints(availability)), try #require(BasisPoints(credit))
        )
        return try #require(ServiceLevel(availability: availability, credit: credit))
    }

    @Test func `what a provider has before the end is never more than it has at the end`() throws {
        let charges: [Int64] =
            Array(0...300) + [9_999, 10_007, 1_000_003, Money.limit - 1, Money.limit]
        for commission: Int64 in [0, 1, 250, 333, 5_000, 9_999, 10_000] {
            for share: Int64 in [1, 2_500, 3_333, 5_000, 9_667, 10_000] {
                let points = try #require(BasisPoints(commission))
                let level = try Self.level(10_000, share)
                var last = Money.zero
                for charge in try charges.map({ try Money(micro: $0) }) {
                    let certain = Bill.certainPay(of: charge, commission: points, level: level)
                    let part = Bill.commission(of: charge, at: points)
                    let credit = Bill.credit(
                        of: charge, commission: part, seconds: 0, elapsed: 1, level: level)
                    let least = try charge.subtracting(part).subtracting(credit)
                    #expect(last <= certain && certain <= least, "\(charge) \(points) \(level)")
                    last = certain
                }
            }
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
