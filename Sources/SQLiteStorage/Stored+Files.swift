import Domain
import Marketplace

struct StoredImage: Stored {
    static let table = Table.images
    let value: NamedImage
    var row: MarketRow { .image(value) }

    func cells() -> [Cell] { [.text(value.name), .text(value.digest.text)] }
}

extension StoredImage {
    init(_ reader: inout CellReader) throws {
        value = NamedImage(name: try reader.text(), digest: try reader.digest())
    }
}

struct StoredBlob: Stored {
    static let table = Table.blobs
    let value: Blob
    var row: MarketRow { .blob(value) }

    func cells() -> [Cell] {
        [.text(value.digest.text), .text(value.owner.text), .integer(value.size)]
    }
}

extension StoredBlob {
    init(_ reader: inout CellReader) throws {
        let digest = try reader.digest()
        let owner: AccountID = try reader.id()
        value = Blob(digest: digest, size: try reader.integer(), owner: owner)
    }
}

struct StoredUpload: Stored {
    static let table = Table.uploads
    let value: Upload
    var row: MarketRow { .upload(value) }

    func cells() -> [Cell] {
        [
            .text(value.key.digest.text), .text(value.key.owner.text), .integer(value.total),
            .moment(value.touchedAt),
        ]
    }
}

extension StoredUpload {
    init(_ reader: inout CellReader) throws {
        let digest = try reader.digest()
        value = Upload(
            key: BlobKey(digest: digest, owner: try reader.id()), total: try reader.integer(),
            touchedAt: try reader.moment())
    }
}

struct StoredStorageUse: Stored {
    static let table = Table.storage
    let value: StorageUse
    var row: MarketRow { .storage(value) }

    func cells() -> [Cell] {
        [.text(value.account.text), .integer(value.bytes), .count(value.uploads)]
    }
}

extension StoredStorageUse {
    init(_ reader: inout CellReader) throws {
        let account: AccountID = try reader.id()
        value = StorageUse(
            account: account, bytes: try reader.integer(), uploads: try reader.count())
    }
}

struct StoredOutput: Stored {
    static let table = Table.outputs
    let value: TaskOutput
    var row: MarketRow { .output(value) }

    func cells() -> [Cell] {
        [
            .text(value.lease.text), .text(value.path), .text(value.task.job.text),
            .count(value.task.index), .text(value.digest.text), .integer(value.size),
        ]
    }
}

extension StoredOutput {
    init(_ reader: inout CellReader) throws {
        let lease: LeaseID = try reader.id()
        let path = try reader.text()
        let task = TaskID(job: try reader.id(), index: try reader.count())
        value = TaskOutput(
            lease: lease, task: task, path: path, digest: try reader.digest(),
            size: try reader.integer())
    }
}
