import Accounting
import Domain
import Marketplace

struct StoredOffer: Stored {
    static let table = Table.offers
    let value: Offer
    var row: MarketRow { .offer(value) }

    func cells() throws -> [Cell] { [.text(value.node.text), try .json(value)] }
}

extension StoredOffer {
    init(_ reader: inout CellReader) throws {
        _ = try reader.text()
        value = try reader.json(Offer.self)
    }
}

struct StoredDevice: Stored {
    static let table = Table.devices
    let value: DeviceClaim
    var row: MarketRow { .device(value) }

    func cells() -> [Cell] {
        [.text(value.device.text), .text(value.node.text), lease]
    }

    private var lease: Cell {
        switch value.life {
        case .free: .null
        case .leased(let lease): .text(lease.text)
        }
    }
}

extension StoredDevice {
    init(_ reader: inout CellReader) throws {
        guard let device = DeviceID(try reader.text()) else {
            throw MalformedRow(description: "not a device id")
        }
        let node: NodeID = try reader.id()
        let lease: LeaseID? = try reader.optionalID()
        value = DeviceClaim(
            device: device, node: node, life: lease.map(DeviceClaim.Life.leased) ?? .free)
    }
}

struct StoredJob: Stored {
    static let table = Table.jobs
    let value: Job
    var row: MarketRow { .job(value) }

    func cells() throws -> [Cell] {
        [
            .text(value.id.text), .text(value.renter.text), .text(value.terms.name),
            .moment(value.submittedAt), .integer(isClosed ? 1 : 0), try .json(value),
        ]
    }

    private var isClosed: Bool {
        switch value.life {
        case .closed: true
        case .active, .closing: false
        }
    }
}

extension StoredJob {
    init(_ reader: inout CellReader) throws {
        _ = (try reader.text(), try reader.text(), try reader.text())
        _ = (try reader.integer(), try reader.integer())
        value = try reader.json(Job.self)
    }
}

struct StoredTask: Stored {
    /// `state`, as the queries and partial indexes name it; a place that is kept is `reserved` before and after its
    /// price is locked.
    enum State: String { case queued, open, leased, succeeded, failed }

    static let table = Table.tasks
    let value: JobTask
    var row: MarketRow { .task(value) }

    func cells() -> [Cell] {
        let state: State
        var (since, lease, reason) = (Cell.null, Cell.null, Cell.null)
        switch value.life {
        case .queued: state = .queued
        case .open(let at):
            state = .open
            since = .moment(at)
        case .leased(let id):
            state = .leased
            lease = .text(id.text)
        case .finished(let end):
            state = end.isSuccess ? .succeeded : .failed
            reason = .text(end.text)
        }
        return [
            .text(value.id.job.text), .count(value.id.index), .integer(value.attempt),
            .text(state.rawValue), since, lease, reason,
        ]
    }
}

extension StoredTask {
    init(_ reader: inout CellReader) throws {
        let id = TaskID(job: try reader.id(), index: try reader.count())
        let attempt = try reader.integer()
        let state = try reader.choice(of: State.self)
        let since = try reader.optionalInteger()
        let lease: LeaseID? = try reader.optionalID()
        let reason = try reader.optionalText().map(EndReason.init(text:))
        let life: TaskLife? =
            switch state {
            case .queued: .queued
            case .open: since.map { .open(since: Timestamp(milliseconds: $0)) }
            case .leased: lease.map(TaskLife.leased)
            case .succeeded, .failed: reason.flatMap { $0 }.map(TaskLife.finished)
            }
        guard let life else { throw MalformedRow(description: "a task's life is incomplete") }
        value = JobTask(id: id, attempt: attempt, life: life)
    }
}

struct StoredHold: Stored {
    static let table = Table.holds
    let value: Hold
    var row: MarketRow { .hold(value) }

    func cells() throws -> [Cell] {
        [.text(value.job.text), .text(value.renter.text), try .json(value)]
    }
}

extension StoredHold {
    init(_ reader: inout CellReader) throws {
        _ = (try reader.text(), try reader.text())
        value = try reader.json(Hold.self)
    }
}

struct StoredLease: Stored {
    /// `state`, as the queries and partial indexes name it.
    enum State: String { case reserved, running, ended, settled }

    static let table = Table.leases
    let value: Lease
    var row: MarketRow { .lease(value) }

    func cells() throws -> [Cell] {
        [
            .text(value.id.text), .text(value.task.job.text), .text(value.node.text),
            .text(state.rawValue), try .json(value),
        ]
    }

    private var state: State {
        switch value.life {
        case .locking, .reserved: .reserved
        case .running: .running
        case .ended: .ended
        case .settled: .settled
        }
    }
}

extension StoredLease {
    init(_ reader: inout CellReader) throws {
        _ = (try reader.text(), try reader.text(), try reader.text(), try reader.text())
        value = try reader.json(Lease.self)
    }
}
