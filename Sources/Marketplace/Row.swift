package import Accounting
package import Domain
package import Transparency

/// The claim of one node on one device; at most one live lease each, in the whole market.
package struct DeviceClaim: Hashable, Sendable, Codable {
    package enum Life: Hashable, Sendable, Codable {
        case free
        case leased(LeaseID)
    }

    package let device: DeviceID
    package let node: NodeID
    package var life: Life

    package init(device: DeviceID, node: NodeID, life: Life) {
        self.device = device
        self.node = node
        self.life = life
    }
}

/// An idempotency key of one account. Keys never expire.
package struct ReplayKey: Hashable, Sendable, Codable {
    package let account: AccountID
    package let key: String

    package init(account: AccountID, key: String) {
        self.account = account
        self.key = key
    }

    package var text: String { account.text + "/" + key }
}

/// What a command with an idempotency key answered, and to which body.
package struct Replay: Hashable, Sendable, Codable {
    package let key: ReplayKey
    /// SHA-256 of the request body, hex.
    package let bodyHash: String
    package let answer: Answer

    package init(key: ReplayKey, bodyHash: String, answer: Answer) {
        self.key = key
        self.bodyHash = bodyHash
        self.answer = answer
    }
}

/// A committed effect that is not done yet.
package enum Effect: Hashable, Sendable, Codable {
    case dispatch(LeaseID)
    case stop(LeaseID, EndReason)
    /// A spot lease is told that it makes way.
    case leave(LeaseID)
    case verify(LeaseID)

    package var id: EffectID {
        switch self {
        case .dispatch(let lease): EffectID("dispatch:" + lease.text)
        case .stop(let lease, _): EffectID("stop:" + lease.text)
        case .leave(let lease): EffectID("leave:" + lease.text)
        case .verify(let lease): EffectID("verify:" + lease.text)
        }
    }

    package var lease: LeaseID {
        switch self {
        case .dispatch(let lease), .stop(let lease, _), .leave(let lease), .verify(let lease): lease
        }
    }
}

package struct OutboxEntry: Hashable, Sendable, Codable {
    package let effect: Effect
    /// The node that the effect goes to; its own for a verdict.
    package let node: NodeID

    package init(effect: Effect, node: NodeID) {
        self.effect = effect
        self.node = node
    }

    package var id: EffectID { effect.id }
}

/// A transfer with its place in the ledger.
package struct TransferRow: Hashable, Sendable, Codable {
    package let sequence: Int64
    package let transfer: Transfer

    package init(sequence: Int64, transfer: Transfer) {
        self.sequence = sequence
        self.transfer = transfer
    }
}

/// A log entry that waits for its number. `key` makes it unique: the same key is the same entry.
package struct PendingEntry: Hashable, Sendable, Codable {
    package let key: String
    package let lease: LeaseID?
    package let bytes: [UInt8]

    package init(key: String, lease: LeaseID?, bytes: [UInt8]) {
        self.key = key
        self.lease = lease
        self.bytes = bytes
    }
}

/// A numbered entry of the log.
package struct LogEntry: Hashable, Sendable, Codable {
    package let index: Int64
    package let key: String
    package let lease: LeaseID?
    package let bytes: [UInt8]

    package init(index: Int64, key: String, lease: LeaseID?, bytes: [UInt8]) {
        self.index = index
        self.key = key
        self.lease = lease
        self.bytes = bytes
    }
}

/// The log's size and the hashes of the complete subtrees along its right edge.
package struct LogTree: Hashable, Sendable, Codable {
    package static let empty = LogTree(size: 0, peaks: [])

    package let size: Int64
    /// Largest first, one per set bit of the size.
    package let peaks: [LogHash]

    package init(size: Int64, peaks: [LogHash]) {
        self.size = size
        self.peaks = peaks
    }
}

/// A signed head, as published.
package struct PublishedHead: Hashable, Sendable, Codable {
    package let size: Int64
    package let root: LogHash
    /// The C2SP signed note.
    package let note: [UInt8]

    package init(size: Int64, root: LogHash, note: [UInt8]) {
        self.size = size
        self.root = root
        self.note = note
    }
}

/// Anything that a store keeps.
package enum Row: Hashable, Sendable {
    case account(Account)
    case key(APIKey)
    case node(Node)
    case offer(Offer)
    case device(DeviceClaim)
    case job(Job)
    case task(JobTask)
    case hold(Hold)
    case lease(Lease)
    case balance(Balance)
    case replay(Replay)
    case image(NamedImage)
    case blob(Blob)
    case upload(Upload)
    case storage(StorageUse)
    case output(TaskOutput)
    case joinToken(JoinToken)
    case outbox(OutboxEntry)
    case transfer(TransferRow)
    case pending(PendingEntry)
    case entry(LogEntry)
    case logNode(LogNode)
    case tree(LogTree)
    case head(PublishedHead)
    case alive(Alive)
    case event(EventRow)
    case books(ChainBooks)
    case deed(ChainDeed)
    case vaultUser(VaultUser)
    case pair(VoucherPair)
    case lock(Lock)
}

/// The market's own sign of life, written once a second: after a crash it bounds the silence (see
/// `Liveness`).
package struct Alive: Hashable, Sendable, Codable {
    package let at: Timestamp
    package init(at: Timestamp) { self.at = at }
}

/// A name that people write for an image, and the OCI archive that it stands for.
package struct NamedImage: Hashable, Sendable, Codable {
    package let name: String
    package let digest: BlobDigest

    package init(name: String, digest: BlobDigest) {
        self.name = name
        self.digest = digest
    }
}

/// What a lease left of one output folder: a tar archive in the blob store.
package struct TaskOutput: Hashable, Sendable, Codable {
    package let lease: LeaseID
    package let task: TaskID
    package let path: String
    package let digest: BlobDigest
    package let size: Int64

    package init(lease: LeaseID, task: TaskID, path: String, digest: BlobDigest, size: Int64) {
        self.lease = lease
        self.task = task
        self.path = path
        self.digest = digest
        self.size = size
    }
}

/// A right to enrol nodes for a provider; only the hash of its secret is kept.
package struct JoinToken: Hashable, Sendable, Codable {
    package let id: String
    package let secretHash: KeyHash
    package let provider: AccountID
    package let expiresAt: Timestamp
    package var usesLeft: Int

    package init(
        id: String, secretHash: KeyHash, provider: AccountID, expiresAt: Timestamp, usesLeft: Int
    ) {
        self.id = id
        self.secretHash = secretHash
        self.provider = provider
        self.expiresAt = expiresAt
        self.usesLeft = usesLeft
    }
}
