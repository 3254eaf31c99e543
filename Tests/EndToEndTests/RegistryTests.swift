import Domain
import Foundation
import Staging
import Testing
import Wire

private let program = "/usr/bin/docker-registry"

extension EndToEnd {
    /// Jobs in images of a registry, as their renters see them.
    @Suite(needsContainers, .enabled(if: access(program, X_OK) == 0, "no docker-registry"))
    struct RegistryTests {
        /// A real registry with one image: what a spec calls it.
        private func registry(_ stage: Stage) async throws -> (host: String, image: String) {
            let config = try stage.write(
                """
                version: 0.1
                log: {level: info}
                storage: {filesystem: {rootdirectory: "\(stage.folder)/registry"}}
                http: {addr: "127.0.0.1:0"}

                """, to: "registry.yml")
            let registry = try stage.start("registry", program, ["serve", config])
            let host = try await eventually("the registry listens") {
                registry.err.split { $0 == " " || $0 == "\"" || $0 == "\n" }
                    .first { $0.hasPrefix("127.0.0.1:") }.map(String.init)
            }
            let digest = stage.folder + "/digest"
            let push = try stage.start(
                "push", "/usr/bin/skopeo",
                [
                    "copy", "-q", "--dest-tls-verify=false", "--digestfile", digest,
                    "oci-archive:\(Stage.baseImage)", "docker://\(host)/team/base:1",
                ])
            guard try await push.end() == .exited(0) else {
                throw Stage.Unexpected(description: push.lastWords)
            }
            let text = try String(contentsOfFile: digest, encoding: .utf8)
            return (host, "\(host)/team/base@\(text)")
        }

        @Test func `a job runs in the image that its digest names, and its plan and page say so`()
            async throws
        {
            try await Stage.run { stage in
                let (host, image) = try await registry(stage)
                let site = try await Site.up(
                    stage, node: Site.nodeOptions + ["--registry", host])
                var job = JobText("job", "echo from a registry; exit 5")
                job.image = image
                let plan = try await site.run(.renter, ["plan", try site.write(job)])
                #expect(plan.out.contains("\(host)/team/base → sha256:"), "\(plan)")
                let ended = try await site.run(job)
                #expect(ended.status == 5, "\(ended)")
                #expect(ended.out == "from a registry\n")
                let shown = try await site.show()
                #expect("\(shown.image.name)@\(shown.image.digest)" == image)
                try await site.checkBill()
            }
        }

        @Test func `a node asks no registry that its owner did not name, and the renter reads why`()
            async throws
        {
            try await Stage.run { stage in
                let (_, image) = try await registry(stage)
                let site = try await Site.up(stage)
                var job = JobText("job", "exit 0")
                job.image = image
                let ended = try await site.run(job)
                #expect(ended.status == 125, "\(ended)")
                #expect(ended.err.contains("does not pull from that registry"), "\(ended)")
                let shown = try await site.show()
                #expect(shown.taskList.first?.endedBy == "start_failed:image_refused")
                #expect(try await site.checkBill().total.money == .zero)
                let told = try await site.ok(.renter, ["show", "job", "--lang", "zh-TW"])
                #expect(told.contains("節點不從該登錄庫下載"), "\(told)")
            }
        }
    }
}
