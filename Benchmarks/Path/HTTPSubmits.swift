import Domain
import Foundation
import Staging
import Wire

/// Durable submits a second through the whole interface, by one client and by eight at a time. No
/// node is there, so nothing else is placed or run.
struct HTTPSubmits: Figure {
    let measure = "submits"
    let jobs = 200
    let clients = 8
    var oneClientPerS = 0.0
    var allClientsPerS = 0.0
    /// One client's submits as they came.
    var p50Ms = 0.0
    var p99Ms = 0.0

    static func measure() async throws -> any Figure {
        try await Stage.run { stage in
            var figure = HTTPSubmits()
            let site = try await Site.serving(stage, isSimulated: true)
            let api = site.api(.renter)
            var samples = Samples()
            let alone = try await timing {
                for index in 0..<figure.jobs {
                    samples.add(try await timing { try submit("one-\(index)", api) })
                }
            }
            figure.oneClientPerS = rounded(Double(figure.jobs) / alone.seconds)
            figure.p50Ms = samples.percentile(0.5)
            figure.p99Ms = samples.percentile(0.99)
            let share = figure.jobs / figure.clients
            let together = try await timing {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for client in 0..<figure.clients {
                        group.addTask {
                            for index in 0..<share { try submit("c\(client)-\(index)", api) }
                        }
                    }
                    try await group.waitForAll()
                }
            }
            figure.allClientsPerS = rounded(
                Double(share * figure.clients) / together.seconds)
            return figure
        }
    }

    private static func submit(_ name: String, _ api: API) throws {
        var job = JobText(name)
        job.image = Site.simulatedImage
        job.budget = "0.01 USD"
        let body = try WireJSON.encode(SubmitRequest(spec: try job.text()))
        let answer = try api.ask("POST", "/v1/jobs", body: body, idempotencyKey: name)
        guard answer.status == 201 else {
            throw Stage.Unexpected(description: String(decoding: answer.body, as: UTF8.self))
        }
    }
}
