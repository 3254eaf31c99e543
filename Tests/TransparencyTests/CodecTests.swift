import Testing
import Transparency

@Suite struct CodecTests {
    // RFC 4648 §10.
    @Test(arguments: [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="),
        ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"),
    ])
    func `base64 writes and reads the texts of the RFC`(plain: String, coded: String) {
        #expect(Base64.encode(Array(plain.utf8)) == coded)
        #expect(Base64.decode(coded) == Array(plain.utf8))
    }

    @Test(arguments: [
        "Z", "Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "====", "A===", "Zm9v\n", " Zm9v", "Zm-v",
        "Zm_v", "=Zm9", "Zg==Zg==", "Zm9vé",
    ])
    func `base64 refuses every text that it would not write`(text: String) {
        #expect(Base64.decode(text) == nil)
    }

    @Test func `any bytes survive base64 and hex`() {
        var generator = SeededGenerator(seed: propertySeed)
        for count in 0...200 {
            let bytes = generator.bytes(count)
            #expect(Base64.decode(Base64.encode(bytes)) == bytes, "seed \(propertySeed)")
            #expect(Hex.decode(Hex.encode(bytes)) == bytes, "seed \(propertySeed)")
        }
    }

    @Test func `no two base64 texts of four characters stand for the same bytes`() {
        var generator = SeededGenerator(seed: propertySeed)
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=")
        for _ in 0..<5000 {
            let text = String((0..<4).map { _ in alphabet.randomElement(using: &generator)! })
            guard let bytes = Base64.decode(text) else { continue }
            #expect(Base64.encode(bytes) == text, "seed \(propertySeed)")
        }
    }

    @Test func `hex is written in lower case and read in either`() {
        #expect(Hex.encode([0x00, 0xAB, 0xFF]) == "00abff")
        #expect(Hex.decode("00aBFf") == [0x00, 0xAB, 0xFF])
        for text in ["0", "0g", "0x00", " 00", "00\n"] { #expect(Hex.decode(text) == nil) }
    }
}
