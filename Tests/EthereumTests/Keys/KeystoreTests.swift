import Ethereum
import Foundation
import Glibc
import Testing

@Suite struct KeystoreTests {
    /// Web3 Secret Storage Definition, test vectors.
    private static let pbkdf2 = """
        {"crypto":{"cipher":"aes-128-ctr","cipherparams":{"iv":"6087dab2f9fdbbfaddc31a909735c1e6"},
        "ciphertext":"5318b4d5bcd28de64ee5559e671353e16f075ecae9f99c7a79a38af5f869aa46","kdf":"pbkdf2",
        "kdfparams":{"c":262144,"dklen":32,"prf":"hmac-sha256",
        "salt":"ae3cd4e7013836a3df6bd7241b12db061dbe2c6785853cce422d148a624ce0bd"},
        "mac":"517ead924a9d0dc3124507e3393d175ce3ff7c1e96529c6c555ce9e51205e9b2"},
        "id":"3198bc9c-6672-5ab3-d995-4942343ae5b6","version":3}
        """
    private static let scrypt = """
        {"crypto":{"cipher":"aes-128-ctr","cipherparams":{"iv":"83dbcc02d8ccb40e466191a123791e0e"},
        "ciphertext":"d172bf743a674da9cdad04534d56926ef8358534d458fffccd4e6ad2fbde479c","kdf":"scrypt",
        "kdfparams":{"dklen":32,"n":262144,"p":8,"r":1,
        "salt":"ab0c7876052600dd703518d6fc3fe8984592145b591fc8fb5c6d43190334ba19"},
        "mac":"2103ac29920d71da29f15d75b4a16dbe95cfd7ff8faea1056c33131d846e3097"},
        "id":"3198bc9c-6672-5ab3-d995-4942343ae5b6","version":3}
        """
    private static let password = Array("testpassword".utf8)

    @Test(arguments: [pbkdf2, scrypt])
    func `the files of the definition open to its key`(text: String) throws {
        let key = try Keystore(json: Array(text.utf8)).open(Self.password)
        #expect(
            key.address
                == EthereumTests.key(
                    "0x7a28b5ba57c53603b0b07b56bba752f7784bf506fa95edc395f5cf6c7514fe9d"
                ).address)
    }

    @Test func `another password, an altered file and another's key are refused`() throws {
        var generator = Seeded(1)
        let store = try Keystore(
            sealing: key(9), Self.password, .scrypt(n: 2, r: 1, p: 1), using: &generator)
        let text = String(decoding: store.json, as: UTF8.self)
        #expect(throws: Keystore.Refusal.wrongPassword) { try store.open(Array("no".utf8)) }
        #expect(throws: Keystore.Refusal.password) { try store.open([]) }
        let other = text.replacing(
            Hex.text(of: key(9).address.bytes).dropFirst(2),
            with: Hex.text(of: key(8).address.bytes).dropFirst(2))
        #expect(throws: Keystore.Refusal.notItsKey) {
            try Keystore(json: Array(other.utf8)).open(Self.password)
        }
        let mac = try #require(text.firstRange(of: "\"mac\":\"")).upperBound
        let altered = text.replacingCharacters(in: mac...mac, with: text[mac] == "0" ? "1" : "0")
        #expect(throws: Keystore.Refusal.wrongPassword) {
            try Keystore(json: Array(altered.utf8)).open(Self.password)
        }
    }

    @Test(arguments: [
        ("\"version\":3", "\"version\":1", Keystore.Refusal.form),
        ("aes-128-ctr", "aes-128-cbc", .form), ("\"dklen\":32", "\"dklen\":16", .form),
        ("\"n\":262144", "\"n\":262143", .form), ("\"n\":262144", "\"n\":1", .form),
        ("\"n\":262144", "\"n\":1073741824", .cost), ("\"r\":1,", "\"r\":1000000,", .cost),
        ("\"p\":8", "\"p\":1000", .cost), ("\"salt\":\"ab0c", "\"salt\":\"xb0c", .form),
        ("\"kdf\":\"scrypt\"", "\"kdf\":\"bcrypt\"", .form), ("\"iv\":\"83", "\"iv\":\"", .form),
        ("\"n\":262144", "\"n\":-4", .form),
    ])
    func `a file that cannot be opened in bounds is refused`(
        old: String, new: String, refusal: Keystore.Refusal
    ) {
        let text = Self.scrypt.replacing(old, with: new)
        #expect(text != Self.scrypt)
        #expect(throws: refusal) { try Keystore(json: Array(text.utf8)) }
    }

    @Test(arguments: [Keystore.Derivation.scrypt(n: 16, r: 8, p: 1), .pbkdf2(rounds: 10)])
    func `a sealed key is opened again`(derivation: Keystore.Derivation) throws {
        var generator = Seeded(seed("Keystore"))
        let key = PrivateKey.make(using: &generator)
        let store = try Keystore(sealing: key, Self.password, derivation, using: &generator)
        let again = try Keystore(json: store.json)
        #expect(again == store)
        #expect(again.address == key.address)
        #expect(try again.open(Self.password).address == key.address)
    }
}

@Suite struct KeyFileTests {
    private func folder(_ body: (String) throws -> Void) throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("orban-\(UUID())")
        try FileManager.default.createDirectory(at: path, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(at: path) }
        try body(path.path)
    }

    private func sample() throws -> Keystore {
        var generator = Seeded(2)
        return try Keystore(
            sealing: key(3), [1], .scrypt(n: 2, r: 1, p: 1), using: &generator)
    }

    @Test func `a file is its owner's alone, whole, and never written over`() throws {
        let store = try sample()
        try folder { folder in
            let path = folder + "/key.json"
            try KeyFile.write(store, to: path)
            var status = stat()
            #expect(stat(path, &status) == 0 && status.st_mode & 0o777 == 0o600)
            #expect(try KeyFile.read(path) == store)
            #expect(throws: KeyFile.Failure.exists) { try KeyFile.write(store, to: path) }
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["key.json"])
            chmod(path, 0o640)
            #expect(throws: KeyFile.Failure.open(mode: 0o640)) { try KeyFile.read(path) }
            #expect(throws: KeyFile.Failure.self) { try KeyFile.read(folder + "/none") }
        }
    }

    @Test(arguments: [
        "0x" + "00".repeated(31) + "03", "00".repeated(31) + "03\n", "00".repeated(31) + "03\r\n",
    ])
    func `a key comes through a descriptor`(text: String) throws {
        #expect(try read(Array(text.utf8)).address == key(3).address)
        #expect(try read([UInt8](repeating: 0, count: 31) + [3]).address == key(3).address)
    }

    @Test(arguments: ["", "0x03", "00".repeated(32), "g0".repeated(32), "00".repeated(33)])
    func `what is no key is refused`(text: String) {
        #expect(throws: (any Error).self) { try read(Array(text.utf8)) }
    }

    private func read(_ bytes: [UInt8]) throws -> PrivateKey {
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        defer { close(ends[0]) }
        _ = bytes.withUnsafeBytes { Glibc.write(ends[1], $0.baseAddress, $0.count) }
        close(ends[1])
        return try KeyFile.key(from: ends[0])
    }
}
