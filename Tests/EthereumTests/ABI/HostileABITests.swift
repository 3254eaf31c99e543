import Ethereum
import Testing

/// Encodings that are made to hurt who reads them.
@Suite struct HostileABITests {
    private func words(_ values: [UInt64]) -> [UInt8] { values.flatMap { UInt256($0).bytes } }

    private func refuse(
        _ type: String, _ bytes: [UInt8], _ refusal: ABIRefusal,
        location: SourceLocation = #_sourceLocation
    ) throws {
        let type = try ABIType(type)
        #expect(throws: refusal, sourceLocation: location) {
            try ABIDecoding.decode(bytes, as: type)
        }
    }

    @Test func `offsets and lengths that lead out are refused`() throws {
        let huge = UInt256.max.bytes
        try refuse("bytes", huge + words([0]), .ended)
        try refuse("bytes", words([32]) + huge, .ended)
        try refuse("bytes", words([1 << 62]), .ended)
        try refuse("bytes", words([32, 1 << 62]), .ended)
        try refuse("bytes", words([32, 33, 0]), .ended)
        try refuse("uint256[]", words([32, UInt64.max / 32]), .ended)
        try refuse("uint256[]", words([32, 2, 1]), .ended)
        try refuse("(uint256,uint256)", words([1]), .ended)
        try refuse("uint8[4000000]", words([1]), .ended)
        try refuse("uint256", [], .ended)
    }

    @Test func `elements without a size do not come out of nothing`() throws {
        try refuse("()[]", words([32, 64]), .shared)
        try refuse("uint8[0][]", words([32, 64]), .shared)
        try refuse("()[4000000000]", [], .shared)
    }

    /// Each level leads its elements to one place: 2^20 values of 1,400 bytes, were they read.
    @Test func `offsets that lead to one place again and again are refused`() throws {
        var bytes: [UInt8] = words([32])
        for _ in 0..<20 { bytes += words([2, 64, 64]) }
        bytes += words([0])
        try refuse("uint256" + "[]".repeated(21), bytes, .shared)
        // Back to itself.
        try refuse("uint256[][]", words([32, 1, 0]), .shared)
        let many =
            words([32, 100]) + words([UInt64](repeating: 3_200, count: 100))
            + words([64] + [UInt64](repeating: 7, count: 64))
        try refuse("uint256[][]", many, .shared)
    }

    @Test func `bits that a type does not have are refused`() throws {
        try refuse("uint8", words([256]), .notCanonical)
        try refuse("int8", words([128]), .notCanonical)
        try refuse("bool", words([2]), .notCanonical)
        try refuse("address", UInt256.max.bytes, .notCanonical)
        try refuse("bytes4", words([1]), .notCanonical)
        try refuse(
            "bytes", words([32, 1]) + [1, 1] + [UInt8](repeating: 0, count: 30), .notCanonical)
        try refuse(
            "string", words([32, 1]) + [0xFF] + [UInt8](repeating: 0, count: 31), .notCanonical)
    }
}
