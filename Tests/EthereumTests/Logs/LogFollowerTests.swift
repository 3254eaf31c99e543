import Ethereum
import Testing

@Suite struct LogFollowerTests {
    static func hash(_ number: UInt64, _ fork: UInt64) -> Hash256 {
        Keccak256.hash("block \(number) of \(fork)".utf8)
    }

    static func log(_ header: BlockHeader, _ index: UInt64) -> Log {
        Log(
            address: .zero, topics: [], data: [], blockNumber: header.number,
            blockHash: header.hash, transaction: header.hash, index: index)
    }

    /// Chains of headers; block `n` has `n % 3` logs.
    struct Chain {
        var headers: [BlockHeader]
        var finalized = 0
        private var forks: UInt64 = 0

        init() {
            let hash = LogFollowerTests.hash(0, 0)
            headers = [BlockHeader(number: 0, hash: hash, parent: .zero, second: 0)]
        }

        var latest: BlockHeader { headers[headers.count - 1] }

        mutating func mine(_ count: Int) {
            for _ in 0..<count {
                let number = UInt64(headers.count)
                headers.append(
                    BlockHeader(
                        number: number, hash: LogFollowerTests.hash(number, forks),
                        parent: latest.hash, second: number))
            }
        }

        mutating func drop(_ count: Int) {
            headers.removeLast(min(count, headers.count - 1 - finalized))
            forks += 1
        }

        func logs(_ header: BlockHeader) -> [Log] {
            (0..<header.number % 3).map { LogFollowerTests.log(header, $0) }
        }

        func answer(_ question: LogFollower.Question) -> LogFollower.Event? {
            switch question {
            case .range(let range):
                let part = headers.filter { range.contains($0.number) }
                return .range(range, part.flatMap(logs))
            case .block(let number):
                guard number < headers.count else { return nil }
                return .block(headers[Int(number)], logs(headers[Int(number)]))
            case .check(let number):
                guard number < headers.count else { return nil }
                return .header(headers[Int(number)])
            }
        }

        var status: LogFollower.Event {
            .status(latest: latest, finalized: headers[finalized])
        }
    }

    /// What an owner has been told.
    struct Owner {
        var open: [BlockHeader: [Log]] = [:]
        var final: [Log] = []
        var cursor = LogFollower.Cursor(number: 0, hash: LogFollowerTests.hash(0, 0))

        mutating func take(_ delivery: LogFollower.Delivery) {
            switch delivery {
            case .added(let header, let logs):
                #expect(open.updateValue(logs, forKey: header) == nil, "added twice")
            case .retracted(let header, let logs):
                #expect(open.removeValue(forKey: header) == logs, "retracted what was not added")
            case .final(let logs, let cursor):
                #expect(cursor.number > self.cursor.number)
                open = open.filter { $0.key.number > cursor.number }
                final += logs
                self.cursor = cursor
            }
        }
    }

    private static let rules = LogFollower.Rules(span: 5, window: 8)

    private func run(_ follower: inout LogFollower, _ chain: Chain, _ owner: inout Owner) throws {
        for delivery in try follower.apply(chain.status) { owner.take(delivery) }
        for _ in 0..<200 {
            guard let question = follower.question, let answer = chain.answer(question) else {
                return
            }
            for delivery in try follower.apply(answer) { owner.take(delivery) }
        }
    }

    @Test func `a re-org takes back exactly the blocks that went, and delivers those that came`()
        throws
    {
        var chain = Chain()
        chain.mine(10)
        chain.finalized = 6
        var owner = Owner()
        var follower = LogFollower(after: owner.cursor, rules: Self.rules)
        try run(&follower, chain, &owner)
        #expect(owner.cursor.number == 6)
        #expect(Set(owner.open.keys) == Set(chain.headers[7...]))
        let before = owner.open
        chain.drop(2)
        chain.mine(3)
        try run(&follower, chain, &owner)
        #expect(Set(owner.open.keys) == Set(chain.headers[7...]))
        #expect(owner.open[chain.headers[8]] == before[chain.headers[8]])
        chain.finalized = 10
        try run(&follower, chain, &owner)
        #expect(owner.final == chain.headers[1...10].flatMap(chain.logs))
    }

