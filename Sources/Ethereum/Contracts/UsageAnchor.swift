/// `contracts/src/UsageAnchor.vy`: the heads of logs, each publisher's only ever growing.
package struct UsageAnchor: Hashable, Sendable {
    package let address: Address

    package init(_ address: Address) { self.address = address }

    /// The most bytes that the contract takes for it.
    package static let longestURI = 256

    private static let anchor = ABIFunction("anchor", [.uint256, .bytes32, .string])
    private static let sizeOf = ABIFunction("sizeOf", [.address], returns: [.uint256])
    private static let isHead = ABIFunction(
        "isHead", [.address, .uint256, .bytes32], returns: [.bool])
    static let anchored = ABIEvent(
        "Anchored",
        [.topic(.address), .data(.uint256), .data(.bytes32), .data(.string)])

    /// A head, as the chain keeps it.
    package struct Head: Hashable, Sendable {
        package let publisher: Address
        package let size: UInt64
        package let root: Hash256
        /// Where the log is served, or empty: where it was before.
        package let uri: String
    }

    package func anchor(
        size: UInt64, root: Hash256, uri: String
    ) throws(ABIRefusal) -> Transaction.Call {
        Transaction.Call(
            to: address, value: .zero,
            data: try Self.anchor.call([
                .uint(UInt256(size)), .fixedBytes(root.bytes), .string(uri),
            ]))
    }

    /// The size of a publisher's last head; 0 where there is none.
    package func size(
        of publisher: Address, on chain: Chain, at block: BlockTag
    ) async throws -> UInt256 {
        try await chain.number(Self.sizeOf, [.address(publisher)], of: address, at: block)
    }

    /// Whether that is the publisher's last head.
    package func isHead(
        _ size: UInt64, _ root: Hash256, of publisher: Address, on chain: Chain,
        at block: BlockTag
    ) async throws -> Bool {
        let arguments: [ABIValue] = [
            .address(publisher), .uint(UInt256(size)), .fixedBytes(root.bytes),
        ]
        let values = try await chain.read(Self.isHead, arguments, of: address, at: block)
        return values == [.bool(true)]
    }

    /// The logs of a publisher's heads.
    package func filter(of publisher: Address) throws(ABIRefusal) -> LogFilter {
        LogFilter(
            addresses: [address],
            topics: [
                [Self.anchored.topic],
                [try ABIEvent.topic(of: .address(publisher), as: .address)],
            ])
    }

    /// - Throws: for a log that is no head of this contract's.
    package func head(_ log: Log) throws(ABIRefusal) -> Head {
        var fields = try Self.anchored.fields(of: log, by: address)
        return Head(
            publisher: try fields.address(), size: try fields.uint64(), root: try fields.hash(),
            uri: try fields.text())
    }
}
