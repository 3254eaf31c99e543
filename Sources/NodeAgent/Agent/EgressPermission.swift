package import ContainerEngine

/// What a machine's owner lets containers reach, as it stood at the node's start.
package struct EgressPermission: Hashable, Sendable {
    package let owner: EgressOwnerFile

    /// All that is public.
    package init() { owner = EgressOwnerFile() }

    /// What the owner's file says.
    package init(file path: String) throws(Fault) {
        do { owner = try EgressOwnerFile(path: path) } catch { throw Fault(error) }
    }

    /// Why an owner's file does not count: a stable code, and what its sentence names.
    package struct Fault: Error, Hashable, Sendable {
        package let code: String
        package let values: [String: String]

        init(_ refusal: EgressOwnerFile.Refusal) {
            switch refusal {
            case .unreadable: (code, values) = ("unreadable", [:])
            case .tooLarge(let most): (code, values) = ("too_large", ["limit": "\(most)"])
            case .notJSON: (code, values) = ("not_json", [:])
            case .unknownKey(let key): (code, values) = ("unknown_key", ["key": key])
            case .wrongType(let key): (code, values) = ("wrong_type", ["key": key])
            case .notPrefix(let text): (code, values) = ("not_network", ["found": text])
            case .notAddress(let text): (code, values) = ("not_address", ["found": text])
            case .tooMany(let key, let most):
                (code, values) = ("too_many", ["key": key, "limit": "\(most)"])
            case .outOfRange(let key, let range):
                (code, values) = (
                    "out_of_range",
                    ["key": key, "low": "\(range.lowerBound)", "high": "\(range.upperBound)"]
                )
            }
        }
    }
}

/// Why a node whose owner lets jobs have a network offers none.
package struct NetworkObstacle: Hashable, Sendable {
    /// Stable.
    package let code: String
    package let detail: String

    init(_ obstacle: EgressMachine.Obstacle) {
        code = obstacle.code.rawValue
        detail = obstacle.detail
    }
}
