import Testing

@testable import Ethereum

@Suite struct UInt256Tests {
    @Test func `what does not fit throws`() {
        #expect(throws: UInt256.Overflow.self) { try UInt256.max.adding(.one) }
        #expect(throws: UInt256.Overflow.self) { try UInt256.zero.subtracting(.one) }
        #expect(throws: UInt256.Overflow.self) { try UInt256.max.multiplied(by: 2) }
        let high = UInt256(high: 1, low: 0)
        #expect(throws: UInt256.Overflow.self) { try high.multiplied(by: high) }
        #expect(UInt256(decimal: "1" + String(repeating: "0", count: 78)) == nil)
        #expect(UInt256(bytes: [UInt8](repeating: 0, count: 33)) == nil)
        #expect(UInt256(hexadecimal: "0x1" + String(repeating: "0", count: 64)) == nil)
    }

    @Test(arguments: ["", "0x", "-1", "+1", "1 ", "1_0", "١", "0xg", "x1"])
    func `what is no number is none`(text: String) {
        #expect(UInt256(decimal: text) == nil)
        #expect(UInt256(hexadecimal: text) == nil)
    }

    @Test func `the largest number is written and read`() {
        let text = "115792089237316195423570985008687907853269984665640564039457584007913129639935"
        #expect(UInt256.max.decimal == text)
        #expect(UInt256(decimal: text) == .max)
        #expect(UInt256.max.quantity == "0x" + String(repeating: "f", count: 64))
        #expect(UInt256.zero.quantity == "0x0")
        #expect(UInt256(65).quantity == "0x41")
    }

    @Test func `arithmetic keeps its laws`() throws {
        let seed = seed("UInt256")
        var generator = Seeded(seed)
        for _ in 0..<2_000 {
            let a = UInt256(bytes: generator.bytes(Int.random(in: 0...32, using: &generator)))!
            let b = UInt256(bytes: generator.bytes(Int.random(in: 0...32, using: &generator)))!
            if let sum = try? a.adding(b) {
                #expect(try sum.subtracting(b) == a)
                #expect(sum >= a)
            } else {
                #expect(try UInt256.max.subtracting(a) < b)
            }
            guard b != .zero else { continue }
            let (quotient, remainder) = a.quotientAndRemainder(dividingBy: b)
            #expect(remainder < b)
            #expect(try quotient.multiplied(by: b).adding(remainder) == a)
            #expect(UInt256(decimal: a.decimal) == a)
            #expect(UInt256(bytes: a.bytes) == a)
            #expect(UInt256(bytes: a.minimalBytes) == a)
            #expect(UInt256(hexadecimal: a.quantity) == a)
            if let product = try? a.multiplied(by: b) {
                #expect(product.dividedRoundingDown(by: b) == a)
            } else {
                #expect(UInt256.max.dividedRoundingDown(by: b) < a)
            }
        }
    }

    @Test func `signed numbers end where two's complement does`() {
        let least =
            "-57896044618658097711785492504343953926634992332820282019728792003956564819968"
        #expect(Int256(decimal: least)?.description == least)
        #expect(Int256(decimal: String(least.dropFirst())) == nil)
        #expect(Int256(decimal: least.dropLast() + "9") == nil)
        #expect(Int256(-1).bits == .max)
        for (value, width, fits) in [
            (127, 8, true), (128, 8, false), (-128, 8, true), (-129, 8, false), (0, 8, true),
            (32_767, 16, true), (-32_769, 16, false),
        ] as [(Int64, Int, Bool)] {
            #expect(Int256(value).fits(bits: width) == fits, "\(value) in \(width)")
            #expect(Int256(decimal: "\(value)") == Int256(value))
        }
    }
}

@Suite struct AddressTests {
    /// EIP-55's own examples.
    @Test(arguments: [
        "0x52908400098527886E0F7030069857D2E4169EE7", "0x8617E340B3D01FA5F11F306F4090FD50E238070D",
        "0xde709f2102306220921060314715629080e2fb77", "0x27b1fdb04752bbc536007a920d24acb045561c26",
        "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
        "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB", "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
    ])
    func `an address is read and written with its checksum`(text: String) throws {
        #expect(try Address(text).description == text)
    }

    @Test func `a wrong checksum and what is no address are refused`() {
        #expect(throws: Address.Refusal.checksum) {
            try Address("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD")
        }
        for text in [
            "", "0x", "5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "0x5aAe",
            "0x" + "g0".repeated(20),
        ] {
            #expect(throws: Address.Refusal.form) { try Address(text) }
        }
    }
}

extension String {
    func repeated(_ count: Int) -> String { String(repeating: self, count: count) }
}
