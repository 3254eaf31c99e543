import Domain
import Marketplace
import Transparency

extension Audit {
    /// The entries, hashed again in order, give every stored node, the tree and the published head.
    mutating func checkLog() throws {
        guard isSound(.entries, .logNodes) else { return }
        let head: StoredHead? = isSound(.head) ? try only(.head) : nil
        var frontier = Frontier()
        var nodes: Int64 = 0
        var wrong: [LogNode] = []
        var headRoot = head?.value.size == 0 ? frontier.root : nil
        try database.forEachRow("SELECT bytes FROM entries ORDER BY idx") { values in
            guard case .blob(let bytes) = try Cell(values[0]) else { return }
            for node in frontier.append(.leaf(bytes)) {
                nodes += 1
                if try storedHash(of: node) != node.hash.bytes { wrong.append(node) }
            }
            if frontier.size == head?.value.size { headRoot = frontier.root }
        }
        for node in wrong {
            report(.logNodes, "\(node.level)/\(node.index)", "not the hash of its entries")
        }
        let stored = try database.firstInteger("SELECT count(*) FROM log_nodes") ?? 0
        if wrong.isEmpty, stored != nodes {
            report(.logNodes, "*", "\(stored) nodes for \(frontier.size) entries")
        }
        try checkTree(frontier)
        if let head, headRoot != head.value.root {
            report(.head, "1", "not the root of the first \(head.value.size) entries")
        }
    }

    private mutating func checkTree(_ frontier: Frontier) throws {
        guard isSound(.tree) else { return }
        let tree = (try only(.tree) as StoredTree?)?.value ?? .empty
        guard tree.size == frontier.size, tree.peaks == frontier.peaks else {
            return report(.tree, "1", "not the tree of the \(frontier.size) entries")
        }
    }

    private func storedHash(of node: LogNode) throws -> [UInt8]? {
        try database.firstBlob(
            "SELECT hash FROM log_nodes WHERE level = ? AND idx = ?",
            [.count(node.level), .integer(node.index)])
    }

    private func only<Value: Stored>(_ table: Table) throws -> Value? {
        try database.firstRow(table.sql.select + " WHERE only = 1").map { try Value(cells: $0) }
    }
}
