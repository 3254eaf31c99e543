import Domain
import Testing

@testable import Wire

@Suite struct WireJSONTests {
    private func text<Value: Encodable>(_ value: Value) throws -> String {
        String(decoding: try WireJSON.encode(value), as: UTF8.self)
    }

    @Test func `keys are in snake case and money and times are text`() throws {
        let job = JobDTO(
            id: try #require(JobID("job_1")), name: "demo", state: .running,
            submittedAt: TimeDTO(Timestamp(milliseconds: 1_795_342_830_250)), tasks: 1,
            counts: TaskCountsDTO(TaskCounts(queued: 0, open: 0, leased: 1)),
            budget: MoneyDTO(try Money(micro: 1_200_000)), held: MoneyDTO(.zero),
            charged: MoneyDTO(try Money(micro: 7)), refunded: MoneyDTO(.zero), billedSeconds: 3,
            image: ImageDTO(name: "demo", digest: try Sample.digest("a")))
        let zero = #"{"amount":"0.000000","currency":"USD"}"#
        let counts = #"{"failed":0,"leased":1,"open":0,"queued":0,"stopped":0,"succeeded":0}"#
        let expected =
            #"{"billed_seconds":3,"budget":{"amount":"1.200000","currency":"USD"},"#
            + #""charged":{"amount":"0.000007","currency":"USD"},"counts":"# + counts
            + #","held":"# + zero + #","id":"job_1","image":{"digest":""#
            + (try Sample.digest("a").text)
            + #"","name":"demo","source":"market"},"name":"demo","refunded":"#
            + zero + #","state":"running","submitted_at":"2026-11-22T10:20:30.250Z","#
            + #""task_list":[],"tasks":1}"#
        #expect(try text(job) == expected)
        #expect(try WireJSON.decode(JobDTO.self, from: WireJSON.encode(job)) == job)
    }

    @Test func `an offer maps every number of its node`() throws {
        let device = Device(
            id: try #require(DeviceID("GPU-1")), model: "RTX 4090", vramBytes: 24_000_000_000,
            power: DevicePower(capability: 89, gigaflops: 82_600))
        let terms = OfferTerms(
            capacity: Resources(milliCPU: 8000, memoryBytes: 16, diskBytes: 32), devices: [device],
            ask: try Rate(microPerHour: 349_000), region: "TW", tier: .verified,
            withheld: [
                WithheldDevice(
                    device: Device(
                        id: try #require(DeviceID("GPU-2")), model: "RTX 4090", vramBytes: 24),
                    reason: "xid_79")
            ], openUntil: Timestamp(milliseconds: 1_795_342_830_250))
        let offer = Offer(
            node: try #require(NodeID("nod_1")), provider: try #require(AccountID("acc_1")),
            version: 4, availability: .draining, terms: terms,
            free: Resources(milliCPU: 1000, memoryBytes: 2, diskBytes: 3), freeDevices: [])
        let json = try text(OfferDTO(offer))
        #expect(json.contains(#""availability":"draining""#))
        #expect(json.contains(#""milli_cpu":8000"#))
        #expect(json.contains(#""free_milli_cpu":1000"#))
        #expect(
            json.contains(
                #""withheld":[{"device":{"id":"GPU-2","model":"RTX 4090","vram_bytes":24},"#
                    + #""reason":"xid_79"}]"#))
        #expect(json.contains(#""vram_bytes":24000000000"#))
        #expect(json.contains(#""price_per_hour":{"amount":"0.349000","currency":"USD"}"#))
        #expect(json.contains(#""micro_per_hour":349000"#))
        #expect(json.contains(#""compute_capability":"8.9","gigaflops":82600"#))
        #expect(json.contains(#""open_until":"2026-11-22T10:20:30.250Z""#))
        #expect(json.contains(#""useful_per_mille":990"#))
        #expect(try WireJSON.decode(OfferDTO.self, from: json.utf8) == OfferDTO(offer))
    }

    @Test func `an image says where it comes from; without a word it is the market's`() throws {
        let digest = try Sample.digest("a")
        let image = try #require(RegistryImage("registry.example/team/base@\(digest)"))
        let pinned = ImageDTO(.registry(image))
        let json =
            #"{"digest":"\#(digest)","name":"registry.example/team/base","source":"registry"}"#
        #expect(try text(pinned) == json)
        #expect(try WireJSON.decode(ImageDTO.self, from: Array(json.utf8)) == pinned)
        let named = #"{"digest":"\#(digest)","name":"x"}"#
        #expect(
            try WireJSON.decode(ImageDTO.self, from: Array(named.utf8))
                == ImageDTO(name: "x", digest: digest))
        let bad = #"{"digest":"\#(digest)","name":"x","source":"registry"}"#
        #expect(throws: (any Error).self) {
            try WireJSON.decode(ImageDTO.self, from: Array(bad.utf8))
        }
    }

