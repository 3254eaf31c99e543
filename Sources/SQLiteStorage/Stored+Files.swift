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
        [.text(value.digest.text), .integer(value.size), .text(value.owner.text)]
    }
}

extension StoredBlob {
    init(_ reader: inout CellReader) throws {
        value = Blob(
            digest: try reader.digest(), size: try reader.integer(), owner: try reader.id())
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
