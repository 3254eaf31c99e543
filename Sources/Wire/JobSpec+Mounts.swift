import Domain

extension JobSpec {
    private static let reserved = ["/proc", "/sys", "/dev"]

    mutating func readMounts(_ top: SpecReader) throws(SpecError) {
        var taken: [String] = []
        for node in try top.list("inputs", atMost: Self.maximumMounts) {
            let mount = try SpecReader(
                node, of: top.source, name: "inputs", keys: ["from", "path", "digest"],
                unsupported: ["to", "mode", "name", "when", "size"])
            let path = try mount.mountPath(besides: &taken)
            let digest = try mount.value("digest", .digest, BlobDigest.init)
            inputs.append(Input(from: try mount.local("from"), path: path, digest: digest))
        }
        for node in try top.list("outputs", atMost: Self.maximumMounts) {
            let mount = try SpecReader(
                node, of: top.source, name: "outputs", keys: ["path", "to"],
                unsupported: ["from", "mode", "name", "digest", "when", "size"])
            let path = try mount.mountPath(besides: &taken)
            outputs.append(Output(path: path, to: try mount.local("to")))
        }
        guard taken.count <= Self.maximumMounts else {
            throw top.fault(.tooMany(key: "inputs", limit: Self.maximumMounts), at: top.map)
        }
    }

    /// Absolute and clean: no empty, `.` or `..` part, no control character, at most 255 bytes.
    static func isCleanPath(_ path: String) -> Bool {
        guard (2...255).contains(path.utf8.count), path.utf8.first == UInt8(ascii: "/"),
            path.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control })
        else { return false }
        let parts = path.unicodeScalars.dropFirst().split(
            omittingEmptySubsequences: false, whereSeparator: { $0 == "/" })
        return parts.allSatisfy { part in
            !part.isEmpty && !part.elementsEqual(".".unicodeScalars)
                && !part.elementsEqual("..".unicodeScalars)
        }
    }

    /// Whether one path is the other or lies in it.
    static func overlaps(_ left: String, _ right: String) -> Bool {
        let (inner, outer) = left.utf8.count >= right.utf8.count ? (left, right) : (right, left)
        return inner.utf8.elementsEqual(outer.utf8)
            || inner.utf8.starts(with: outer.utf8 + [UInt8(ascii: "/")])
    }

    fileprivate static func isReserved(_ path: String) -> Bool {
        reserved.contains { overlaps(path, $0) }
    }
}

extension SpecReader {
    fileprivate func mountPath(besides taken: inout [String]) throws(SpecError) -> String {
        let node = try required("path")
        let path = try text(of: node, named: self.path("path"))
        guard JobSpec.isCleanPath(path) else {
            throw fault(.badValue(key: self.path("path"), .path, path), at: node)
        }
        guard !JobSpec.isReserved(path) else { throw fault(.reserved(path), at: node) }
        if let other = taken.first(where: { JobSpec.overlaps($0, path) }) {
            throw fault(.overlap(path, with: other), at: node)
        }
        taken.append(path)
        return path
    }

    /// A path on the renter's own machine; addresses of other places are not served yet.
    fileprivate func local(_ key: String) throws(SpecError) -> String? {
        guard let text = try text(key), let node = self[key] else { return nil }
        if text.contains("://") {
            let scheme = text.prefix { $0 != ":" }
            throw fault(.unsupportedValue("\(scheme)://"), at: node)
        }
        guard (1...4096).contains(text.utf8.count),
            text.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control })
        else { throw fault(.badValue(key: path(key), .local, text), at: node) }
        return text
    }
}
