import Ethereum
import Testing

@Suite struct QuorumTests {
    private let quorum = Quorum(of: 3)

    private func said(_ answers: [Int?]) -> [Quorum.Said<Int>] {
        answers.enumerated().map { place, answer in
            Quorum.Said("e\(place)", answer.map { .value($0) } ?? .failed)
        }
    }

    @Test(
        arguments: [[1, 2, 3], [1, nil, nil], [nil, nil, nil], [1, 2, nil], [], [1]] as [[Int?]])
    func `without two of three nothing is believed`(answers: [Int?]) {
        #expect(throws: Quorum.Disagreement.self) { try quorum.verdict(said(answers)) }
    }

    @Test func `two of three are believed, and the third is named`() throws {
        let lie = try quorum.verdict(said([7, 8, 7]))
        #expect(lie.value == 7 && lie.dissenting == ["e1"] && lie.failed == [])
        let silence = try quorum.verdict(said([7, 7, nil]))
        #expect(silence.value == 7 && silence.dissenting == [] && silence.failed == ["e2"])
    }

    @Test func `a height is what two have reached, and who is far off is named`() throws {
        func height(_ numbers: [UInt64?]) throws -> Quorum.Height {
            try quorum.height(
                numbers.enumerated().map {
                    Quorum.Said("e\($0)", $1.map { .value($0) } ?? .failed)
                }, tolerance: 3)
        }
        #expect(try height([10, 11, 12]).number == 11)
        let lagging = try height([10, 6, 10])
        #expect(lagging.number == 10 && lagging.lagging == ["e1"] && lagging.ahead == [])
        let ahead = try height([UInt64.max, 9, 10])
        #expect(ahead.number == 10 && ahead.ahead == ["e0"] && ahead.lagging == [])
        #expect(try height([nil, 9, 10]).number == 9)
        #expect(throws: Quorum.Disagreement.self) { try height([nil, 9, nil]) }
    }

    @Test func `of one or two all must agree, of five three`() {
        #expect([1, 2, 3, 4, 5].map { Quorum(of: $0).needed } == [1, 2, 2, 3, 3])
    }
}

@Suite struct FeeTests {
    private static let bounds = FeeEstimate.Bounds(leastTip: 1, mostTip: 100, ceiling: 1_000)

    @Test func `the tip is the median and the ceiling twice the base fee and the tip`() throws {
        let history = FeeHistory(baseFees: [90, 100, 110], rewards: [5, 9, 7])
        #expect(
            try FeeEstimate.fees(after: history, within: Self.bounds)
                == Fees(maxFeePerGas: 227, maxPriorityFeePerGas: 7))
    }

    @Test func `a history that says nothing or too much is bounded`() throws {
        func fees(_ base: [UInt256], _ rewards: [UInt256]) throws -> Fees {
            try FeeEstimate.fees(
                after: FeeHistory(baseFees: base, rewards: rewards), within: Self.bounds)
        }
        #expect(throws: FeeEstimate.Refusal.noHistory) { try fees([], []) }
        #expect(throws: FeeEstimate.Refusal.aboveCeiling(1_001)) { try fees([500], []) }
        #expect(throws: FeeEstimate.Refusal.aboveCeiling(Wei(.max))) { try fees([.max], [.max]) }
        #expect(try fees([1], [.max]).maxPriorityFeePerGas == 100)
        #expect(try fees([1], [0]).maxPriorityFeePerGas == 1)
    }

    @Test func `blocks that were empty say nothing of tips`() throws {
        let json = """
            {"oldestBlock":"0x1","baseFeePerGas":["0x7","0x8","0x9"],"gasUsedRatio":[0,0.5],
            "reward":[["0x0"],["0x3"]]}
            """
        let history = try FeeHistory(JSON(parsing: json, within: .answer))
        #expect(history == FeeHistory(baseFees: [7, 8, 9], rewards: [3]))
        for text in [
            "{}", "{\"baseFeePerGas\":[]}", "{\"baseFeePerGas\":[7]}",
            "{\"baseFeePerGas\":[\"0x1\"],\"reward\":[[]]}",
        ] {
            #expect(throws: ChainWordRefusal.self) {
                try FeeHistory(JSON(parsing: text, within: .answer))
            }
        }
    }

    @Test func `gas has a fifth of headroom below its ceiling`() throws {
        #expect(try GasLimit.limit(estimate: 100, ceiling: 200) == 120)
        #expect(try GasLimit.limit(estimate: 190, ceiling: 200) == 200)
        #expect(try GasLimit.limit(estimate: .max, ceiling: .max) == .max)
        #expect(throws: GasLimit.Refusal.aboveCeiling(estimate: 201)) {
            try GasLimit.limit(estimate: 201, ceiling: 200)
        }
    }
}
