package import Domain

/// Whether an offer can serve an order. Plans, proposals and explanations all ask here.
package enum Feasibility {
    /// - Returns: nil when `offer` can take the order now, at or below its bid; otherwise the
    ///   first reason against it, in the order of `MismatchReason`'s cases.
    package static func check(_ needs: Needs, _ offer: Offer) -> MismatchReason? {
        lasting(needs, offer) ?? price(needs, offer.terms) ?? now(needs, offer)
    }

    /// `check` for a bid without bound: the answer to "would it fit if I paid more?".
    package static func checkIgnoringPrice(_ needs: Needs, _ offer: Offer) -> MismatchReason? {
        lasting(needs, offer) ?? now(needs, offer)
    }

    /// The first `needs.devices.count` suitable free devices in the offer's order, each once.
    ///
    /// - Returns: fewer when there are not that many.
    package static func freeDevices(_ need: DeviceNeed, in offer: Offer) -> [DeviceID] {
        guard need.count > 0 else { return [] }
        var chosen: [DeviceID] = []
        for device in offer.terms.devices
        where need.accepts(device) && offer.freeDevices.contains(device.id)
            && !chosen.contains(device.id)
        {
            chosen.append(device.id)
            if chosen.count == need.count { break }
        }
        return chosen
    }

    static func rate(_ needs: Needs, _ terms: OfferTerms) -> Rate {
        terms.rate(of: needs.slice, deviceCount: needs.devices.count)
    }

    private static func lasting(_ needs: Needs, _ offer: Offer) -> MismatchReason? {
        let (slice, terms) = (needs.slice, offer.terms)
        let capacity = terms.capacity
        if slice.milliCPU > capacity.milliCPU { return .cpu(milli: slice.milliCPU) }
        if slice.memoryBytes > capacity.memoryBytes { return .memory(bytes: slice.memoryBytes) }
        if slice.diskBytes > capacity.diskBytes { return .disk(bytes: slice.diskBytes) }
        if let reason = devices(needs.devices, terms.devices) { return reason }
        if let reason = place(needs, offer) { return reason }
        if terms.tier < needs.minimumTier { return .tier(needs.minimumTier) }
        return needs.network.isGiven(by: terms.network) ? nil : .network
    }

    /// Where it is: the country that it declares, and how far away it is known to be.
    private static func place(_ needs: Needs, _ offer: Offer) -> MismatchReason? {
        if !needs.regions.isEmpty {
            guard needs.regions.contains(offer.terms.region) else { return .region(needs.regions) }
            if offer.refutation != nil { return .regionRefuted }
        }
        guard let latency = needs.latency else { return nil }
        guard let trip = latency.estimate(to: offer) else { return .latencyUnknown }
        return trip.upper > latency.ceiling ? .latency(microseconds: latency.ceiling) : nil
    }

    private static func devices(_ need: DeviceNeed, _ devices: [Device]) -> MismatchReason? {
        guard need.count > 0 else { return nil }
        if devices.count < need.count { return .deviceCount(need.count) }
        let anyMemory = DeviceNeed(count: need.count, models: need.models, vramBytes: 0)
        if devices.count(where: anyMemory.accepts) < need.count { return .deviceModel(need.models) }
        let suitable = devices.count(where: need.accepts)
        return suitable < need.count ? .deviceMemory(bytes: need.vramBytes) : nil
    }

    private static func price(_ needs: Needs, _ terms: OfferTerms) -> MismatchReason? {
        needs.bid < rate(needs, terms) ? .price(needs.bid) : nil
    }

    private static func now(_ needs: Needs, _ offer: Offer) -> MismatchReason? {
        if offer.availability.isConnected, let closing = offer.closing {
            let codes = [OwnerCode.drained.rawValue, OfferClosing.diskFull.code]
            return codes.contains(closing.code) ? .draining : .owner
        }
        switch offer.availability {
        case .draining, .drainingDown: return .draining
        case .down: return .down
        case .open: break
        }
        let fits =
            needs.slice.fits(in: offer.free)
            && freeDevices(needs.devices, in: offer).count == needs.devices.count
        return fits ? nil : .busy
    }
}
