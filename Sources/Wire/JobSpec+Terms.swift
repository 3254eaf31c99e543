package import Domain

extension JobSpec {
    /// The terms that the market decides on: the image and the inputs pinned by content, the renter's
    /// place by what they have measured,
    /// times from the submit by the market's clock.
    ///
    /// - Parameter payer: the deposit that pays, where the spec is paid from the vault.
    ///
    /// `inputs` must be exactly the spec's, by path, in any order; a digest in the spec must match.
    /// - Throws: `SpecError` without a place: a missing budget, inputs that are not the spec's, or
    ///   moments that contradict each other.
    package func terms(
        image: ImageReference, inputs uploaded: [Workload.Input], at now: Timestamp,
        measured: RoundTrips = .none, payer: ChainAddress? = nil
    ) throws(SpecError) -> JobTerms {
        guard let budget else { throw fault(.missingKey("budget.max_total"), "/budget") }
        let workload = Workload(
            image: image, command: command, environment: environment, inputs: try pinned(uploaded),
            outputs: outputs.map(\.path))
        return JobTerms(
            name: name, workload: workload, needs: needs(measured: measured), tasks: tasks,
            parallel: parallel,
            maxFailures: maxFailures, budget: budget, maxDuration: maxDuration, fence: fence,
            deadline: try deadline(at: now), formation: formation, payer: payer)
    }

    /// How its tasks stand to one another; nil where each is placed alone.
    package var formation: Formation? {
        guard isGang || spread != nil else { return nil }
        return Formation(gang: isGang ? tasks : nil, spread: spread)
    }

    /// What one task asks of an offer.
    ///
    /// - Parameter measured: how far the renter is from beacons; kept only where a ceiling asks for it.
    package func needs(measured: RoundTrips) -> Needs {
        Needs(
            slice: slice, devices: devices, regions: countries, minimumTier: minimumTier, bid: bid,
            network: network,
            latency: maxLatency.map { LatencyNeed(ceiling: $0, measured: measured) }, spot: spot,
            stay: schedule.expected.map { $0 * 1000 },
            settlement: payment.settlement)
    }

    /// The same of a renter who has measured nothing.
    package var needs: Needs { needs(measured: .none) }

    /// The most that the slice may cost per hour.
    package var bid: Rate {
        if let maxPrice { return maxPrice }
        do {
            return try Rate(microPerHour: Self.rateCeiling)
        } catch {
            preconditionFailure("the ceiling is a rate")
        }
    }

    private func pinned(_ uploaded: [Workload.Input]) throws(SpecError) -> [Workload.Input] {
        var pinned: [Workload.Input] = []
        for (index, input) in inputs.enumerated() {
            guard let found = uploaded.first(where: { $0.path == input.path }) else {
                throw fault(.inputMissing(input.path), "/inputs/\(index)")
            }
            guard input.digest == nil || input.digest == found.digest else {
                throw fault(.inputDiffers(input.path), "/inputs/\(index)/digest")
            }
            pinned.append(found)
        }
        if let extra = uploaded.first(where: { one in !inputs.contains { $0.path == one.path } }) {
            throw fault(.inputUnknown(extra.path), "/inputs")
        }
        guard uploaded.count == inputs.count else {
            throw fault(.tooMany(key: "inputs", limit: inputs.count), "/inputs")
        }
        return pinned
    }

    private func fault(_ fault: SpecError.Fault, _ pointer: String) -> SpecError {
        SpecError(fault, pointer: pointer, file: name)
    }
}

extension JobSpec.Payment {
    fileprivate var settlement: Settlement? {
        switch self {
        case .balance: nil
        case .vault: .vouchers
        case .lock: .lock
        }
    }
}
