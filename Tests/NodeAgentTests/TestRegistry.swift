import Domain
import Foundation

/// A real registry (Debian's `docker-registry`) on a free port of this machine.
final class TestRegistry {
    static let program = "/usr/bin/docker-registry"

    let host: RegistryHost
    /// What it stores lies in files below.
    private let folder: String
    private let process: Process

    /// - Parameter login: `user:password` that it asks for; nil: it asks for none.
    init(in parent: String, login: String? = nil) throws {
        folder = parent + "/registry-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        var lines = [
            "version: 0.1", "log: {level: info}",
            "storage: {filesystem: {rootdirectory: \"\(folder)/data\"}}",
            "http: {addr: \"127.0.0.1:0\"}",
        ]
        if let login {
            let words = login.split(separator: ":").map(String.init)
            shell("htpasswd -Bbn \"$1\" \"$2\" > \"$3\"", words[0], words[1], folder + "/users")
            lines.append("auth: {htpasswd: {realm: r, path: \"\(folder)/users\"}}")
        }
        try Data((lines.joined(separator: "\n") + "\n").utf8)
            .write(to: URL(fileURLWithPath: folder + "/config.yml"))
        process = Process()
        process.executableURL = URL(fileURLWithPath: Self.program)
        process.arguments = ["serve", folder + "/config.yml"]
        let output = Pipe()
        process.standardError = output
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        var said = ""
        var found: RegistryHost?
        while found == nil {
            let data = output.fileHandleForReading.availableData
            guard !data.isEmpty else { throw CancellationError() }
            said += String(decoding: data, as: UTF8.self)
            let line = said.split(separator: "\n").first { $0.contains("listening on") }
            let words = line?.split { $0 == " " || $0 == "\"" } ?? []
            found = words.first { $0.hasPrefix("127.0.0.1:") }.flatMap { RegistryHost(String($0)) }
        }
        // Nobody reads on: what else it says must not fill the pipe.
        output.fileHandleForReading.readabilityHandler = { _ = $0.availableData }
        guard let found else { throw CancellationError() }
        host = found
    }

    func stop() {
        process.terminate()
        process.waitUntilExit()
    }

    /// Puts the image of an OCI archive there.
    func push(_ archive: String, as repository: String, login: String? = nil) throws
        -> RegistryImage
    {
        let text = shell(
            """
            set -e
            skopeo copy -q --dest-tls-verify=false ${4:+--dest-creds "$4"} \\
                --digestfile "$3" "oci-archive:$1" "docker://$2"
            cat "$3"
            """, archive, "\(host)/\(repository):1", folder + "/digest", login ?? "")
        guard let image = RegistryImage("\(host)/\(repository)@\(text)") else {
            throw CancellationError()
        }
        return image
    }

    /// Changes one byte of a stored manifest.
    func tamper(with image: RegistryImage) throws {
        let hexadecimal = image.digest.text.dropFirst("sha256:".count)
        let path =
            "\(folder)/data/docker/registry/v2/blobs/sha256/\(hexadecimal.prefix(2))/\(hexadecimal)/data"
        var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        let size = Data("\"size\":".utf8)
        guard let place = bytes.firstRange(of: size)?.upperBound else { throw CancellationError() }
        bytes[place] = bytes[place] == UInt8(ascii: "9") ? UInt8(ascii: "8") : UInt8(ascii: "9")
        try bytes.write(to: URL(fileURLWithPath: path))
    }
}
