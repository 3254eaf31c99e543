package import Domain

/// An input already uploaded: the client's own path stays with the client.
package struct InputDTO: Codable, Hashable, Sendable {
    /// Where the container sees it.
    package let path: String
    package let digest: BlobDigest
    package let form: BlobForm

    package init(path: String, digest: BlobDigest, form: BlobForm) {
        self.path = path
        self.digest = digest
        self.form = form
    }

    package init(_ input: Workload.Input) {
        self.init(path: input.path, digest: input.digest, form: input.form)
    }

    package var input: Workload.Input { Workload.Input(digest: digest, path: path, form: form) }
}

/// `POST /v1/jobs`: buys. Needs an idempotency key.
package struct SubmitRequest: Codable, Hashable, Sendable {
    /// The job spec, YAML or JSON.
    package let spec: String
    package let inputs: [InputDTO]
    /// The image as the client resolved it; else the market resolves its name.
    package let imageDigest: BlobDigest?
    /// How far the renter is from the market's beacons; it matters where the spec has a ceiling.
    package let roundTrips: RoundTrips?

    package init(
        spec: String, inputs: [InputDTO] = [], imageDigest: BlobDigest? = nil,
        roundTrips: RoundTrips? = nil
    ) {
        self.roundTrips = roundTrips
        self.spec = spec
        self.inputs = inputs
        self.imageDigest = imageDigest
    }

    private enum CodingKeys: String, CodingKey {
        case spec, inputs
        case imageDigest = "image_digest"
        case roundTrips = "round_trips"
    }
}

extension SubmitRequest {
    /// `inputs` may be absent.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            spec: try container.decode(String.self, forKey: .spec),
            inputs: try container.decodeIfPresent([InputDTO].self, forKey: .inputs) ?? [],
            imageDigest: try container.decodeIfPresent(BlobDigest.self, forKey: .imageDigest),
            roundTrips: try container.decodeIfPresent(RoundTrips.self, forKey: .roundTrips))
    }
}
