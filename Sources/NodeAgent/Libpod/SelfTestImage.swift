import ContainerEngine

/// The image that tries out the OCI runtimes, known by its id: a name in the engine's store belongs
/// to whichever archive claimed it last, and archives are anybody's.
struct SelfTestImage: Sendable {
    /// What the owner calls it; asked for at first use, and when the noted image is gone.
    let name: String
    /// Where the notes of jobs' images lie.
    let folder: String

    init(_ configuration: NodeConfiguration) {
        name = configuration.selfTestImage
        folder = configuration.imagesPath
    }

    private var note: String { folder + "/self-test.image" }

    /// Its id, noted at first use.
    /// - Returns: nil when the engine's store does not have it.
    func id(in client: LibpodClient) async throws -> String? {
        let noted = try StateFile.read(note).map { String(decoding: $0, as: UTF8.self) }
        if let noted, try await client.imageExists(noted) { return noted }
        guard try await client.imageExists(name) else { return nil }
        let named = try await client.inspectImage(name).id
        // The owner made a new one, unless it is a job's that took the name of one that is gone.
        if noted != nil, try ImageNotes(folder: folder).ids().contains(named) { return nil }
        try StateFile.makeFolder(folder)
        try StateFile.replace(note, with: Array(named.utf8))
        return named
    }
}
