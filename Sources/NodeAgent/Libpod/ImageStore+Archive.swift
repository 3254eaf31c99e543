import ContainerEngine

extension ImageStore {
    /// Reads an archive into the engine's store. One at a time on this store, since the engine says
    /// only what the archive calls its image: whose a name is holds until the next archive.
    ///
    /// A name that the archive claims is taken from it again: it stays, or becomes again, that of the
    /// image that had it before.
    /// - Returns: the image's id.
    func load(_ archive: String) async throws -> String {
        let turn = try await FileGate.pass("\(folder)/load.lock", clock: clock)
        defer { withExtendedLifetime(turn) {} }
        do {
            let before = try await client.imageNames()
            let names = try await loaded(archive, before)
            let image = try await names.count == 1 ? client.inspectImage(names[0]) : nil
            try await giveBack(names, to: before)
            guard let image else {
                throw StartFailure(.imageInvalid, "\(names.count) images in the archive")
            }
            return try await accepted(image).id
        } catch let error as EngineError where error.isDiskFull {
            throw StartFailure(.diskFull, "\(error): \(error.detail)")
        } catch let error as EngineError where error.category != .unreachable {
            throw StartFailure(.imageInvalid, "\(error): \(error.detail)")
        }
    }

    /// One that breaks off in the middle may have claimed a name by then.
    private func loaded(
        _ archive: String, _ before: [String: String]
    ) async throws -> [String] {
        do { return try await client.load(archive: archive) } catch let error as EngineError
            where error.category != .unreachable
        {
            try await giveBack([own.name], to: before)
            throw error
        }
    }

    private func giveBack(_ names: [String], to before: [String: String]) async throws {
        let now = try await client.imageNames()
        for name in names where now[name] != before[name] {
            if let id = before[name] {
                try await client.name(id, name)
            } else if let id = now[name] {
                try await client.unname(id, name)
            }
        }
    }
}
