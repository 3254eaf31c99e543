import Domain
import Testing
import Wire

struct ServiceLevelTextTests {
    @Test(
        arguments: [
            ("99.5%:25%", 9_950, 2_500), ("100%:100%", 10_000, 10_000), ("0.01%:0.1%", 1, 10),
            ("99.90%:5.25%", 9_990, 525), ("099%:1%", 9_900, 100),
        ] as [(String, Int64, Int64)])
    func `a promise is two shares`(text: String, availability: Int64, credit: Int64) throws {
        let level = try #require(SpecUnits.serviceLevel(text))
        #expect(level.availability.value == availability && level.credit.value == credit)
    }

    @Test(
        arguments: [
            "", ":", "%:%", "99.5%", "99.5:25", "0%:5%", "5%:0%", "0.00%:5%", "101%:1%",
            "100.01%:1%", "99.999%:1%", "99.%:1%", ".5%:1%", "-1%:1%", "+1%:1%", "1e2%:1%",
            "99 %:1%", "99%:1%:1%", "99%;1%", "九%:1%", "٩٩%:1%", "9999999999999999999%:1%",
        ])
    func `what promises nothing, or no share, is no promise`(text: String) {
        #expect(SpecUnits.serviceLevel(text) == nil)
    }

    @Test func `a share is written as people read it`() {
        #expect(
            [9_950, 10_000, 1, 2_500].map { Quantity.percent($0) }
                == ["99.5 %", "100 %", "0.01 %", "25 %"])
    }
}
