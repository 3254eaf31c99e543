import Domain
import Marketplace
import Testing
import Transparency

struct LogTests {
    private func head(_ size: Int64, _ root: LogHash = .emptyTree) -> Command {
        .publishHead(PublishedHead(size: size, root: root, note: [1]))
    }

    @Test func `entries are numbered in commit order and make up the tree`() throws {
        var shop = try Shop.open()
        for number in 2...8 {
            let node = NodeID("nod_\(number)")!
            try shop.run(.registerNode(shop.machine(node), token: nil))
        }
        try shop.run(.sequence(limit: 3))
        try shop.run(.sequence(limit: 100))
        try shop.ignores(.sequence(limit: 100))
        let read = Read.entries(from: 0, limit: 100)
        let entries = shop.tables.read([read])[read].compactMap { row in
            if case .entry(let entry) = row { entry } else { nil }
        }
        #expect(entries.map(\.index) == Array(0..<8))
        #expect(entries.map(\.key) == (1...8).map { "node-key:nod_\($0)" })
        let tree = shop.tables.read([.tree]).tree
        #expect(tree.size == 8)
        #expect(tree.root == MerkleLog.root(ofLeaves: entries.map { .leaf($0.bytes) }))
        #expect(shop.tables.read([.pending(limit: 9)])[.pending(limit: 9)].isEmpty)
    }

    @Test func `a head that is not larger, or larger than the tree, is not published`() throws {
        var shop = try Shop.open()
        try shop.ignores(head(1))
        try shop.run(.sequence(limit: 1))
        try shop.ignores(head(2))
        let root = try #require(shop.tables.read([.tree]).tree.root)
        try shop.run(head(1, root))
        try shop.ignores(head(1, .emptyTree))
        try shop.ignores(head(0))
    }
}