    @Test func `a submit request may leave out inputs and image digest`() throws {
        let request = try WireJSON.decode(SubmitRequest.self, from: #"{"spec":"x"}"#.utf8)
        #expect(request == SubmitRequest(spec: "x"))
        #expect(throws: DecodingError.self) {
            try WireJSON.decode(SubmitRequest.self, from: #"{"inputs":[]}"#.utf8)
        }
    }

    @Test func `a wrong digest, id or amount in a body is refused`() {
        let bodies = [
            #"{"spec":"x","image_digest":"sha256:1"}"#,
            #"{"spec":"x","inputs":[{"path":"/in","digest":"md5:1","form":"file"}]}"#,
            #"{"spec":"x","inputs":[{"path":"/in","form":"disk"}]}"#, "[]", "{", "",
        ]
        for body in bodies {
            #expect(throws: DecodingError.self, "\(body)") {
                try WireJSON.decode(SubmitRequest.self, from: body.utf8)
            }
        }
        for amount in ["", "1.0000001", "1,0", "+1", "--1", "1e3", " 1", "10000000000001"] {
            let body = #"{"amount":""# + amount + #"","currency":"USD"}"#
            #expect(throws: DecodingError.self, "\(amount)") {
                try WireJSON.decode(MoneyDTO.self, from: body.utf8)
            }
        }
    }

    @Test(arguments: [-1_000_000, -1, 0, 1, 999_999, 1_000_001, Money.limit])
    func `money keeps its micro-units over the wire`(micro: Int64) throws {
        let money = MoneyDTO(try Money(micro: micro))
        #expect(try WireJSON.decode(MoneyDTO.self, from: WireJSON.encode(money)) == money)
    }

    @Test func `lists say whether more follows`() throws {
        let list = ListDTO(data: [1, 2], hasMore: true, nextCursor: "c")
        #expect(try text(list) == #"{"data":[1,2],"has_more":true,"next_cursor":"c"}"#)
        #expect(
            try text(ListDTO<Int>(data: [], hasMore: false)) == #"{"data":[],"has_more":false}"#)
    }

    @Test func `bytes travel as padded Base64 and nothing else is read`() throws {
        let bytes = Base64Bytes([0, 255, 16])
        #expect(try text(bytes) == #""AP8Q""#)
        #expect(Base64Bytes(text: "AP8Q") == bytes)
        for wrong in ["AP8", "AP8Q\n", "AP8-", "AP8Q="] { #expect(Base64Bytes(text: wrong) == nil) }
    }

    @Test func `a fix keeps its merge patch`() throws {
        let patch = JSONValue.object([
            "budget": .object(["max_price": .string("2.35 USD/h"), "x": .null]),
            "n": .array([.number(1), .bool(true)]),
        ])
        let fix = FixDTO(title: "t", patch: patch)
        let expected =
            #"{"patch":{"budget":{"max_price":"2.35 USD/h","x":null},"n":[1,true]},"title":"t"}"#
        #expect(try text(fix) == expected)
        #expect(try WireJSON.decode(FixDTO.self, from: expected.utf8) == fix)
    }

    @Test func `billed seconds stand in the job alone`() throws {
        let line = InvoiceLineDTO(
            task: 1, attempt: 1, lease: try #require(LeaseID("lse_1")),
            node: try #require(NodeID("nod_1")), provider: try #require(AccountID("acc_1")),
            microPerHour: 1, meteredS: 9, charge: MoneyDTO(.zero), endedBy: "exit:0")
        let json = try text(line)
        #expect(json.contains(#""metered_s":9"#))
        #expect(!json.contains("seconds"))
    }
}

/// Values that tests share.
enum Sample {
    static func digest(_ digit: Character) throws -> BlobDigest {
        try #require(BlobDigest("sha256:" + String(repeating: digit, count: 64)))
    }
}
