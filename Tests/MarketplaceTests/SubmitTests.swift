import Accounting
import Domain
import Marketplace
import Testing

struct SubmitTests {
    @Test func `a job without a budget is refused`() throws {
        var shop = try Shop.open()
        shop.refuses(try shop.submit(.init(budget: 0)), .budgetMissing)
        shop.refuses(try shop.submit(.init(budget: -1)), .budgetMissing)
    }

    @Test func `a budget above the balance is refused, to the micro-unit`() throws {
        var shop = try Shop.open()
        let (have, need) = (try Money(micro: Shop.wealth), try Money(micro: Shop.wealth + 1))
        shop.refuses(
            try shop.submit(.init(budget: Shop.wealth + 1)),
            .balanceTooLow(available: have, needed: need))
        try shop.run(shop.submit(.init(budget: Shop.wealth)))
        shop.refuses(
            try shop.submit(.init(job: "job_2", budget: 1, key: "second")),
            .balanceTooLow(available: .zero, needed: try Money(micro: 1)))
    }

    @Test func `somebody without an account is refused`() throws {
        var shop = try Shop.open()
        let bob = AccountID("acc_bob")!
        shop.refuses(try shop.submit(.init(renter: bob)), .accountUnknown(bob))
    }

    @Test func `terms that cannot be are refused`() throws {
        var shop = try Shop.open()
        let wrong: [Shop.Wish] = [
            .init(tasks: 0), .init(tasks: -1), .init(tasks: JobTerms.maximumTasks + 1),
            .init(parallel: 0), .init(maxFailures: -1), .init(maxDuration: 0),
            .init(maxDuration: Bill.maximumSeconds + 1), .init(fence: 2), .init(fence: 86_401),
            .init(cpus: 0),
        ]
        for wish in wrong {
            guard case .failure(.termsImpossible(let why)) = shop.attempt(try shop.submit(wish))
            else {
                Issue.record("\(wish) was taken")
                continue
            }
            #expect(!why.hasPrefix("internal rule"), "\(wish): \(why)")
        }
        #expect(shop.balance(.available(Shop.ann)) == Shop.wealth)
    }

    @Test func `the same key and body answer the same, with one effect`() throws {
        var shop = try Shop.open()
        let answer = try shop.run(shop.submit())
        #expect(answer == .job(JobID("job_1")!))
        let again = try shop.submit(.init(job: "job_2"))
        let repeated = try shop.run(again)
        #expect(repeated == .replayed(answer) && repeated.job == JobID("job_1"))
        try shop.ignores(again)
        #expect(shop.balance(.held(Shop.ann)) == 1_000_000)
        #expect(shop.transfers.count == 2)
    }

    @Test func `the same key with another body is refused, also after a year`() throws {
        var shop = try Shop.open()
        try shop.run(shop.submit())
        shop.pass(seconds: 366 * 86_400)
        shop.refuses(try shop.submit(.init(job: "job_2", body: "other")), .duplicateKeyOtherBody)
    }

    @Test func `a key of another account is another key`() throws {
        var shop = try Shop.open()
        try shop.run(shop.submit())
        let pete = try Money(micro: 5)
        try shop.run(.credit(Shop.pete, pete, reason: "r", shop.once("submit", of: Shop.pete)))
        #expect(shop.balance(.available(Shop.pete)) == 5)
    }

    @Test func `an identifier in use is refused, so that no hold is ever overwritten`() throws {
        var shop = try Shop.open()
        try shop.run(shop.submit())
        shop.refuses(
            try shop.submit(.init(budget: 1, key: "second")),
            .termsImpossible("a job id that is not in use"))
    }

    @Test func `a job's whole budget is held, and as many tasks are on the book as may run`()
        throws
    {
        var shop = try Shop.open()
        try shop.run(shop.submit(.init(tasks: 5, parallel: 2)))
        let job = try shop.job()
        #expect(job.life == .active && job.counts == TaskCounts(queued: 3, open: 2))
        #expect(try shop.task(2).life == .open(since: shop.now))
        #expect(try shop.task(3).life == .queued)
        #expect(try shop.hold().free.micro == 1_000_000)
        #expect(shop.balance(.available(Shop.ann)) == Shop.wealth - 1_000_000)
        #expect(shop.balance(.held(Shop.ann)) == 1_000_000)
    }
}

struct AccountTests {
    @Test func `credit is positive, for an account that exists, and within the range`() throws {
        var shop = try Shop.open()
        let bob = AccountID("acc_bob")!
        let one = try Money(micro: 1)
        shop.refuses(try shop.credit("a", 0), .amountOutOfRange)
        shop.refuses(try shop.credit("a", -5), .amountOutOfRange)
        shop.refuses(try shop.credit("a", Money.limit), .amountOutOfRange)
        shop.refuses(.credit(bob, one, reason: "", shop.once("a")), .accountUnknown(bob))
    }

    @Test func `credit is booked once for each key, from the operator's grants`() throws {
        var shop = try Shop.open()
        try shop.run(shop.credit("a", 5))
        try shop.ignores(shop.credit("a", 5))
        shop.refuses(try shop.credit("a", 6, body: "other"), .duplicateKeyOtherBody)
        #expect(shop.balance(.available(Shop.ann)) == Shop.wealth + 5)
        #expect(shop.balance(.operatorGranted) == -Shop.wealth - 5)
    }

    @Test func `an account is opened once, and keys are for accounts that exist`() throws {
        var shop = try Shop.open()
        let bob = AccountID("acc_bob")!
        let key = APIKey(hash: KeyHash(hex: "aa"), account: bob, role: .renter, label: "")
        let ann = Account(id: Shop.ann, name: "other", createdAt: shop.now)
        shop.refuses(.openAccount(ann, keys: []), .accountExists(Shop.ann))
        shop.refuses(.addKey(key), .accountUnknown(bob))
        let carl = Account(id: AccountID("acc_carl")!, name: "c", createdAt: shop.now)
        shop.refuses(.openAccount(carl, keys: [key]), .accountUnknown(carl.id))
    }
}