    @Test func `who is behind changes nothing`() throws {
        var chain = Chain()
        chain.mine(10)
        chain.finalized = 4
        let early = chain
        chain.mine(2)
        chain.finalized = 8
        var owner = Owner()
        var follower = LogFollower(after: owner.cursor, rules: Self.rules)
        try run(&follower, chain, &owner)
        let open = owner.open
        #expect(try follower.apply(early.status) == [])
        try run(&follower, chain, &owner)
        #expect(owner.open == open && owner.cursor.number == 8)
    }

    @Test func `a window that is full waits`() throws {
        var chain = Chain()
        chain.mine(40)
        var owner = Owner()
        var follower = LogFollower(after: owner.cursor, rules: Self.rules)
        try run(&follower, chain, &owner)
        #expect(owner.open.count == 8 && follower.question == nil)
        chain.finalized = 40
        try run(&follower, chain, &owner)
        #expect(owner.final == chain.headers[1...].flatMap(chain.logs))
    }

    @Test func `a chain that takes back what was final is not followed`() throws {
        var chain = Chain()
        chain.mine(10)
        chain.finalized = 10
        var owner = Owner()
        var follower = LogFollower(after: owner.cursor, rules: Self.rules)
        try run(&follower, chain, &owner)
        chain.finalized = 5
        chain.drop(4)
        chain.mine(5)
        chain.finalized = 10
        #expect(throws: LogFollower.Refusal.finalityBroken(number: 10)) {
            try follower.apply(chain.status)
        }
    }

    /// Whatever the chain does before it is final, in the end the owner has had each log of it once.
    @Test func `what is final is the chain, whatever came between`() throws {
        let seed = seed("LogFollower")
        for round in 0..<300 as Range<UInt64> {
            var generator = Seeded(seed &+ round)
            var chain = Chain()
            var owner = Owner()
            var follower = LogFollower(after: owner.cursor, rules: Self.rules)
            for _ in 0..<60 {
                chain.mine(Int.random(in: 0...4, using: &generator))
                if Int.random(in: 0..<3, using: &generator) == 0 {
                    chain.drop(Int.random(in: 1...6, using: &generator))
                    chain.mine(Int.random(in: 0...7, using: &generator))
                }
                let room = chain.headers.count - 1 - chain.finalized
                if Int.random(in: 0..<3, using: &generator) == 0 {
                    chain.finalized += Int.random(in: 0...room, using: &generator)
                }
                try wander(&follower, chain, &owner, &generator)
                if Int.random(in: 0..<12, using: &generator) == 0 {
                    // A restart knows the cursor alone.
                    owner.open = [:]
                    follower = LogFollower(after: owner.cursor, rules: Self.rules)
                }
            }
            chain.mine(20)
            try run(&follower, chain, &owner)
            let end = Int(owner.cursor.number)
            #expect(end == chain.finalized, "seed \(seed &+ round)")
            #expect(
                owner.final == chain.headers[1..<(end + 1)].flatMap(chain.logs),
                "seed \(seed &+ round)")
            try #require(
                owner.open.keys.allSatisfy { chain.headers.contains($0) }, "seed \(seed &+ round)")
        }
    }

    /// A few answers, of which some never come.
    private func wander(
        _ follower: inout LogFollower, _ chain: Chain, _ owner: inout Owner,
        _ generator: inout Seeded
    ) throws {
        for delivery in try follower.apply(chain.status) { owner.take(delivery) }
        for _ in 0..<Int.random(in: 0...6, using: &generator) {
            guard let question = follower.question, let answer = chain.answer(question) else {
                return
            }
            guard Int.random(in: 0..<4, using: &generator) > 0 else { continue }
            for delivery in try follower.apply(answer) { owner.take(delivery) }
        }
    }
}
