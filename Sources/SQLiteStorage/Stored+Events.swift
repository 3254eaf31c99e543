import Domain
import Marketplace

struct StoredEvent: Stored {
    static let table = Table.events
    let value: EventRow
    var row: MarketRow { .event(value) }

    func cells() throws -> [Cell] {
        [
            .text(value.job.text), .integer(value.sequence), .moment(value.at),
            try .json(value.fact),
        ]
    }
}

extension StoredEvent {
    init(_ reader: inout CellReader) throws {
        let job: JobID = try reader.id()
        let sequence = try reader.integer()
        value = EventRow(
            job: job, sequence: sequence, at: try reader.moment(),
            fact: try reader.json(JobFact.self))
    }
}

extension Schema {
    static let eventTables = """
        CREATE TABLE events (
            job TEXT NOT NULL, sequence INTEGER NOT NULL, at INTEGER NOT NULL, body TEXT NOT NULL,
            seal BLOB NOT NULL, PRIMARY KEY (job, sequence)) STRICT;
        """
}
