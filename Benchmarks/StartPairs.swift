import Domain
import Foundation
import Staging
import Wire

/// Starts of jobs, and of the same container through the engine alone, by turns: milliseconds to the
/// first instruction, which the container tells itself. The image is there.
struct StartPairs: Encodable {
    static let script = "date +%s%N"
    static let memoryBytes: Int64 = 128 << 20
    static let milliCPU: Int64 = 500

    private(set) var jobMs = Samples()
    private(set) var directMs = Samples()

    /// - Parameter gpu: what both are given, if any.
    mutating func take(_ count: Int, at site: Site, gpu: TestCDI.Entry? = nil) async throws {
        let gpus = gpu == nil ? 0 : 1
        _ = try await Self.startJob("warm", gpus, at: site)
        try await DirectContainers.run(site.stage, gpu: gpu) { direct in
            _ = try await direct.start("warm")
            for index in 1...count {
                jobMs.add(milliseconds: try await Self.startJob("job-\(index)", gpus, at: site))
                directMs.add(milliseconds: try await direct.start("\(index)"))
            }
        }
    }

    /// Job less direct.
    var overhead: Samples { merged { $0 - $1 } }

    /// Job over direct.
    var ratio: Samples { merged { $0 / $1 } }

    private func merged(_ one: (Double, Double) -> Double) -> Samples {
        var samples = Samples()
        for (job, direct) in zip(jobMs.milliseconds, directMs.milliseconds) {
            samples.add(milliseconds: one(job, direct))
        }
        return samples
    }

    /// Milliseconds from just before the request to what the job printed first. Returns when the job
    /// is over and its node has taken the container away.
    private static func startJob(_ name: String, _ gpus: Int, at site: Site) async throws -> Double {
        var job = JobText(name, script)
        job.cpu = "0.5"
        job.memory = "\(memoryBytes >> 20)MiB"
        job.gpus = gpus
        // Between two leases its GPU is scrubbed, which is no part of a start.
        try await eventually("\(gpus) GPUs are free") {
            let offers: ListDTO<OfferDTO> = try site.api(.renter).get("/v1/offers")
            return (offers.data.first?.freeDevices ?? 0) >= gpus ? () : nil
        }
        let body = try WireJSON.encode(SubmitRequest(spec: try job.text()))
        let submitted = wallNanoseconds()
        let answer = try site.api(.renter).ask(
            "POST", "/v1/jobs", body: body, idempotencyKey: name)
        guard answer.status == 201 else {
            throw Stage.Unexpected(description: String(decoding: answer.body, as: UTF8.self))
        }
        let over = try await site.over(name)
        let lease = try required(over.taskList.first?.lease, "lease of \(name)")
        let began = try required(firstNumber(try await site.output(name)), "output of \(name)")
        try await eventually("the container of \(name) is gone") {
            Contained.isGone(lease)
        }
        return Double(began - submitted) / 1e6
    }

    static func firstNumber(_ text: String) -> Int64? {
        text.split(whereSeparator: \.isNewline).first.flatMap { Int64($0) }
    }
}
