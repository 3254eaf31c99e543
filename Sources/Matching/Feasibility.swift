package import Domain

/// Whether an offer can serve an order. Plans, proposals and explanations all ask here.
package enum Feasibility {
    /// - Returns: nil when `offer` can take the order now, at or below its bid; otherwise the
    ///   first reason against it, in the order of `MismatchReason`'s cases.
    package static func check(
        _ needs: Needs, _ offer: Offer, at now: Timestamp
    ) -> MismatchReason? {
        lasting(needs, offer) ?? price(needs, offer.terms) ?? passing(needs, offer, at: now)
    }

    /// `check` for a bid without bound: the answer to "would it fit if I paid more?".
    package static func checkIgnoringPrice(
        _ needs: Needs, _ offer: Offer, at now: Timestamp
    ) -> MismatchReason? {
        lasting(needs, offer) ?? passing(needs, offer, at: now)
    }

    /// Whether its owner's hours close it before the order is done with it.
    static func closesTooSoon(_ needs: Needs, _ terms: OfferTerms, at now: Timestamp) -> Bool {
        guard let stay = needs.stay, let end = terms.openUntil else { return false }
        return end.millisecondsSince(now) < stay
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

    static func rate(_ needs: Needs, _ terms: OfferTerms) -> Rate { terms.rate(of: needs) }

    private static func lasting(_ needs: Needs, _ offer: Offer) -> MismatchReason? {
        let (slice, terms) = (needs.slice, offer.terms)
        let capacity = terms.capacity
        if slice.milliCPU > capacity.milliCPU { return .cpu(milli: slice.milliCPU) }
        if slice.memoryBytes > capacity.memoryBytes { return .memory(bytes: slice.memoryBytes) }
        if slice.diskBytes > capacity.diskBytes { return .disk(bytes: slice.diskBytes) }
        if let reason = devices(needs.devices, terms.devices) { return reason }
        if let reason = place(needs, offer) { return reason }
        if terms.tier < needs.minimumTier { return .tier(needs.minimumTier) }
        if !needs.network.isGiven(by: terms.network) { return .network }
        return needs.settlement != nil && terms.payee == nil ? .settlement : nil
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
        func fewer(_ floor: DevicePower?, vramBytes: Int64) -> Bool {
            let part = DeviceNeed(
                count: need.count, models: need.models, vramBytes: vramBytes, power: floor)
            return devices.count(where: part.accepts) < need.count
        }
        if fewer(nil, vramBytes: 0) { return .deviceModel(need.models) }
        if fewer(nil, vramBytes: need.vramBytes) { return .deviceMemory(bytes: need.vramBytes) }
        guard let floor = need.power else { return nil }
        let young = DevicePower(capability: floor.capability, gigaflops: nil)
        if let tenths = floor.capability, fewer(young, vramBytes: need.vramBytes) {
            return .deviceCapability(tenths: tenths)
        }
        return fewer(floor, vramBytes: need.vramBytes)
            ? .deviceSpeed(gigaflops: floor.gigaflops ?? 0) : nil
    }

    private static func price(_ needs: Needs, _ terms: OfferTerms) -> MismatchReason? {
        needs.bid < rate(needs, terms) ? .price(needs.bid) : nil
    }

    private static func passing(
        _ needs: Needs, _ offer: Offer, at now: Timestamp
    ) -> MismatchReason? {
        if closesTooSoon(needs, offer.terms, at: now) {
            return .window(milliseconds: needs.stay ?? 0)
        }
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
