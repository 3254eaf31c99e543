import Domain
import Ethereum
import Foundation
import Staging
import Wire

/// `bench chain payday`: from a job's end, as its renter can see it, to the voucher that pays all of it in the
/// provider's hands: the log's next head, the renter's client that proves the bill and signs, the market that takes
/// it. The client looks every five seconds.
struct PaydayBench {
    private struct Line: Encodable {
        let measure = "chain"
        let operation = "job_end_to_redeemable_voucher"
        let medianSeconds: Double
        let worstSeconds: Double
        let jobs: Int
    }

    private static let jobs = 8
    private static let accounts = (market: 1, renter: 2, provider: 3)

    static func run() async throws {
        try await Stage.run { stage in
            let devnet = try await Devnet(
                on: stage, adding: ["--block-time", "1", "--finality", "2"])
            let site = try await Site.serving(
                stage, isSimulated: true,
                chain: try devnet.words(account: accounts.market, on: stage))
            _ = try await JoinedNode(
                "alpha", at: site,
                options: Site.simulated + ["--payee", devnet.addresses[accounts.provider]])
            let wallet = try await Wallet(stage, devnet, site)
            try await wallet.ok("chain mint 5")
            try await wallet.ok("vault deposit 5")
            try await wallet.ok("wallet link")
            try await eventually("the deposit is final", within: .seconds(60)) {
                let vault: VaultDTO = try site.api(.renter).get("/v1/vault")
                return vault.deposit?.availableMicro == 5_000_000 ? true : nil
            }
            var (waits, signed) = ([Double](), Int64(0))
            for number in 1...jobs {
                let wait = try await payday(number, signed: &signed, wallet, site)
                say("chain: payday \(number): \(rounded(wait)) s")
                waits.append(wait)
            }
            waits.sort()
            print(
                try Line(
                    medianSeconds: rounded(waits[waits.count / 2]),
                    worstSeconds: rounded(waits.last ?? 0), jobs: waits.count
                ).json())
        }
    }

    private static func payday(
        _ number: Int, signed: inout Int64, _ wallet: Wallet, _ site: Site
    ) async throws -> Double {
        var job = JobText("job-\(number)", "sleep 2")
        job.image = Site.simulatedImage
        try await site.ok(
            .renter, ["run", "--pay", "vault", try site.write(job), "-y", "--no-input", "-d"])
        let client = try wallet.start("wallet sign")
        let clock = ContinuousClock()
        let over = try await eventually("the job is over", within: .seconds(60)) {
            let job: JobDTO = try site.api(.renter).get("/v1/jobs/job-\(number)")
            return job.state.isOver ? job : nil
        }
        let end = clock.now
        let owed = signed + over.charged.money.micro
        try await eventually("its voucher is signed", within: .seconds(60)) {
            let vault: VaultDTO = try site.api(.renter).get("/v1/vault")
            return vault.pairs.first?.signedMicro == owed ? true : nil
        }
        let wait = (clock.now - end).seconds
        signed = owed
        _ = try await client.end(within: .seconds(60))
        return wait
    }

    /// The renter's, at the renter's own machine.
    private struct Wallet {
        private let stage: Stage
        private let environment: [String: String]
        private let file: String

        init(_ stage: Stage, _ devnet: Devnet, _ site: Site) async throws {
            self.stage = stage
            file = stage.folder + "/wallet.json"
            environment = site.environment(.renter).merging([
                "ORBAN_RPC_URL": devnet.url, "ORBAN_CONTRACTS": try devnet.contractsText(),
            ]) { $1 }
            _ = try stage.write("a password\n", to: "password")
            _ = try stage.write(devnet.secret(accounts.renter) + "\n", to: "key")
            try await ok("wallet import", "--key-fd 3 3<\(stage.folder)/key")
        }

        func start(_ line: String, _ more: String = "") throws -> Program {
            try stage.start(
                "wallet", "/bin/sh",
                [
                    "-c",
                    "exec \"$0\" \"$@\" --wallet \(file) --password-fd 4 4<\(stage.folder)/password "
                        + more, Stage.binary ?? "",
                ] + line.split(separator: " ").map(String.init), with: environment)
        }

        func ok(_ line: String, _ more: String = "") async throws {
            let program = try start(line, more)
            guard case .exited(0) = try await program.end(within: .seconds(60)) else {
                throw Stage.Unexpected(description: program.lastWords)
            }
        }
    }
}
