/// A private key under a password, as wallets pass it on (Web3 Secret Storage, version 3).
package struct Keystore: Hashable, Sendable {
    package enum Refusal: Error, Hashable {
        case json(JSON.Refusal)
        /// Not version 3, another cipher, or a field that is missing or of the wrong kind.
        case form
        /// Work that would take more memory or time than a person waits for.
        case cost
        /// No password, or none that any file is made with.
        case password
        /// The password is not that of the file, or the file was altered.
        case wrongPassword
        /// What lay in it is no key, or not that of the address the file names.
        case notItsKey
    }

    /// What makes guessing a password slow.
    package enum Derivation: Hashable, Sendable {
        case scrypt(n: Int, r: Int, p: Int)
        /// With HMAC-SHA-256.
        case pbkdf2(rounds: Int)

        /// 256 MiB and about a second.
        package static let standard = Derivation.scrypt(n: 1 << 18, r: 8, p: 1)
        /// For keys of tests: 4 MiB.
        package static let light = Derivation.scrypt(n: 1 << 12, r: 8, p: 1)
    }

    let derivation: Derivation
    let salt: [UInt8]
    let iv: [UInt8]
    let ciphertext: [UInt8]
    let mac: [UInt8]
    /// Whose key it says it is; not every file does.
    package let address: Address?
    let id: String
}

// MARK: - Reading

extension Keystore {
    private static let mostMemory = 1 << 30
    private static let mostRounds = 10_000_000

    package init(json bytes: [UInt8]) throws(Refusal) {
        let json: JSON
        do throws(JSON.Refusal) {
            json = try JSON(parsing: bytes, within: .file)
        } catch {
            throw .json(error)
        }
        // Some wallets write the name large.
        guard json["version"]?.asInt == 3, let crypto = json["crypto"] ?? json["Crypto"],
            crypto["cipher"]?.asString == "aes-128-ctr",
            let iv = Self.bytes(crypto["cipherparams"]?["iv"]), iv.count == 16,
            let ciphertext = Self.bytes(crypto["ciphertext"]), ciphertext.count == 32,
            let mac = Self.bytes(crypto["mac"]), mac.count == 32,
            let parameters = crypto["kdfparams"], parameters["dklen"]?.asInt == 32,
            let salt = Self.bytes(parameters["salt"]), (1...1_024).contains(salt.count)
        else { throw .form }
        derivation = try Self.derivation(crypto["kdf"]?.asString, parameters)
        self.iv = iv
        self.ciphertext = ciphertext
        self.mac = mac
        self.salt = salt
        address = Self.bytes(json["address"]).flatMap { Address(bytes: $0) }
        id = json["id"]?.asString ?? ""
    }

    private static func derivation(
        _ name: String?, _ parameters: JSON
    ) throws(Refusal) -> Derivation {
        switch name {
        case "scrypt":
            guard let n = parameters["n"]?.asInt, let r = parameters["r"]?.asInt,
                let p = parameters["p"]?.asInt, n > 1, n & (n - 1) == 0, r > 0, p > 0
            else { throw .form }
            guard n <= mostMemory / 128, r <= mostMemory / (128 * n), p <= 64,
                r * p < 1 << 30
            else { throw .cost }
            return .scrypt(n: n, r: r, p: p)
        case "pbkdf2":
            guard parameters["prf"]?.asString == "hmac-sha256",
                let rounds = parameters["c"]?.asInt, rounds > 0
            else { throw .form }
            guard rounds <= mostRounds else { throw .cost }
            return .pbkdf2(rounds: rounds)
        default:
            throw .form
        }
    }

    /// Digits with or without `0x`.
    private static func bytes(_ json: JSON?) -> [UInt8]? {
        guard let text = json?.asString else { return nil }
        return text.hasPrefix("0x") ? Hex.bytes(of: text) : Hex.bytes(ofDigits: text.utf8)
    }
}

// MARK: - Writing

extension Keystore {
    package var json: [UInt8] {
        var members: [String: JSON] = [
            "version": .number(3), "id": .string(id),
            "crypto": .object([
                "cipher": .string("aes-128-ctr"),
                "cipherparams": .object(["iv": Self.digits(iv)]),
                "ciphertext": Self.digits(ciphertext), "mac": Self.digits(mac),
                "kdf": .string(derivationName), "kdfparams": .object(derivationParameters),
            ]),
        ]
        if let address { members["address"] = Self.digits(address.bytes) }
        return JSON.object(members).bytes
    }

    private var derivationName: String {
        switch derivation {
        case .scrypt: "scrypt"
        case .pbkdf2: "pbkdf2"
        }
    }

    private var derivationParameters: [String: JSON] {
        var parameters: [String: JSON] = ["dklen": .number(32), "salt": Self.digits(salt)]
        switch derivation {
        case .scrypt(let n, let r, let p):
            parameters["n"] = .number(n)
            parameters["r"] = .number(r)
            parameters["p"] = .number(p)
        case .pbkdf2(let rounds):
            parameters["c"] = .number(rounds)
            parameters["prf"] = .string("hmac-sha256")
        }
        return parameters
    }

    private static func digits(_ bytes: [UInt8]) -> JSON {
        .string(String(Hex.text(of: bytes).dropFirst(2)))
    }
}
