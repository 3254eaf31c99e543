package import Domain

/// One kept output folder of a task, as a blob (a POSIX tar archive).
package struct OutputDTO: Codable, Hashable, Sendable {
    package let path: String
    package let digest: BlobDigest
    package let size: Int64

    package init(path: String, digest: BlobDigest, size: Int64) {
        self.path = path
        self.digest = digest
        self.size = size
    }
}

/// What a task's run left.
package struct OutputsDTO: Codable, Hashable, Sendable {
    package let outputs: [OutputDTO]

    package init(outputs: [OutputDTO]) {
        self.outputs = outputs
    }
}
