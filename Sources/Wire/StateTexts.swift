package import Domain

extension JobState {
    package func text(in language: Language) -> String {
        let message: Message =
            switch self {
            case .waiting: .stateWaiting
            case .matching: .stateMatching
            case .starting: .stateStarting
            case .running: .stateRunning
            case .stopping: .stateStopping
            case .finished: .stateFinished
            case .failed: .stateFailed
            case .stopped: .stateStopped
            }
        return message.text(in: language)
    }
}

extension TaskState {
    package func text(in language: Language) -> String {
        let message: Message =
            switch self {
            case .queued: .taskQueued
            case .open: .taskOpen
            case .leased: .taskLeased
            case .succeeded: .taskSucceeded
            case .failed: .taskFailed
            case .stopped: .taskStopped
            }
        return message.text(in: language)
    }
}

extension Offer.Availability {
    package func text(in language: Language) -> String {
        let message: Message =
            switch self {
            case .open: .availabilityOpen
            case .draining: .availabilityDraining
            case .down: .availabilityDown
            case .drainingDown: .availabilityDrainingDown
            }
        return message.text(in: language)
    }
}

extension Message {
    /// Why a container did not start, by the stable codes of the nodes and of the market.
    package static let startFailures: [String: Message] = [
        "image_missing": .startImageMissing, "image_invalid": .startImageInvalid,
        "image_pull": .startImagePull, "image_refused": .startImageRefused,
        "image_too_large": .startImageTooLarge, "input": .startInput,
        "container": .startContainer, "device": .startDevice, "isolation": .startIsolation,
        "disk_full": .startDiskFull, "network": .startNetwork, "node": .startNode,
        "timeout": .startTimeout, "deadline": .startDeadline,
    ]

    private static let tooLarge = "image_too_large_"

    /// Why a container did not start: for an image too large also the node's limit and, where it is
    /// known, its size, both in bytes behind the code.
    static func startFailure(_ code: String, in language: Language) -> String {
        guard code.hasPrefix(tooLarge) else {
            return startFailures[code].map { $0.text(in: language) } ?? code
        }
        let sizes = code.dropFirst(tooLarge.count).split(separator: "_").map { Int64($0) }
        switch (sizes.first, sizes.dropFirst().first) {
        case (.some(let limit?), nil):
            return Message.startImageAbove.text(in: language, ["limit": Quantity.bytes(limit)])
        case (.some(let limit?), .some(let size?)):
            return Message.startImageOf.text(
                in: language, ["limit": Quantity.bytes(limit), "size": Quantity.bytes(size)])
        default: return code
        }
    }
}

extension Message {
    private static let deviceStates: [String: Message] = [
        "gone": .deviceGone, "silent": .deviceSilent, "no_cdi": .deviceWithoutCDI,
        "duplicate": .deviceDuplicate, "in_use": .deviceInUse, "bad_cdi": .deviceWithWrongCDI,
        "throttled": .deviceThrottled, "scrubbing": .deviceScrubbing,
        "unscrubbed": .deviceUnscrubbed,
        "owner_gpu": .ownerGPU,
    ]

    private static let quarantine = "quarantined_"

    private static func scrubFault(_ fault: ScrubFault) -> Message {
        switch fault {
        case .contextsLeft: .scrubContextsLeft
        case .memoryDirty: .scrubMemoryDirty
        case .memoryShort: .scrubMemoryShort
        case .cudaFailed: .scrubFailed
        case .noCUDA: .scrubWithoutCUDA
        case .timeout: .scrubTimeout
        }
    }

    /// Why a device is of no use, or not offered, by its stable code.
    package static func deviceState(_ code: String, in language: Language) -> String {
        if code.hasPrefix("xid_") {
            return Message.deviceXid.text(in: language, ["number": String(code.dropFirst(4))])
        }
        if code.hasPrefix(quarantine) {
            let code = String(code.dropFirst(quarantine.count))
            let why = ScrubFault(rawValue: code).map { scrubFault($0).text(in: language) } ?? code
            return Message.deviceQuarantined.text(in: language, ["why": why])
        }
        return deviceStates[code].map { $0.text(in: language) } ?? code
    }
}

extension Message {
    private static let networkObstacles: [String: Message] = [
        "not_root": .noNetworkRoot, "no_tools": .noNetworkTools,
        "no_forwarding": .noNetworkForwarding, "filter_refused": .noNetworkFilter,
        "port_taken": .noNetworkPort, "no_resolver": .noNetworkResolver,
        "owner_forbids": .noNetworkOwner,
    ]

    /// Why a node offers no network, by its stable code.
    package static func networkObstacle(
        _ code: String, _ what: String, in language: Language
    ) -> String {
        networkObstacles[code].map { $0.text(in: language, ["what": what]) } ?? code
    }

    /// Why the file of a machine's owner does not count, by the node's stable codes.
    package static let egressFaults: [String: Message] = [
        "too_large": .egressTooLarge, "not_json": .egressNotJSON,
        "unknown_key": .egressUnknownKey, "wrong_type": .egressWrongType,
        "not_network": .egressNotNetwork, "not_address": .egressNotAddress,
        "too_many": .egressTooMany, "out_of_range": .egressOutOfRange,
    ]

    /// Why a machine is its owner's now, by the stable codes of the nodes and of the market.
    package static func ownerReason(_ code: String, in language: Language) -> String {
        if code == OfferClosing.diskFull.code { return Message.machineFull.text(in: language) }
        let message: Message? =
            switch OwnerCode(rawValue: code) {
            case .schedule: .ownerSchedule
            case .ownerGPU: .ownerGPU
            case .ownerDesktop: .ownerDesktop
            case .paused: .ownerPaused
            case .drained: .ownerDrained
            case .preempted: .placePreempted
            case nil: nil
            }
        return message?.text(in: language) ?? code
    }
}

extension OfferClosing {
    /// For example `closed: outside of its hours, until 2026-11-27T19:00+08:00`.
    ///
    /// - Parameter time: how a moment is written.
    package func text(in language: Language, time: (Timestamp) -> String) -> String {
        let values = ["why": Message.ownerReason(code, in: language)]
        let isWish = [OwnerCode.paused, .drained].contains { $0.rawValue == code }
        let told =
            isWish ? values["why"] ?? code : Message.closedNow.text(in: language, values)
        guard let until else { return told }
        let message: Message = isWish ? .closedBy : .closedUntil
        return message.text(in: language, ["what": told, "time": time(until)])
    }
}

extension EndReason {
    /// A sentence; `EndReason.text` stays the stable code.
    package func sentence(in language: Language) -> String {
        switch self {
        case .exited(let code): Message.endExited.text(in: language, ["code": String(code)])
        case .outOfMemory: Message.endOutOfMemory.text(in: language)
        case .overran: Message.endOverran.text(in: language)
        case .budgetExhausted: Message.endBudget.text(in: language)
        case .stopped: Message.endStopped.text(in: language)
        case .startFailed(let code):
            Message.endStartFailed.text(
                in: language,
                ["code": Message.startFailure(code, in: language)])
        case .nodeLost: Message.endLost.text(in: language)
        case .killed: Message.endKilled.text(in: language)
        case .deviceLost(let code):
            Message.endDevice.text(
                in: language, ["why": Message.deviceState(code, in: language)])
        case .yielded(code: OwnerCode.preempted.rawValue): Message.endPreempted.text(in: language)
        case .yielded(let code):
            Message.endYielded.text(
                in: language, ["why": Message.ownerReason(code, in: language)])
        }
    }
}
