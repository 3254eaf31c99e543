/// One page of a list; the cursor is opaque and stays good while rows are inserted.
package struct ListDTO<Element: Codable & Hashable & Sendable>: Codable, Hashable, Sendable {
    package let data: [Element]
    package let hasMore: Bool
    package let nextCursor: String?

    package init(data: [Element], hasMore: Bool, nextCursor: String? = nil) {
        self.data = data
        self.hasMore = hasMore
        self.nextCursor = nextCursor
    }

    private enum CodingKeys: String, CodingKey {
        case data
        case hasMore = "has_more"
        case nextCursor = "next_cursor"
    }
}
