/// Where a head of the log is anchored.
package struct AnchorDTO: Codable, Hashable, Sendable {
    /// The log's signed note that names chain, contract and account (`docs/formats.md`).
    package let publisher: String
    /// Its hash: `0x` and 64 digits.
    package let transaction: String
    package let block: Int64

    package init(publisher: String, transaction: String, block: Int64) {
        self.publisher = publisher
        self.transaction = transaction
        self.block = block
    }
}

/// The largest head that is anchored for good.
package struct AnchoredHeadDTO: Codable, Hashable, Sendable {
    /// The signed note.
    package let head: String
    package let anchor: AnchorDTO

    package init(head: String, anchor: AnchorDTO) {
        self.head = head
        self.anchor = anchor
    }
}

/// The size of the newest published head, which is anchored or on its way.
package struct AnchorWishDTO: Codable, Hashable, Sendable {
    package let size: Int64

    package init(size: Int64) { self.size = size }
}
