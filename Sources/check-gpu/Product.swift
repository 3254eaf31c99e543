import CUDA

/// A product of two matrices of whole numbers, exact: the reference on the CPU.
///
/// The inputs come from the seed alone: the bytes of SplitMix64's numbers, lowest first, are the
/// elements of `left`, row by row, then of `right`. Whoever has the seed can say what the checksum
/// of the result must be.
struct Product {
    struct Shape: Hashable, CustomStringConvertible {
        let rows, columns, depth: Int

        init(_ rows: Int, _ columns: Int, _ depth: Int) {
            (self.rows, self.columns, self.depth) = (rows, columns, depth)
        }

        init(cube size: Int) { self.init(size, size, size) }

        var multiplications: Int { rows * columns * depth }
        var description: String { "\(rows)x\(columns)x\(depth)" }
    }

    let shape: Shape
    let left: [Int8]
    let right: [Int8]
    /// For what is drawn to check the result; apart from the inputs.
    private var random: SplitMix64

    init(_ shape: Shape, seed: UInt64) {
        var stream = SplitMix64(seed: seed)
        self.shape = shape
        left = Self.bytes(shape.rows * shape.depth, &stream)
        right = Self.bytes(shape.depth * shape.columns, &stream)
        random = SplitMix64(seed: ~seed)
    }

    private static func bytes(_ count: Int, _ stream: inout SplitMix64) -> [Int8] {
        var bytes: [Int8] = []
        bytes.reserveCapacity(count + 8)
        while bytes.count < count {
            var word = stream.next()
            for _ in 0..<8 {
                bytes.append(Int8(truncatingIfNeeded: word))
                word >>= 8
            }
        }
        bytes.removeLast(bytes.count - count)
        return bytes
    }

    /// The part of the product in these rows and columns, row by row.
    func reference(rows: Range<Int>, columns: Range<Int>) -> [Int32] {
        let width = columns.count
        var result = [Int32](repeating: 0, count: rows.count * width)
        result.withUnsafeMutableBufferPointer { result in
            left.withUnsafeBufferPointer { left in
                right.withUnsafeBufferPointer { right in
                    for row in rows {
                        let target = (row - rows.lowerBound) * width
                        for step in 0..<shape.depth {
                            let factor = Int32(left[row * shape.depth + step])
                            let source = step * shape.columns + columns.lowerBound
                            for column in 0..<width {
                                result[target + column] &+= factor &* Int32(right[source + column])
                            }
                        }
                    }
                }
            }
        }
        return result
    }

    func isWhole(_ result: [Int32]) -> Bool {
        result == reference(rows: 0..<shape.rows, columns: 0..<shape.columns)
    }
}

// MARK: - Results that are too large to be computed again

extension Product {
    private static let blocks = 8
    private static let blockSize = 64

    /// Whether blocks at random places are right, and random sums of rows and of columns
    /// (Freivalds 1977) of the whole result. A wrong row passes with a chance below 2⁻³²: its
    /// elements are wrong by less than 2³², and their weights are random numbers below 2⁶⁴.
    mutating func isLikely(_ result: [Int32]) -> Bool {
        for _ in 0..<Self.blocks where !isBlockRight(result) { return false }
        return areRowSumsRight(result) && areColumnSumsRight(result)
    }

    private mutating func isBlockRight(_ result: [Int32]) -> Bool {
        let height = min(Self.blockSize, shape.rows)
        let width = min(Self.blockSize, shape.columns)
        let top = random.next(below: shape.rows - height + 1)
        let left = random.next(below: shape.columns - width + 1)
        let block = reference(rows: top..<top + height, columns: left..<left + width)
        return (0..<height).allSatisfy { row in
            let start = (top + row) * shape.columns + left
            return result[start..<start + width] == block[row * width..<(row + 1) * width]
        }
    }

    private mutating func weights(_ count: Int) -> [Int64] {
        (0..<count).map { _ in Int64(bitPattern: random.next()) }
    }

    /// result × w = left × (right × w), modulo 2⁶⁴.
    private mutating func areRowSumsRight(_ result: [Int32]) -> Bool {
        let weights = weights(shape.columns)
        let inner = Self.times(right, rows: shape.depth, weights)
        return Self.times(result, rows: shape.rows, weights)
            == Self.times(left, rows: shape.rows, inner)
    }

    /// w × result = (w × left) × right, modulo 2⁶⁴.
    private mutating func areColumnSumsRight(_ result: [Int32]) -> Bool {
        let weights = weights(shape.rows)
        let inner = Self.times(weights, left, columns: shape.depth)
        return Self.times(weights, result, columns: shape.columns)
            == Self.times(inner, right, columns: shape.columns)
    }

    private static func times<Element: FixedWidthInteger>(
        _ matrix: [Element], rows: Int, _ vector: [Int64]
    ) -> [Int64] {
        matrix.withUnsafeBufferPointer { matrix in
            vector.withUnsafeBufferPointer { vector in
                (0..<rows).map { row in
                    var sum: Int64 = 0
                    for column in 0..<vector.count {
                        let element = matrix[row * vector.count + column]
                        sum &+= Int64(truncatingIfNeeded: element) &* vector[column]
                    }
                    return sum
                }
            }
        }
    }

    private static func times<Element: FixedWidthInteger>(
        _ vector: [Int64], _ matrix: [Element], columns: Int
    ) -> [Int64] {
        var sums = [Int64](repeating: 0, count: columns)
        sums.withUnsafeMutableBufferPointer { sums in
            matrix.withUnsafeBufferPointer { matrix in
                for row in 0..<vector.count {
                    for column in 0..<columns {
                        let element = matrix[row * columns + column]
                        sums[column] &+= vector[row] &* Int64(truncatingIfNeeded: element)
                    }
                }
            }
        }
        return sums
    }

    /// FNV-1a of 64 bits over the elements' four bytes, lowest first, row by row.
    static func checksum(_ result: [Int32]) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        result.withUnsafeBytes { bytes in
            for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        }
        return hash
    }
}
